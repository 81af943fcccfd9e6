// Did you mean: the candidate nearest to a misspelled name.

package diag

import "strings"

// maxSuggestName is the longest name, in code points, for which a candidate is
// sought.
const maxSuggestName = 64

// DidYouMean returns the candidate that name was most probably meant to be, or
// "" if none is near: at most one edit (a character inserted, removed, replaced,
// or two neighbours swapped) in names of up to five characters, up to a third of
// the length in longer ones. Names that differ only in case are nearest. Of
// equally near candidates the first in byte order is returned.
func DidYouMean(name string, candidates []string) string {
	a := []rune(name)
	if len(a) == 0 || len(a) > maxSuggestName {
		return ""
	}
	limit := max(1, len(a)/3)
	best, bestDistance := "", limit+1
	for _, c := range candidates {
		if c == name || c == "" {
			continue
		}
		d := 0
		if !strings.EqualFold(c, name) {
			b := []rune(c)
			if len(b) > maxSuggestName || len(b)-len(a) > limit || len(a)-len(b) > limit {
				continue
			}
			d = distance(a, b)
			if d >= max(len(a), len(b)) {
				continue // nothing in common
			}
		}
		if d < bestDistance || d == bestDistance && d <= limit && c < best {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the number of edits between a and b (optimal string alignment).
func distance(a, b []rune) int {
	rows := [3][]int{}
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
	}
	older, old, row := rows[0], rows[1], rows[2]
	for j := range row {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}
