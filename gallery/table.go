package gallery

import (
	"fmt"
	"strings"
)

// Table is the entries' figures as a table in Markdown.
func Table(entries []*Entry) string {
	var b strings.Builder
	b.WriteString("| patch | peak dBFS | loudness LUFS | DC dBFS | edge | below 250 Hz | above 4 kHz | times real time | ms |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, e := range entries {
		f := e.Figures
		fmt.Fprintf(&b, "| %s | %.1f | %.1f | %s | %.2f | %.0f %% | %.0f %% | %.0f | %.0f |\n",
			strings.TrimSuffix(e.Path(), ".mmm"), f.Peak, f.Loudness, level(f.DC), f.Edge, 100*f.Bass, 100*f.Treble, e.Realtime, e.Ready.Seconds()*1e3)
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
