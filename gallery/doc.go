// Package gallery plays the patches of examples/ as a musician would (notes for
// instruments, drums and a saw for effects), measures what comes out and shows it
// on a page.
//
// Input: patches. Output: figures, a folder with a page, pictures and sound.
// Invariants: what is played depends on the patch's shelf and header alone; the
// figures of sound do not depend on the machine. Control side only.
package gallery
