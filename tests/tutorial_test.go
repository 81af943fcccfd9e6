package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheTutorialIsTrue runs the commands of docs/tutorial.md, in an empty home,
// and plays its patch and its edit in a host.
func TestTheTutorialIsTrue(t *testing.T) {
	text := string(read(t, "docs/tutorial.md"))
	blocks := map[string][]string{}
	for _, m := range regexp.MustCompile("(?s)```(\\w*)\n(.*?)```").FindAllStringSubmatch(text, -1) {
		blocks[m[1]] = append(blocks[m[1]], m[2])
	}
	if len(blocks["mimium"]) != 1 || len(blocks[""]) != 1 || len(blocks["sh"]) < 4 {
		t.Fatalf("%d patches, %d edits, %d commands", len(blocks["mimium"]), len(blocks[""]), len(blocks["sh"]))
	}
	first := blocks["mimium"][0]
	at := strings.Index(first, "    let y = ")
	if at < 0 || strings.Count(first[at:], "\n") != 4 { // three lines of dsp and its bracket
		t.Fatal("the edit replaces the last three lines of dsp")
	}
	second := first[:at] + blocks[""][0] + "}\n"

	run := newHostRun(t)
	run.write("first.mmm", []byte(first))
	run.write("second.mmm", []byte(second))
	home := t.TempDir()
	for _, command := range blocks["sh"] {
		command = strings.TrimSpace(command)
		folder := run.folder
		if command == "make install" { // what it runs once all is built
			command, folder = "build/install.sh", root
		}
		cmd := exec.Command("bash", "-euc", command)
		cmd.Dir = folder
		cmd.Env = []string{"HOME=" + home, "PATH=" + filepath.Join(home, ".local/bin") + ":" + os.Getenv("PATH")}
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, said)
		}
	}
	for _, made := range []string{"first.wav", "first.vstpreset", "first.clap"} {
		if info, err := os.Stat(filepath.Join(run.folder, made)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not made", made)
		}
	}

	run.play(`
plugin instrument
activate 48000 1 512
note on 57 0.8 @100
process 24000
expect rms > 0.001
swap first.mmm
process 24000
expect param bright ~ 0.0909090909
ramp bright 0 1 24000 @0
process 24000
expect rms > 0.01 over 20000
expect param bright > 0.998
note off 57 @0
process 9000
swap second.mmm
mark tail
process 4800
expect rms > 0.0005 over 4800
expect param bright > 0.998
note on 64 0.8 @0
process 24000
expect rms > 0.01 over 20000
expect finite
save project.state
plugin instrument again
load project.state
expect param bright > 0.998
`)
	run.play("plugin only\nactivate 48000 1 512\nexpect visible == 1\nnote on 57 0.8 @0\nprocess 24000\nexpect rms > 0.01\n", hostPlugin("first.clap"))
}
