//go:build tools

// Package build pins the modules that the build reads but no Go code imports.
package build

import (
	_ "github.com/bytecodealliance/wasmtime-go/v39" // libwasmtime.a and its headers, linked into libmmmrt
)
