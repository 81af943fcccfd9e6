package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// put writes files, by slash-separated paths, into a folder.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// alone makes the machine one without libraries and returns a folder of its own.
func alone(t *testing.T) string {
	t.Helper()
	t.Setenv("MIMIUM_LIB_PATH", "")
	dir := t.TempDir()
	t.Setenv("HOME", filepath.Join(dir, "home"))
	return dir
}

// watching returns a session that follows a patch.
func watching(t *testing.T, path string) *Session {
	t.Helper()
	s := made(t, "")
	if !s.Watch(path) {
		t.Fatal(s.Status().Rendered)
	}
	return s
}

// last returns what a session plays at the end of some blocks.
func last(t *testing.T, s *Session) float64 {
	t.Helper()
	return play(t, s, 20, 0)[20*frames-1]
}

// names returns the files of a patch.
func names(s *Session) string { return strings.Join(s.View(-1).Files, " ") }

const (
	voice     = "pub fn tone(x){ x + 2 }\n"
	withVoice = "use voice::tone\nfn dsp(l, r){ tone(40) }\n"
)

func TestPatchUsesFilesOfItsFolderAndOfTheLibrary(t *testing.T) {
	dir := alone(t)
	t.Setenv("MIMIUM_LIB_PATH", filepath.Join(dir, "first")+string(filepath.ListSeparator)+filepath.Join(dir, "second"))
	put(t, dir, map[string]string{
		"p/patch.mmm":               "use voice::tone\nuse shared::s\nuse mine::m\nuse math::log10\ninclude(\"./sub/deep.mmm\")\nfn dsp(l, r){ tone(40) + s() + m() + deep + log10(10) }\n",
		"p/voice.mmm":               voice,
		"p/sub/deep.mmm":            "include(\"../up.mmm\")\nlet deep = up + 1\n",
		"p/up.mmm":                  "let up = 1000\n",
		"second/shared.mmm":         "use part::p\npub fn s(){ p() }\n",
		"second/part.mmm":           "pub fn p(){ 100 }\n",
		"home/.mimium/lib/m.md":     "",
		"home/.mimium/lib/mine.mmm": "pub fn m(){ 10000 }\n",
	})
	s := watching(t, filepath.Join(dir, "p", "patch.mmm"))
	if got := last(t, s); got != 42+100+10000+1001+1 {
		t.Errorf("the patch makes %v", got)
	}
	if got, want := names(s), "library2:part.mmm library2:shared.mmm sub/deep.mmm up.mmm user:mine.mmm voice.mmm"; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
}

