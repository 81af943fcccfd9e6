package tests

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/render"
	"mmm/session"
)

// A file of tests/programs holds many programs, each headed by "// == name".
// What a program must do stands in it as comments:
//
//	// OUT 0 1 2       the first rows; channels of a row joined by commas
//	// AT 1500 0.5,1   the row of frame 1500
//	// ERROR "text"    this line has an error whose code or message contains text
//	// WARNING "text"  likewise
type program struct {
	name, file, text string
	rows             [][]float64
	at               map[int][]float64 // rows of single frames
	reports          []report
}

type report struct {
	line     int
	severity diag.Severity
	text     string
}

var reportComment = regexp.MustCompile(`// (ERROR|WARNING) "([^"]*)"`)

func programs(t *testing.T) []program {
	t.Helper()
	files, err := filepath.Glob("programs/*.mmm")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	var list []program
	for _, file := range files {
		text := string(read(t, filepath.Join("tests", file)))
		for _, section := range strings.Split("\n"+text, "\n// == ")[1:] {
			name, body, _ := strings.Cut(section, "\n")
			p := newProgram(t, strings.TrimSpace(name), file, body)
			if p.frames() == 0 && p.reports == nil {
				t.Errorf("%s: program %q expects nothing", file, p.name)
			}
			list = append(list, p)
		}
	}
	return list
}

// newProgram returns the program body with what its comments expect.
func newProgram(t *testing.T, name, file, body string) program {
	t.Helper()
	p := program{name: name, file: file, text: body, at: map[int][]float64{}}
	for i, line := range strings.Split(body, "\n") {
		if rows, ok := strings.CutPrefix(strings.TrimSpace(line), "// OUT "); ok {
			for _, row := range strings.Fields(rows) {
				p.rows = append(p.rows, cells(t, name, row))
			}
		}
		if at, ok := strings.CutPrefix(strings.TrimSpace(line), "// AT "); ok {
			frame, row, _ := strings.Cut(at, " ")
			n, err := strconv.Atoi(frame)
			if err != nil {
				t.Fatalf("%s: %s: %v", file, name, err)
			}
			p.at[n] = cells(t, name, row)
		}
		for _, m := range reportComment.FindAllStringSubmatch(line, -1) {
			severity := diag.Error
			if m[1] == "WARNING" {
				severity = diag.Warning
			}
			p.reports = append(p.reports, report{i + 1, severity, m[2]})
		}
	}
	return p
}

func TestProgramsGiveWhatTheirCommentsSay(t *testing.T) {
	for _, p := range programs(t) {
		t.Run(p.name, func(t *testing.T) {
			r := compiler.Compile(compiler.Options{Name: p.file, Text: p.text})
			checkReports(t, p, &r.Diags)
			if p.frames() == 0 {
				return
			}
			if r.Program == nil {
				t.Fatalf("does not compile:\n%s", rendered(&r.Diags))
			}
			for _, engine := range []string{session.VM, session.Native} {
				job := render.Job{Program: r.Program, Engine: engine, Rate: 48000, Frames: p.frames(), Block: 3}
				got, err := job.Collect()
				if err != nil {
					t.Fatalf("%s: %v", engine, err)
				}
				if msg := compareRows(got, p.rows); msg != "" {
					t.Errorf("%s: %s", engine, msg)
				}
				for frame, row := range p.at {
					if msg := compareRow(got, frame, row); msg != "" {
						t.Errorf("%s: %s", engine, msg)
					}
				}
			}
		})
	}
}

func checkReports(t *testing.T, p program, list *diag.List) {
	t.Helper()
	found := make([]bool, len(p.reports))
	for _, d := range list.All {
		line, _ := d.Span.File.Position(d.Span.Start)
		known := false
		for i, want := range p.reports {
			if want.line == line && want.severity == d.Severity && (strings.Contains(d.Message, want.text) || string(d.Code) == want.text) {
				found[i], known = true, true
			}
		}
		if !known && (d.Severity == diag.Error || hasWarnings(p)) {
			t.Errorf("unexpected report at line %d: %s [%s]", line, d.Message, d.Code)
		}
	}
	for i, want := range p.reports {
		if !found[i] {
			t.Errorf("no report at line %d with %q in:\n%s", want.line, want.text, rendered(list))
		}
	}
}

func hasWarnings(p program) bool {
	for _, r := range p.reports {
		if r.severity == diag.Warning {
			return true
		}
	}
	return false
}

func rendered(list *diag.List) string {
	var s strings.Builder
	diag.Render(&s, list, diag.Options{})
	return s.String()
}

// cells reads a row: numbers joined by commas.
func cells(t *testing.T, name, row string) []float64 {
	t.Helper()
	var list []float64
	for _, cell := range strings.Split(strings.TrimSpace(row), ",") {
		x, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, x)
	}
	return list
}

// frames is how many frames of the program are needed.
func (p *program) frames() int {
	n := len(p.rows)
	for frame := range p.at {
		n = max(n, frame+1)
	}
	return n
}

// compareRows compares the first rows with the tolerance of the conformance corpus.
func compareRows(got [][]float64, rows [][]float64) string {
	for k, row := range rows {
		if msg := compareRow(got, k, row); msg != "" {
			return msg
		}
	}
	return ""
}

// compareRow compares the row of frame k, likewise.
func compareRow(got [][]float64, k int, row []float64) string {
	if len(got) != len(row) {
		return fmt.Sprintf("%d channels, want %d", len(got), len(row))
	}
	for i, want := range row {
		x := got[i][k]
		if math.IsNaN(want) && math.IsNaN(x) || x == want || math.Abs(x-want) <= 1e-9+1e-9*math.Abs(want) {
			continue
		}
		return fmt.Sprintf("row %d channel %d is %v, want %v", k, i, x, want)
	}
	return ""
}
