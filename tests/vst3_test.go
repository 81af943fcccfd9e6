package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// These tests play out/mmm.vst3 in hosts that are not ours, pedalboard and
// dawdreamer, which build/deps.sh test puts into out/venv; and in a host that
// does what those two do not (vst3/both_formats.cpp).

// vst3Library returns the library within the bundle.
func vst3Library(t *testing.T) string {
	t.Helper()
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	return built(t, filepath.Join("mmm.vst3", "Contents", machine+"-linux", "mmm.so"))
}

// said runs a program for at most two minutes and returns what it said; every
// line that begins with ok is a thing that held.
func said(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out.String())
	}
	return out.String()
}

func TestHostsPlayTheVST3Plugin(t *testing.T) {
	vst3Library(t)
	python := built(t, filepath.Join("venv", "bin", "python"))
	for script, least := range map[string]int{"pedalboard_host.py": 14, "dawdreamer_host.py": 5} {
		t.Run(strings.TrimSuffix(script, "_host.py"), func(t *testing.T) {
			out := said(t, python, filepath.Join("vst3", script))
			if n := strings.Count(out, "ok   "); n < least {
				t.Errorf("%d things held, %d are wanted", n, least)
			}
			t.Log("\n" + out)
		})
	}
}

// saveState leaves both.state and voice.state, which both_formats wants, as the
// CLAP host saves them.
func (r *hostRun) saveState() {
	r.t.Helper()
	r.write("both.mmm", []byte("fn dsp(l, r){ (l, Slider!(\"amp.gain\", 0.375, 0, 1)) }\n"))
	r.play("plugin effect\nsave both.state\n", "MMM_PATCH=both.mmm")
	r.write("voice.mmm", []byte("fn dsp(){ let v = midi_voice!(0, 2)\n (v.pitch, v.pressure) }\n"))
	r.play("plugin effect\nsave voice.state\n", "MMM_PATCH=voice.mmm")
}

func TestBothFormatsShareStatesAndOneLibraryInAProcess(t *testing.T) {
	run := newHostRun(t)
	run.saveState()
	for _, first := range []string{"clap", "vst3"} {
		t.Run(first+" first", func(t *testing.T) {
			t.Log("\n" + said(t, built(t, "both_formats"), built(t, "mmm.clap"), vst3Library(t), filepath.Join(run.folder, "both.state"), filepath.Join(run.folder, "voice.state"), first))
		})
	}
	// and back: what was saved in a VST3 host is loaded in the CLAP host
	run.play(`
plugin effect
load both.state
save again.state
expect files both.state again.state
`)
}

func TestThePluginFilesExportTheirEntryPointsAlone(t *testing.T) {
	for file, want := range map[string]string{
		built(t, "mmm.clap"):     "clap_entry",
		vst3Library(t):           "GetPluginFactory ModuleEntry ModuleExit",
		built(t, "mmm-patch.so"): "GetPluginFactory ModuleEntry ModuleExit clap_entry",
	} {
		var names []string
		for _, line := range strings.Split(string(output(t, "nm", "-D", "--defined-only", file)), "\n") {
			if f := strings.Fields(line); len(f) == 3 {
				names = append(names, f[2])
			}
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s exports %q, not %q", filepath.Base(file), got, want)
		}
	}
}

// TestInstallPutsEveryPartInItsPlace installs into an empty home and plays from
// there.
func TestInstallPutsEveryPartInItsPlace(t *testing.T) {
	home := t.TempDir()
	cmd := exec.Command("build/install.sh")
	cmd.Dir = root
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	installed, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, installed)
	}
	for what, path := range map[string]string{"CLAP plugin": ".clap/mmm/mmm.clap", "VST3 plugin": ".vst3/mmm.vst3", "command line": ".local/bin/mmm"} {
		if !regexp.MustCompile(what + `: +` + regexp.QuoteMeta(filepath.Join(home, path)) + `\n`).Match(installed) {
			t.Errorf("it does not say where the %s is:\n%s", what, installed)
		}
	}
	run := newHostRun(t)
	run.saveState()
	library, err := filepath.Glob(filepath.Join(home, ".vst3/mmm.vst3/Contents/*-linux/mmm.so"))
	if err != nil || len(library) != 1 {
		t.Fatalf("%v %v", library, err)
	}
	t.Setenv("LD_LIBRARY_PATH", "")
	said(t, built(t, "both_formats"), filepath.Join(home, ".clap/mmm/mmm.clap"), library[0], filepath.Join(run.folder, "both.state"), filepath.Join(run.folder, "voice.state"), "vst3")
	patch := filepath.Join(run.folder, "knob.mmm")
	said(t, filepath.Join(home, ".local/bin/mmm"), "check", patch)
}