func TestFileOutsideOfTheFolderIsRefusedByName(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{
		"secret.mmm": "let x = 1\n", "lib/above.mmm": "pub fn x(){ 1 }\n", "p/sub/up.mmm": "include(\"../../secret.mmm\")\n",
		"beside/secret.mmm": "let x = 1\n", "p-other/secret.mmm": "let x = 1\n",
	})
	p := filepath.Join(dir, "p")
	for link, to := range map[string]string{
		"link.mmm": filepath.Join(dir, "secret.mmm"), "relative.mmm": "../secret.mmm", "folder": "../beside",
		"twice.mmm": "link.mmm", "fine.mmm": "real.mmm",
	} {
		if err := os.Symlink(to, filepath.Join(p, link)); err != nil {
			t.Fatal(err)
		}
	}
	put(t, p, map[string]string{"real.mmm": "let x = 3\n"})
	if err := syscall.Mkfifo(filepath.Join(p, "pipe.mmm"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(p, filepath.Join(dir, "alias")); err != nil {
		t.Fatal(err)
	}
	if s := made(t, ""); s.Watch(filepath.Join(p, "pipe.mmm")) {
		t.Error("a pipe is a patch")
	}
	outside := "is outside of the patch's folder and of the library"
	for name, c := range map[string]struct{ text, says string }{
		"up":                     {`include("../secret.mmm")`, filepath.Join(dir, "secret.mmm") + " " + outside},
		"up and down":            {`include("./sub/../../secret.mmm")`, filepath.Join(dir, "secret.mmm") + " " + outside},
		"a longer folder's name": {`include("../p-other/secret.mmm")`, outside},
		"absolute":               {fmt.Sprintf("include(%q)", filepath.Join(dir, "secret.mmm")), filepath.Join(dir, "secret.mmm") + " " + outside},
		"of the system":          {`include("/etc/passwd")`, "/etc/passwd " + outside},
		"from an included file":  {`include("./sub/up.mmm")`, filepath.Join(dir, "secret.mmm") + " " + outside},
		"a link":                 {`include("./link.mmm")`, filepath.Join(p, "link.mmm") + " " + outside},
		"a relative link":        {`include("./relative.mmm")`, outside},
		"a link to a link":       {`include("./twice.mmm")`, outside},
		"a linked folder":        {`include("./folder/secret.mmm")`, filepath.Join(p, "folder", "secret.mmm") + " " + outside},
		"a link that leads back": {`include("../alias/real.mmm")`, filepath.Join(dir, "alias", "real.mmm") + " " + outside},
		"a module by a link":     {`mod link`, outside},
		"a library above":        {`use above::x`, filepath.Join(dir, "lib", "above.mmm") + " " + outside},
		"a pipe":                 {`include("./pipe.mmm")`, "is not a regular file"},
		"a folder":               {`include("./sub")`, "is not a regular file"},
		"nothing":                {`include("../nothing.mmm")`, "not found"},
		"nothing in a file":      {`include("./real.mmm/x.mmm")`, "not found"},
	} {
		patch := filepath.Join(p, "patch.mmm")
		put(t, p, map[string]string{"patch.mmm": c.text + "\nfn dsp(l, r){ 1 }\n"})
		s := made(t, "")
		if s.Watch(patch) || !strings.Contains(s.Status().Rendered, c.says) {
			t.Errorf("%s: said %q, want %q", name, s.Status().Rendered, c.says)
		}
		if s.Swap(c.text+"\nfn dsp(l, r){ 2 }\n", "edited.mmm", true) {
			t.Errorf("%s: the editor may", name)
		}
	}
	for name, text := range map[string]string{
		"a link inside": `include("./fine.mmm")`, "an absolute path inside": fmt.Sprintf("include(%q)", filepath.Join(p, "real.mmm")),
	} {
		put(t, p, map[string]string{"patch.mmm": text + "\nfn dsp(l, r){ x }\n"})
		if got := last(t, watching(t, filepath.Join(p, "patch.mmm"))); got != 3 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPatchWithoutAFileReadsTheLibraryOnly(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{"voice.mmm": voice, "lib/voice.mmm": voice, "home/.mimium/lib/mine.mmm": "pub fn m(){ 3 }\n"})
	t.Chdir(dir)
	s := made(t, "")
	for _, text := range []string{withVoice, `include("./voice.mmm")` + "\nfn dsp(l, r){ tone(1) }\n", `include("voice.mmm")` + "\nfn dsp(l, r){ tone(1) }\n"} {
		if s.Swap(text, "x.mmm", true) {
			t.Errorf("played %s", text)
		}
	}
	swapped(t, s, "use mine::m\nfn dsp(l, r){ m() }\n")
	if got := last(t, s); got != 3 {
		t.Errorf("the user's module makes %v", got)
	}
	put(t, dir, map[string]string{"home/.mimium/lib/mine.mmm": "pub fn m(){ 4 }\n"})
	swapped(t, s, "use mine::m\nfn dsp(l, r){ m() }\n")
	if got := last(t, s); got != 4 {
		t.Errorf("the edited module makes %v", got)
	}
}

func TestFilesTogetherAreBounded(t *testing.T) {
	dir := alone(t)
	files := map[string]string{}
	text := ""
	for i := range 4 {
		files[fmt.Sprintf("m%d.mmm", i)] = fmt.Sprintf("pub fn f(){ %d }\n//%s\n", i, strings.Repeat("x", 3<<20))
		text += fmt.Sprintf("use m%d::f\n", i)
	}
	files["patch.mmm"] = text + "fn dsp(l, r){ 1 }\n"
	files["long.mmm"] = "use huge::f\nfn dsp(l, r){ 1 }\n"
	files["huge.mmm"] = "pub fn f(){ 1 }\n//" + strings.Repeat("x", MaxPatchBytes)
	put(t, dir, files)
	for patch, want := range map[string]string{"patch.mmm": "m2.mmm makes the patch and its files longer than", "long.mmm": "huge.mmm has more than"} {
		s := made(t, "")
		if s.Watch(filepath.Join(dir, patch)) || !strings.Contains(s.Status().Rendered, want) {
			t.Errorf("%s: %q", patch, s.Status().Rendered)
		}
	}
}

// elsewhere makes another machine: none of the files in dir are there.
func elsewhere(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MIMIUM_LIB_PATH", "")
}

func TestStateHoldsTheFilesAndPlaysWithoutThem(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string // with p/patch.mmm
		lib   string            // of MIMIUM_LIB_PATH
		want  string            // names in the state
	}{
		"beside":     {map[string]string{"p/patch.mmm": withVoice, "p/voice.mmm": voice}, "", "voice.mmm"},
		"included":   {map[string]string{"p/patch.mmm": "include(\"./a/b.mmm\")\nfn dsp(l, r){ tone(40) }", "p/a/b.mmm": "include(\"../voice.mmm\")", "p/voice.mmm": voice}, "", "a/b.mmm voice.mmm"},
		"absolute":   {map[string]string{"p/patch.mmm": "include(\"DIR/p/voice.mmm\")\nfn dsp(l, r){ tone(40) }", "p/voice.mmm": voice}, "", "voice.mmm"},
		"own lib":    {map[string]string{"p/patch.mmm": withVoice, "p/lib/voice.mmm": voice}, "", "lib/voice.mmm"},
		"library":    {map[string]string{"p/patch.mmm": withVoice, "l/voice.mmm": "use deep::d\npub fn tone(x){ d(x) }", "l/lib/deep.mmm": "pub fn d(x){ x + 2 }", "p/voice.mmm": "pub fn tone(x){ 0 }"}, "l", "library1:lib/deep.mmm library1:voice.mmm"},
		"two of one": {map[string]string{"p/patch.mmm": "include(\"./voice.mmm\")\nuse voice::pitch\nfn dsp(l, r){ tone(40) * pitch() }", "p/voice.mmm": voice, "l/voice.mmm": "pub fn pitch(){ 1 }"}, "l", "library1:voice.mmm voice.mmm"},
		"user":       {map[string]string{"p/patch.mmm": withVoice, "home/.mimium/lib/voice.mmm": voice}, "", "user:voice.mmm"},
		"over osc":   {map[string]string{"p/patch.mmm": "use osc::tone\nfn dsp(l, r){ tone(40) }", "l/osc.mmm": voice}, "l", "library1:osc.mmm"},
		"lib inside": {map[string]string{"p/patch.mmm": "include(\"./lib/voice.mmm\")\nfn dsp(l, r){ tone(40) }", "p/lib/voice.mmm": voice}, "p/lib", "lib/voice.mmm library1:voice.mmm"},
		"inside lib": {map[string]string{"l/voice.mmm": voice, "l/p/patch.mmm": "include(\"../voice.mmm\")\nuse voice::tone\nfn dsp(l, r){ tone(40) }"}, "l", "../voice.mmm library1:voice.mmm"},
		"odd names":  {map[string]string{"p/patch.mmm": "include(\"./user:voice.mmm\")\nfn dsp(l, r){ tone(40) }", "p/user:voice.mmm": voice}, "", "./user:voice.mmm"},
		"no files":   {map[string]string{"p/patch.mmm": "use math::log10\nfn dsp(l, r){ 41 + log10(10) }"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			top := alone(t)
			dir := filepath.Join(top, "machine")
			t.Setenv("HOME", filepath.Join(dir, "home"))
			if c.lib != "" {
				t.Setenv("MIMIUM_LIB_PATH", filepath.Join(dir, filepath.FromSlash(c.lib)))
			}
			patch := ""
			for file, text := range c.files {
				c.files[file] = strings.ReplaceAll(text, "DIR", filepath.ToSlash(dir))
				if strings.HasSuffix(file, "p/patch.mmm") {
					patch = filepath.Join(dir, filepath.FromSlash(file))
				}
			}
			put(t, dir, c.files)
			s := watching(t, patch)
			if got := last(t, s); got != 42 {
				t.Fatalf("makes %v", got)
			}
			first := saved(t, s)
			var st savedState
			if err := json.Unmarshal(first, &st); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(slices.Sorted(maps.Keys(st.Files)), " "); got != c.want {
				t.Errorf("saved files %s, want %s", got, c.want)
			}
			elsewhere(t, dir)
			// Files of the same names on the other machine are not those.
			wrong := map[string]string{}
			for _, file := range []string{"voice", "osc", "deep", "math"} {
				wrong["other/"+file+".mmm"] = "pub fn tone(x){ 0 }\npub fn pitch(){ 0 }\npub fn d(x){ 0 }\npub fn log10(x){ 0 }\n"
				wrong["home/.mimium/lib/"+file+".mmm"] = wrong["other/"+file+".mmm"]
			}
			put(t, top, wrong)
			t.Setenv("MIMIUM_LIB_PATH", filepath.Join(top, "other"))
			t.Setenv("HOME", filepath.Join(top, "home"))
			other := made(t, "")
			if err := other.LoadState(first, Project); err != nil || !other.Status().OK {
				t.Fatal(err, other.Status().Rendered)
			}
			if got := last(t, other); got != 42 {
				t.Errorf("elsewhere it makes %v", got)
			}
			if second := saved(t, other); !bytes.Equal(first, second) {
				t.Errorf("saved\n%s\nthen\n%s", first, second)
			}
			// An edit there, another engine, another save.
			swapped(t, other, strings.Replace(other.Patch(), "fn dsp(l, r){", "fn dsp(l, r){ 1 +", 1))
			if got := last(t, other); got != 43 {
				t.Errorf("the edit makes %v", got)
			}
			// A busy machine may have the watchdog stop the vm; choosing the
			// engine starts it anew.
			for _, engine := range []string{VM, Native} {
				eventually(t, engine+" plays it", func() bool { return other.SetEngine(engine) && last(t, other) == 43 })
			}
			third := made(t, "")
			if err := third.LoadState(saved(t, other), Project); err != nil || !third.Status().OK {
				t.Fatal(err, third.Status().Rendered)
			}
			if got := last(t, third); got != 43 {
				t.Errorf("after the edit it makes %v: %s", got, third.Status().Fault)
			}
		})
	}
}

func TestRestoredPatchCanBeGivenMoreOfTheLibrary(t *testing.T) {
	top := alone(t)
	dir := filepath.Join(top, "machine")
	put(t, dir, map[string]string{"patch.mmm": withVoice, "voice.mmm": voice})
	state := saved(t, watching(t, filepath.Join(dir, "patch.mmm")))
	elsewhere(t, dir)
	put(t, top, map[string]string{"home/.mimium/lib/more.mmm": "pub fn m(){ 100 }\n"})
	s := made(t, "")
	if err := s.LoadState(state, Project); err != nil {
		t.Fatal(err)
	}
	swapped(t, s, "use more::m\n"+strings.Replace(withVoice, "tone(40)", "tone(40) + m()", 1))
	if got := last(t, s); got != 142 {
		t.Errorf("makes %v", got)
	}
	if got := names(s); got != "user:more.mmm voice.mmm" {
		t.Errorf("files %s", got)
	}
	for _, text := range []string{`include("/etc/hostname")`, `include("../machine/x.mmm")`, `include("./voice2.mmm")`} {
		if s.Swap(text+"\n"+withVoice, "x.mmm", true) {
			t.Errorf("played %s", text)
		}
	}
}

func TestStateByHandNeedsNoPath(t *testing.T) {
	alone(t)
	s := made(t, "")
	var st savedState
	if err := json.Unmarshal(saved(t, s), &st); err != nil {
		t.Fatal(err)
	}
	st.Patch, st.Path, st.Files = withVoice, "", map[string]string{"voice.mmm": voice}
	data, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LoadState(data, Project); err != nil || last(t, s) != 42 {
		t.Errorf("%v %s", err, s.Status().Rendered)
	}
	st.Patch, st.Files = counter, nil // as before there were files
	if data, err = json.Marshal(st); err != nil {
		t.Fatal(err)
	}
	if err := s.LoadState(data, Project); err != nil || !s.Status().OK || names(s) != "" {
		t.Errorf("%v %s", err, s.Status().Rendered)
	}
}

func TestStrangersStateReadsNothingOfThisMachine(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{"p/patch.mmm": "fn dsp(l, r){ 5 }\n", "p/voice.mmm": voice, "secret.mmm": "let x = 1\n"})
	s := made(t, "")
	var st savedState
	if err := json.Unmarshal(saved(t, s), &st); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{withVoice, `include("./voice.mmm")` + "\nfn dsp(l, r){ tone(1) }\n", `include("../secret.mmm")` + "\nfn dsp(l, r){ 1 }\n"} {
		st.Patch, st.Path, st.Files = text, filepath.Join(dir, "p", "patch.mmm"), nil
		data, err := json.Marshal(st)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.LoadState(data, Project); err != nil || s.Status().OK {
			t.Errorf("%v: played %s", err, text)
		}
		if s.Swap(text, "x.mmm", true) {
			t.Errorf("an edit played %s", text)
		}
		if again := saved(t, s); !strings.Contains(string(again), `"files": {}`) {
			t.Errorf("saved %s", again)
		}
	}
}

