package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// checkRow is one line of mmm-check.
type checkRow struct{ name, plugin, result, detail string }

// check runs rows of mmm-check, a CLAP host in plain C++, all where none is
// named, on a built plugin.
func check(t *testing.T, program, plugin string, env []string, args ...string) []checkRow {
	t.Helper()
	cmd := exec.Command(program, append([]string{plugin}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(10*time.Minute, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	var rows []checkRow
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if f := strings.SplitN(line, "\t", 4); len(f) == 4 {
			rows = append(rows, checkRow{f[0], f[1], f[2], f[3]})
			if f[2] != "ok" {
				t.Errorf("%s of %s: %s", f[0], f[1], f[3])
			}
		}
	}
	if err != nil || len(rows) == 0 {
		t.Errorf("%v: %d rows\n%.20000s", err, len(rows), problems.String())
	}
	return rows
}

func TestPluginKeepsTheRulesOfClap(t *testing.T) {
	program, plugin := built(t, "mmm-check"), built(t, "mmm.clap")
	rules, err := exec.Command(program, plugin, "--rules").Output()
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]string{}
	for _, row := range check(t, program, plugin, []string{"MMM_PATCHES="}) {
		if row.result != "ok" || results[row.name] == "" {
			results[row.name] = row.result
		}
	}
	var table strings.Builder
	table.WriteString("| row | rule | result |\n|---|---|---|\n")
	for _, line := range strings.Split(strings.TrimSpace(string(rules)), "\n") {
		name, rule, _ := strings.Cut(line, "\t")
		fmt.Fprintf(&table, "| %s | %s | %s |\n", name, rule, results[name])
		if results[name] == "" {
			t.Errorf("%s was not run", name)
		}
	}
	writtenTable(t, "docs/clap.md", "rules", table.String())
}

func TestPluginWithoutItsLibrarySaysSo(t *testing.T) {
	folder := t.TempDir()
	data, err := os.ReadFile(built(t, "mmm.clap"))
	if err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(folder, "mmm.clap")
	if err := os.WriteFile(alone, data, 0o755); err != nil {
		t.Fatal(err)
	}
	// It can be scanned all the same; an instance is refused with a reason.
	check(t, built(t, "mmm-check"), alone, nil, "scan-time", "descriptor-consistency", "create-id-with-trailing-garbage", "missing-library")
}

func TestPluginRunsInAnyHome(t *testing.T) {
	locked := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string][]string{
		"none":       {"HOME=", "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "XDG_CACHE_HOME="},
		"read only":  {"HOME=" + locked, "XDG_DATA_HOME="},
		"not there":  {"HOME=/nowhere/at/all", "XDG_DATA_HOME=/nowhere/data"},
		"log denied": {"HOME=" + locked, "MMM_LOG=/nowhere/log"},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, built(t, "mmm-check"), built(t, "mmm.clap"), env, "process-audio-basic-out-of-place", "state-reproducibility-basic", "preset-discovery-crawl")
		})
	}
}
