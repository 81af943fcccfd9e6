package params

import (
	"fmt"
	"strings"

	"mmm/compiler/diag"
)

// shownPaths is how many paths Suggest lists at most.
const shownPaths = 8

// Suggest returns what to tell someone who named a control that is not there:
// the nearest path, or the paths there are. It begins with "; " or is "".
func Suggest(path string, controls []Control) string {
	if len(controls) == 0 {
		return "; it has none"
	}
	var paths []string
	for _, c := range controls {
		paths = append(paths, c.Path)
	}
	if near := diag.DidYouMean(path, paths); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	more := ""
	if len(paths) > shownPaths {
		paths, more = paths[:shownPaths], ", …"
	}
	return "; it has " + strings.Join(paths, ", ") + more
}
