// Package browser tests the editor page in a real browser, on the plugin as it
// plays in real time in the clack host.
package browser

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mmm/audiofile"
)

const (
	rate    = 48000
	seconds = 20   // more than the browser needs
	period  = 4800 // samples between two echoes
	decay   = 0.95
	before  = "fn echo(x){ x + delay(9600, self * 0.95, 4799) }\nfn dsp(l, r){ echo(l) }\n"
	after   = "fn echo(x){ x + delay(9600, self * 0.95, 4799) }\nfn dsp(l, r){\n  let level = Slider!(\"level\", 1, 0.5, 2)\n  0 - echo(l) * level\n}\n"
)

// The script of the host; the browser does what the host does not.
const script = `plugin effect
activate 48000 64 64
block 64
swap %q
process 4800
realtime on
mark played
input impulse
editor
start %d
wait
expect gestures == 2
expect param level == 0
wav %q
`

func TestTypedPatchIsHeardAndKeepsTheTail(t *testing.T) {
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		if text, err := exec.Command("npm", "ci", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
			t.Fatalf("npm: %v\n%s", err, text)
		}
	}
	sound := filepath.Join(dir, "sound.wav")
	first, second, steps := filepath.Join(dir, "first.mmm"), filepath.Join(dir, "second.mmm"), filepath.Join(dir, "script.txt")
	for file, text := range map[string]string{first: before, second: after, steps: fmt.Sprintf(script, first, rate*seconds, sound)} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	host := exec.Command(filepath.Join(root, "tests/host/target/release/mmm-host"), steps, "--plugin", filepath.Join(root, "out/mmm.clap"))
	var told strings.Builder
	host.Stderr = &told
	stdout, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatalf("%v: run make build first", err)
	}
	url := ""
	lines := bufio.NewScanner(stdout)
	for url == "" && lines.Scan() {
		fmt.Fprintln(&told, lines.Text())
		url, _ = strings.CutPrefix(lines.Text(), "editor ")
		if !strings.HasPrefix(url, "http://") {
			url = ""
		}
	}
	steering, failed := exec.Command("node", "edit.mjs", url, second).CombinedOutput()
	for lines.Scan() {
		fmt.Fprintln(&told, lines.Text())
	}
	if err := host.Wait(); err != nil || failed != nil {
		t.Fatalf("browser: %v\n%s\nhost: %v\n%s", failed, steering, err, told.String())
	}
	checkTail(t, sound)
}

// checkTail checks that each echo of the impulse is there, falls as it should,
// and changes its sign once: when the patch was swapped.
func checkTail(t *testing.T, file string) {
	t.Helper()
	channels, _, err := audiofile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	left := channels[0]
	start := 0
	for start < len(left) && left[start] == 0 {
		start++
	}
	left = left[start:]
	flipped := -1
	for i, got := range left {
		echo := i / period
		if i%period != 0 {
			if got != 0 {
				t.Fatalf("sample %d is %v between two echoes", i, got)
			}
			continue
		}
		if flipped < 0 && got < 0 {
			flipped = echo
		}
		ratio := math.Abs(got) / math.Pow(decay, float64(echo))
		// after the swap the browser turns the level from 1 to 2 and to 0.5
		if near := math.Abs(ratio-1) < 1e-5; !near && (flipped < 0 || !(ratio > 0.4999 && ratio < 2.0001)) {
			t.Fatalf("echo %d is %v: the tail was lost", echo, got)
		}
		if flipped >= 0 && got >= 0 {
			t.Fatalf("echo %d is back to the first patch", echo)
		}
	}
	if flipped < 2 || flipped+2 > len(left)/period {
		t.Errorf("of %d echoes the first of the new patch is %d: nothing was heard of the swap", len(left)/period, flipped)
	}
}
