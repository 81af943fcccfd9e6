// Package browser tests the editor page in a real browser, on an instance that
// plays in real time.
package browser

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	period = 4800 // samples between two echoes
	decay  = 0.95
	before = "fn echo(x){ x + delay(9600, self * 0.95, 4799) }\nfn dsp(l, r){ echo(l) }\n"
	after  = "fn echo(x){ x + delay(9600, self * 0.95, 4799) }\nfn dsp(l, r){\n  let level = Slider!(\"level\", 1, 0.5, 2)\n  0 - echo(l) * level\n}\n"
)

// run runs a command and fails the test with its output.
func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
}

func TestTypedPatchIsHeardAndKeepsTheTail(t *testing.T) {
	dir := t.TempDir()
	out, err := filepath.Abs("../../out")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		run(t, "npm", "ci", "--no-audit", "--no-fund")
	}
	program := filepath.Join(dir, "player")
	run(t, "cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-I../../cbridge", "player/main.c", "-o", program,
		"-L"+out, "-lmmm", "-lmmmrt", "-Wl,-rpath,"+out)
	first, second, sound := filepath.Join(dir, "first.mmm"), filepath.Join(dir, "second.mmm"), filepath.Join(dir, "sound.raw")
	for file, text := range map[string]string{first: before, second: after} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	host := exec.Command(program, first, sound)
	host.Stderr = &strings.Builder{}
	stdin, err := host.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	defer host.Process.Kill() //nolint:errcheck // only in a test that failed already
	lines := bufio.NewReader(stdout)
	url, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("no address: %v\n%s", err, host.Stderr)
	}
	time.Sleep(500 * time.Millisecond) // some echoes of the first patch
	run(t, "node", "edit.mjs", strings.TrimSpace(url), second)
	stdin.Close()
	told, _ := io.ReadAll(lines)
	if err := host.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, host.Stderr)
	}

	checkTail(t, sound)
	checkGestures(t, strings.Fields(strings.ReplaceAll(string(told), "\n", " ")))
}

// checkTail checks that each echo of the first impulse is there, falls as it
// should, and changes its sign once: when the patch was swapped.
func checkTail(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := -1
	n := len(data) / 4
	for i := range n {
		got := float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		if i%period != 0 {
			if got != 0 {
				t.Fatalf("sample %d is %v between two echoes", i, got)
			}
			continue
		}
		want := math.Pow(decay, float64(i/period))
		if flipped < 0 && got < 0 {
			flipped = i / period
		}
		ratio := math.Abs(got) / want
		if near := math.Abs(ratio-1) < 1e-5; !near && (flipped < 0 || !(ratio > 0.4999 && ratio < 2.0001)) {
			t.Fatalf("echo %d is %v, want %v in size: the tail was lost", i/period, got, want)
		}
		if flipped >= 0 && got >= 0 {
			t.Fatalf("echo %d is back to the first patch", i/period)
		}
	}
	if flipped < 2 || n/period < flipped+2 {
		t.Errorf("of %d echoes the first of the new patch is %d: nothing was heard of the swap", n/period, flipped)
	}
}

// checkGestures checks that each movement of the knob was told from its begin
// to its end, with the values of both keys.
func checkGestures(t *testing.T, told []string) {
	t.Helper()
	var kinds, values []string
	for i := 0; i+3 < len(told); i += 4 {
		kinds = append(kinds, told[i+1])
		values = append(values, told[i+3])
	}
	if got := strings.Join(kinds, ""); got != "012012" {
		t.Errorf("gestures %q, want begin, value, end twice", got)
	}
	if len(values) == 6 && (values[1] != "1.0000" || values[4] != "0.0000") {
		t.Errorf("values %v of the gestures", values)
	}
}
