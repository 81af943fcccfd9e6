// Package stage makes one program out of many files and of code that runs while
// compiling: it flattens files and modules into one list of statements, gives
// every name its one meaning, and runs the macro stage.
//
// Input: the tree of a patch and a way to read files. Output: a syntax.File that
// holds neither modules nor, after Expand, quotes, splices or macro calls of
// user macros; it is checked and lowered as if written by hand.
//
// # Modules
//
// Flatten (flatten.go, files.go) goes through the statements in textual order,
// loads what include, mod and use name, and appends everything to one list.
// A definition f of module a::b is renamed to a$b$f, which no text can contain.
// Resolve (resolve.go, walk.go) then rewrites every name and type name to the
// definition that it means: locals first, then the modules around it, the top
// level, imports, wildcards, and what is left to the builtins. After that only
// lexical scope decides.
//
// # Macro stage
//
// Expand (expand.go, run.go) has the checked program's macro-stage statements,
// and in their order the splices of its main-stage statements, lowered to the
// middle form and run on the vm. Evaluating a quote calls back into this package
// and makes a code value; what a splice yields is copied into the main-stage
// program in its place (code.go). Nodes keep the positions of the text they come
// from.
//
// Invariants: no input makes it panic or hang; files, nodes, steps and depth are
// bounded, each with a diagnostic. Thread: one compile belongs to one goroutine;
// several may run at once.
package stage
