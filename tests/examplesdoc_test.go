package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mmm/examples"
	"mmm/gallery"
)

const examplesPreface = `<!-- Written by: go test ./tests -run TestTheTableOfExamples -update. DO NOT EDIT. -->

# The examples, measured

Each example as it sounds with its knobs where they start: instruments play a phrase of sixteen notes, a drum kit a beat,
effects hear drums and a chord of saws, what plays by itself plays. ` + "`make gallery`" + ` makes a page of the same with sound,
pictures and knobs. Every row but the last two columns is checked by that test; tests/examples_test.go holds the examples to
their limits (peak below -1 dBFS with the knobs as they are and 0 dBFS with any of them at either end, DC below -60 dBFS,
silence before and after, the same bits on both engines and over a swap).

- *Loudness* is integrated and gated as ITU-R BS.1770-4 defines it.
- *Edge* is the largest step from sample to sample in the first millisecond of a note over the largest step of the rest: a
  click at the start would stand out above 1.
- *× real time* is seconds of sound in a second of one core while all of it is played, native engine, 48 kHz, blocks of 512; a
  machine with two cores that was not quiet. *ms* is from the text to machine code that can play.
`

// soundFigures are the lines of a table without their last two columns.
func soundFigures(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) > 4 {
			line = strings.Join(cells[:len(cells)-3], "|") + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestTheTableOfExamplesIsWhatTheySoundLike(t *testing.T) {
	text := examplesPreface
	for _, shelf := range examples.Shelves {
		var entries []*gallery.Entry
		for _, e := range examples.All() {
			if e.Shelf != shelf {
				continue
			}
			entries = append(entries, measured(t, e))
		}
		text += "\n## " + strings.ToUpper(shelf[:1]) + shelf[1:] + "\n\n" + gallery.Table(entries)
	}
	path := filepath.Join(root, "docs", "examples.md")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have := string(read(t, "docs/examples.md")); soundFigures(have) != soundFigures(text) {
		t.Errorf("docs/examples.md is stale; write it anew with: go test ./tests -run TestTheTableOfExamples -update\n%s", soundFigures(text))
	}
}
