package params

import "strings"

// shownPaths is how many paths Suggest lists at most.
const shownPaths = 12

// Suggest returns what to tell someone who named a control that is not there:
// the one meant, as far as letter case or a forgotten folder ("gain" for
// "out.gain") tell, or else the paths there are. It begins with "; ".
func Suggest(path string, controls []Control) string {
	if len(controls) == 0 {
		return "; it has none"
	}
	var paths []string
	for _, c := range controls {
		if strings.EqualFold(c.Path, path) || strings.EqualFold(c.Name(), path) {
			return "; did you mean \"" + c.Path + "\"?"
		}
		paths = append(paths, c.Path)
	}
	more := ""
	if len(paths) > shownPaths {
		paths, more = paths[:shownPaths], ", …"
	}
	return "; it has " + strings.Join(paths, ", ") + more
}