func TestSavedModuleIsSwappedIn(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{
		"p/patch.mmm":         "use voice::tone\nuse sub::s\nuse shared::x\nfn count(x){ self + x }\nfn dsp(l, r){ count(1) * 0 + tone(40) + s() + x() }\n",
		"p/voice.mmm":         voice,
		"p/lib/sub.mmm":       "include(\"deep/deep.mmm\")\npub fn s(){ deep }\n",
		"p/lib/deep/deep.mmm": "let deep = 0\n",
		"l/shared.mmm":        "pub fn x(){ 0 }\n",
	})
	t.Setenv("MIMIUM_LIB_PATH", filepath.Join(dir, "l"))
	s := watching(t, filepath.Join(dir, "p", "patch.mmm"))
	sounds := func(what string, want float64) {
		t.Helper()
		eventually(t, what, func() bool { return last(t, s) == want })
	}
	sounds("the patch", 42)

	put(t, dir, map[string]string{"p/voice.mmm": strings.Replace(voice, "2", "3", 1)})
	sounds("a module saved in place", 43)
	put(t, dir, map[string]string{"p/voice.mmm~": strings.Replace(voice, "2", "4", 1)})
	if err := os.Rename(filepath.Join(dir, "p", "voice.mmm~"), filepath.Join(dir, "p", "voice.mmm")); err != nil {
		t.Fatal(err)
	}
	sounds("a module saved by renaming", 44)
	put(t, dir, map[string]string{"p/lib/deep/deep.mmm": "let deep = 100\n"})
	sounds("a file of a module in a folder", 144)
	put(t, dir, map[string]string{"l/shared.mmm": "pub fn x(){ 1000 }\n"})
	sounds("a module of the library", 1144)

	put(t, dir, map[string]string{"p/voice.mmm": "pub fn tone(x){\n  x + nothing\n}\n"})
	eventually(t, "a broken module is reported", func() bool { return !s.Status().OK })
	var list []struct {
		File         string
		Line, Column int
	}
	if err := json.Unmarshal(s.Status().Diagnostics, &list); err != nil || len(list) != 1 || list[0].File != "voice.mmm" || list[0].Line != 2 || list[0].Column != 7 {
		t.Errorf("diagnostics %s", s.Status().Diagnostics)
	}
	if !strings.Contains(s.Status().Rendered, "voice.mmm:2:7") {
		t.Errorf("rendered %s", s.Status().Rendered)
	}
	sounds("the program goes on", 1144)
	put(t, dir, map[string]string{"p/voice.mmm": voice})
	sounds("the mended module", 1142)

	// A folder that takes another's place.
	put(t, dir, map[string]string{"p/new/sub.mmm": "include(\"deep/deep.mmm\")\npub fn s(){ deep }\n", "p/new/deep/deep.mmm": "let deep = 200\n"})
	for _, move := range [][2]string{{"lib", "old"}, {"new", "lib"}} {
		if err := os.Rename(filepath.Join(dir, "p", move[0]), filepath.Join(dir, "p", move[1])); err != nil {
			t.Fatal(err)
		}
	}
	sounds("a replaced folder", 1242)
	put(t, dir, map[string]string{"p/lib/deep/deep.mmm": "let deep = 300\n"})
	sounds("a file in the replaced folder", 1342)

	if !s.Watch("") {
		t.Fatal("cannot stop following")
	}
	swaps := s.Status().Swaps
	put(t, dir, map[string]string{"p/voice.mmm": strings.Replace(voice, "2", "9", 1)})
	time.Sleep(150 * time.Millisecond)
	if s.Status().Swaps != swaps {
		t.Error("a module that is no longer followed was swapped in")
	}
}

