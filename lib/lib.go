// Package lib holds the standard library: the modules that a patch loads by
// name (use osc::*), as they are written in the files beside this one.
//
// Files never change while a program runs. Safe for concurrent use.
package lib

import "embed"

// Files are the modules, each NAME.mmm at the top.
//
//go:embed *.mmm
var Files embed.FS
