package gallery

import (
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"mmm/audiofile"
	"mmm/draft"
	"mmm/params"
	"mmm/plot"
	"mmm/session"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"id":    fileName,
	"knobs": func(e *Entry) []params.Control { return session.Controls(e.Program) },
	"level": level,
	"round": func(x float64) string { return fmt.Sprintf("%.1f", x) },
	"whole": func(x float64) string { return fmt.Sprintf("%.0f", x) },
	"ms":    func(e *Entry) string { return fmt.Sprintf("%.0f", e.Ready.Seconds()*1e3) },
	"text":  func(c params.Control, x float64) string { return c.Text(x) },
}).Parse(pageText))

// fileName is what an entry's files are called, without extension.
func fileName(e *Entry) string { return e.Shelf + "-" + e.Name }

// WriteSound stores an entry's sound (WAV, 16 bits) and picture in a folder.
func WriteSound(folder string, e *Entry) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	base := filepath.Join(folder, fileName(e))
	file, err := audiofile.Create(base+".wav", Rate, max(1, len(e.Sound)), 16)
	if err != nil {
		return err
	}
	if err := file.Write(e.Sound); err != nil {
		file.Discard()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return plot.Write(base+".png", "", e.Sound, Rate)
}

// shelf is the entries of one shelf.
type shelf struct {
	Name    string
	Entries []*Entry
}

// WritePage stores the page that shows the entries, whose sound WriteSound has
// stored beside it, as index.html.
func WritePage(folder string, entries []*Entry) error {
	var shelves []*shelf
	for _, e := range entries {
		if n := len(shelves); n == 0 || shelves[n-1].Name != e.Shelf {
			shelves = append(shelves, &shelf{Name: e.Shelf})
		}
		last := shelves[len(shelves)-1]
		last.Entries = append(last.Entries, e)
	}
	file, err := draft.Create(filepath.Join(folder, "index.html"))
	if err != nil {
		return err
	}
	return file.Commit(page.Execute(file, shelves))
}

// Table is the entries' figures as a table in Markdown; the last two columns
// depend on the machine.
func Table(entries []*Entry) string {
	var b strings.Builder
	b.WriteString("| patch | peak, dBFS | loudness, LUFS | DC, dBFS | edge | below 250 Hz | above 4 kHz | × real time | ms |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, e := range entries {
		f := e.Figures
		fmt.Fprintf(&b, "| [%s](../examples/%s) | %.1f | %.1f | %s | %.2f | %.0f %% | %.0f %% | %.0f | %.0f |\n",
			e.Title, e.Path(), f.Peak, f.Loudness, level(f.DC), f.Edge, 100*f.Bass, 100*f.Treble, e.Realtime, e.Ready.Seconds()*1e3)
	}
	return b.String()
}

// level is a level in dB as text; what is below -120 is called so.
func level(x float64) string {
	if x < -120 {
		return "< -120"
	}
	return fmt.Sprintf("%.0f", x)
}