func TestModuleThatWasMissingIsFollowed(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{"patch.mmm": "fn dsp(l, r){ 1 }\n"})
	s := watching(t, filepath.Join(dir, "patch.mmm"))
	put(t, dir, map[string]string{"patch.mmm": withVoice})
	eventually(t, "a missing module is reported", func() bool { return strings.Contains(s.Status().Rendered, "voice.mmm not found") })
	put(t, dir, map[string]string{"voice.mmm": voice})
	eventually(t, "the module that came", func() bool { return last(t, s) == 42 })
	put(t, dir, map[string]string{"lib/voice.mmm": strings.Replace(voice, "2", "3", 1)}) // wins, and its folder is new
	eventually(t, "a module that comes earlier in the search", func() bool { return last(t, s) == 43 })
}

func TestModuleDoesNotUndoTheEditor(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{"patch.mmm": withVoice, "voice.mmm": voice})
	s := watching(t, filepath.Join(dir, "patch.mmm"))
	mine := strings.Replace(withVoice, "tone(40)", "tone(50)", 1)
	swapped(t, s, mine)
	put(t, dir, map[string]string{"voice.mmm": strings.Replace(voice, "2", "3", 1)})
	eventually(t, "the module with the editor's text", func() bool { return last(t, s) == 53 })
	put(t, dir, map[string]string{"patch.mmm": strings.Replace(withVoice, "tone(40)", "tone(60)", 1)})
	eventually(t, "the file's text", func() bool { return last(t, s) == 63 })
	put(t, dir, map[string]string{"voice.mmm": voice})
	eventually(t, "the module with the file's text", func() bool { return last(t, s) == 62 })
}

