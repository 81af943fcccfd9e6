// Package export makes plugins that contain one patch: a copy of a prepared
// library, the template, with the patch behind its end. Such a file needs
// nothing of mmm where it is installed, and no compiler is loaded.
//
// Input: a compiled program, the comment at the head of its text, the template.
// Output: the bytes of a plugin file. plugin/patch reads what is written here.
// Control side only; everything may be called from any goroutine.
package export
