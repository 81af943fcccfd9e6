// Package syntax reads the text of a patch into a tree: language.md sections 1
// to 4.
//
// Input: a source.File. Output: a File, whose nodes all have their byte span,
// and diagnostics. The text goes through two machines: the lexer makes one
// array of tokens and finds each bracket's partner, the parser descends
// recursively over the array, without ever going back.
//
// Invariants: every input gives a tree and ends, in time linear in its length;
// the tree is never deeper than maxHeight nodes along expressions, so that later
// phases may recurse; a part that could not be read is a Bad node and has been
// reported; a node's span contains the spans of its children. Safe for
// concurrent use on different Files.
package syntax