func TestLoadedPatchFollowsItsFilesIfItIsStillThere(t *testing.T) {
	dir := alone(t)
	path := filepath.Join(dir, "patch.mmm")
	put(t, dir, map[string]string{"patch.mmm": withVoice, "voice.mmm": voice})
	state := saved(t, watching(t, path))

	s := made(t, "")
	if err := s.LoadState(state, Project); err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"voice.mmm": strings.Replace(voice, "2", "3", 1)})
	eventually(t, "the module is followed", func() bool { return last(t, s) == 43 })

	// The module has changed since: what was saved plays, until something is saved.
	var j journal
	late := New(Effect, j.host())
	defer late.Close()
	late.Activate(testRate, frames)
	if err := late.LoadState(state, Project); err != nil || last(t, late) != 42 || !bytes.Equal(saved(t, late), state) {
		t.Errorf("%v: %v", err, late.Status().Rendered)
	}
	if !strings.Contains(j.text(), "voice.mmm: the saved text plays") {
		t.Errorf("log %s", j.text())
	}
	put(t, dir, map[string]string{"voice.mmm": strings.Replace(voice, "2", "4", 1)})
	eventually(t, "the changed module is followed", func() bool { return last(t, late) == 44 })

	// The patch has changed since: nothing here concerns it.
	put(t, dir, map[string]string{"patch.mmm": withVoice + "\n", "voice.mmm": voice})
	never := made(t, "")
	if err := never.LoadState(state, Project); err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"voice.mmm": strings.Replace(voice, "2", "5", 1)})
	time.Sleep(150 * time.Millisecond)
	if got := last(t, never); got != 42 {
		t.Errorf("makes %v", got)
	}
	if !never.Watch(path) || last(t, never) != 45 { // asked for
		t.Errorf("watched: %v", last(t, never))
	}
}
