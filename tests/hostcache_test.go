package tests

import (
	"os"
	"path/filepath"
	"testing"
)

// keptCode lists what a host's run has left in its cache folder.
func keptCode(t *testing.T, r *hostRun) map[string]os.FileInfo {
	t.Helper()
	files := map[string]os.FileInfo{}
	list, err := os.ReadDir(filepath.Join(r.folder, "code"))
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range list {
		info, err := item.Info()
		if err != nil {
			t.Fatal(err)
		}
		files[item.Name()] = info
	}
	return files
}

func TestThePluginKeepsCodeForTheNextProcessInAFolderOfTheUsersAlone(t *testing.T) {
	r := newHostRun(t)
	const script = "plugin instrument\nswap sine.mmm\nactivate 48000 1 64\nprocess 48000\nexpect rms > 0.01\n"
	r.play(script)
	first := keptCode(t, r)
	for try := 0; len(first) < 2 && try < 10; try++ { // it is written beside the playing, and was not done
		r.play(script)
		first = keptCode(t, r)
	}
	if len(first) < 2 || first["secret"] == nil || first["secret"].Mode().Perm() != 0o600 {
		t.Fatalf("the folder holds %v", first)
	}
	info, err := os.Stat(filepath.Join(r.folder, "code"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	for name := range first { // damaged code must not disturb the next run
		if filepath.Ext(name) == ".code" {
			path := filepath.Join(r.folder, "code", name)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := range data {
				data[i] ^= byte(i)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.play(script)
	r.play(script)
	// no folder at all, one that cannot be made, and one that is not wanted
	blocked := filepath.Join(r.folder, "knob.mmm", "code")
	for _, env := range []string{"MMM_CACHE=" + blocked, "MMM_CACHE=off", "MMM_CACHE=/proc/none"} {
		r.play(script, env)
	}
	r.play(script, "MMM_CACHE=", "XDG_CACHE_HOME=", "HOME=")
}
