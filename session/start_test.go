package session

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mmm/codecache"
	"mmm/compiler"
	"mmm/params"
	"mmm/realtime"
)

// largePatch has n different voices; seed makes its text another one.
func largePatch(n int, seed float64) string {
	var s strings.Builder
	fmt.Fprintf(&s, "let seed = %v\nfn ph(f){ (self + f / samplerate) %% 1 }\nfn lp(x, c){ let y = self\n y + c * (x - y) }\n", seed)
	for i := range n {
		fmt.Fprintf(&s, "fn voice%[1]d(f, g){\n let m = sin(ph(f * %[2]v) * 6.28318) * 0.5\n let c = sin((ph(f) + m * 0.2) * 6.28318 + m + seed)\n"+
			" let s = if (c > 0.3) tanh(c * 2) else c * 0.7\n let d = delay(%[3]d, lp(s, 0.1 + g * 0.05), %[4]d)\n lp(s + d * 0.3, 0.3)\n}\n",
			i, 1+float64(i)*0.37, 100+i, 50+i)
	}
	s.WriteString("fn dsp(l, r){ (0")
	for i := range n {
		fmt.Fprintf(&s, " + voice%d(%d, %v)", i, 100+7*i, 0.1+0.001*float64(i))
	}
	s.WriteString(") * 0.02 }\n")
	return s.String()
}

// closures is what a large patch may have beside its voices: things that live in
// objects and change there.
const closures = "\nlet total = 0\nfn mk(k){ | | { k = k + 1\n k } }\nlet c = mk(0)\nlet kept = [0]\n" +
	"fn more(){ total = total + c() % 7\n kept = if (len(kept) > 8) { [total] } else { append(kept, now) }\n total + len(kept) }\n"

// direct plays a patch of two inputs as the best code, from its first sample.
func direct(t *testing.T, text string, blocks int) []float64 {
	t.Helper()
	r := compiler.Compile(compiler.Options{Name: "test.mmm", Text: text})
	if r.Program == nil {
		text, _ := rendered(&r.Diags)
		t.Fatal(text)
	}
	code, err := Build(r.Program, Native)
	if err != nil {
		t.Fatal(err)
	}
	defer code.Close()
	table := params.New()
	table.Bind(Controls(r.Program))
	inst, err := code.Instance(nil, 0, testRate)
	if err != nil {
		t.Fatal(err)
	}
	p := realtime.NewPlayer(realtime.Options{})
	defer p.Close()
	if err := p.Publish(realtime.Swap{Instance: inst, Slots: Slots(r.Program, table), Cues: r.Program.Cues, Pools: r.Program.Pools}); err != nil {
		t.Fatal(err)
	}
	in, out := [][]float64{make([]float64, frames), make([]float64, frames)}, [][]float64{make([]float64, frames)}
	var all []float64
	for range blocks {
		if err := p.Process(frames, nil, in, out); err != nil {
			t.Fatal(err)
		}
		all = append(all, out[0]...)
	}
	return all
}

func TestALargePatchSoundsQuicklyAndThenFromTheBestCodeUnheard(t *testing.T) {
	plain := largePatch(60, 1)
	for name, text := range map[string]string{
		"state": plain,
		"state and objects": strings.Replace(strings.Replace(plain, "fn dsp(", closures+"fn dsp(", 1),
			") * 0.02 }", ") * 0.02 + more() }", 1),
	} {
		t.Run(name, func(t *testing.T) {
			var j journal
			s := New(Effect, j.host())
			defer s.Close()
			improving.Lock() // the best code has to wait for the test
			if !s.Swap(text, "test.mmm", true) || !s.Activate(testRate, frames) {
				improving.Unlock()
				t.Fatal(s.Status().Rendered)
			}
			var got []float64
			for range 40 {
				got = append(got, play(t, s, 1, 0)...)
			}
			if strings.Contains(j.text(), "the best machine code plays") {
				t.Fatal("there was no quick code")
			}
			improving.Unlock()
			eventually(t, "the best code plays", func() bool {
				got = append(got, play(t, s, 1, 0)...)
				return strings.Contains(j.text(), "the best machine code plays")
			})
			got = append(got, play(t, s, 40, 0)...)
			want := direct(t, text, len(got)/frames)
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("sample %d of %d: %v, the best code alone gives %v", i, len(want), got[i], want[i])
				}
			}
			if s.code.wasm != nil {
				t.Error("the session would still play quick code")
			}
		})
	}
}

// long is a patch that takes much longer to compile than a newer edit may wait.
func long(seed float64) string { return largePatch(450, seed) }

// finished waits for the compiles that were given up, so that they are in no other
// test's way.
func finished(t *testing.T, s *Session) {
	t.Helper()
	eventually(t, "abandoned compiles end", func() bool { return len(s.slots) == 0 })
}

func TestANewerEditDoesNotWaitForALongCompile(t *testing.T) {
	endless := "#stage(macro)\nfn spin(n){ if (n > 0) spin(n - 1) + spin(n - 1) else 0 }\nfn m(){ let x = spin(60)\n `{ 0 } }\n#stage(main)\nfn dsp(l, r){ m!() }"
	for name, text := range map[string]string{"machine code": long(2), "macros": endless} {
		t.Run(name, func(t *testing.T) {
			var j journal
			s := New(Effect, j.host())
			defer s.Close()
			s.Activate(testRate, frames)
			swapped(t, s, counter)
			play(t, s, 1, 0)
			answer := make(chan bool, 1)
			go func() { answer <- s.Swap(text, "long.mmm", true) }()
			eventually(t, "the long compile begins", func() bool { return len(s.slots) == 1 })
			time.Sleep(2 * patience)
			begin := time.Now()
			swapped(t, s, counter+"\n")
			took := time.Since(begin)
			t.Logf("the newer edit took %v", took)
			if took > time.Second { // alone it is 1 ms; the compile that was given up takes seconds
				t.Errorf("the newer edit took %v", took)
			}
			if <-answer {
				t.Error("the long edit says that it plays")
			}
			if text := j.text(); strings.Contains(text, "long.mmm") {
				t.Errorf("the log tells of the edit that was given up:\n%s", text)
			}
			if s.Patch() != counter+"\n" || !s.Status().OK {
				t.Errorf("the patch is %.60q, status %s", s.Patch(), s.StatusJSON())
			}
			if out := play(t, s, 1, 0); out[0] != frames+1 {
				t.Errorf("plays %v", out[0])
			}
			finished(t, s)
		})
	}
}

func TestTheLastOfManyLongEditsAndAShortOnePlays(t *testing.T) {
	s := made(t, counter)
	for i := range 5 {
		s.Swap(long(float64(10+i)), "long.mmm", false)
	}
	begin := time.Now()
	swapped(t, s, "fn dsp(l, r){ 42 }")
	t.Logf("it waited %v for five long edits", time.Since(begin))
	eventually(t, "it plays", func() bool { return play(t, s, 10, 0)[frames-1] == 42 })
	finished(t, s)
}

func TestAnEngineChosenDuringALongCompileIsUsedByTheNewerEdit(t *testing.T) {
	s := made(t, largePatch(150, 3))
	done := make(chan bool, 1)
	go func() { done <- s.SetEngine(VM) }()
	eventually(t, "the long compile begins", func() bool { return len(s.slots) == 1 || s.Engine() == VM })
	time.Sleep(patience)
	swapped(t, s, "fn dsp(l, r){ 7 }")
	if !<-done {
		t.Error("the engine was refused")
	}
	if st := s.Status(); st.Engine != VM || s.code.Engine != VM {
		t.Errorf("the engine is %s, of the code %s", st.Engine, s.code.Engine)
	}
}

// keptIn has machine code kept in a folder of the test's.
func keptIn(t *testing.T) (cache *codecache.Cache, dir string) {
	t.Helper()
	improving.Lock() // sessions of other tests may still have code made, which would be kept, too
	dir = filepath.Join(t.TempDir(), "code")
	improving.Unlock()
	cache, err := codecache.Open(dir, codecache.DefaultLimit)
	if err != nil {
		t.Fatal(err)
	}
	realtime.SetKeeper(cache)
	t.Cleanup(func() { realtime.SetKeeper(nil) })
	return cache, dir
}

// forget makes the process forget what it has built.
func forget() {
	recent.lock.Lock()
	defer recent.lock.Unlock()
	for _, b := range recent.list {
		b.out.code.Close()
	}
	recent.list = nil
}

// length is the size of a file in bytes, 0 for none.
func length(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func TestKeptCodePlaysAndDamagedCodeIsMadeAnew(t *testing.T) {
	cache, dir := keptIn(t)
	text := largePatch(60, 4+float64(time.Now().UnixNano()%1e6)/1e9) // nobody has it yet
	want := direct(t, text, 20)
	cache.Flush()
	files, err := filepath.Glob(filepath.Join(dir, "*.code"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files are kept, error %v", len(files), err)
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(length(b), length(a)) }) // sessions of other tests may have small ones kept
	for what, damage := range map[string]func([]byte) []byte{
		"as kept":  func(b []byte) []byte { return b },
		"one bit":  func(b []byte) []byte { b[len(b)/2] ^= 16; return b },
		"cut":      func(b []byte) []byte { return b[:len(b)/3] },
		"all ones": func(b []byte) []byte { return []byte(strings.Repeat("\xff", len(b))) },
	} {
		t.Run(what, func(t *testing.T) {
			kept, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			size := len(kept)
			if err := os.WriteFile(files[0], damage(kept), 0o600); err != nil {
				t.Fatal(err)
			}
			forget()
			var j journal
			s := New(Effect, j.host())
			defer s.Close()
			swapped(t, s, text)
			quick := false
			s.do(func() { quick = s.code.wasm != nil })
			if what == "as kept" && quick {
				t.Error("the kept code was not found")
			}
			s.Activate(testRate, frames)
			for i, x := range play(t, s, 20, 0) {
				if x != want[i] {
					t.Fatalf("sample %d: %v, want %v", i, x, want[i])
				}
			}
			eventually(t, "good code is kept again", func() bool {
				cache.Flush()
				again, err := os.ReadFile(files[0])
				return err == nil && string(again[:8]) == "mmmcode1" && len(again) == size
			})
		})
	}
}

func TestEqualPatchesShareOneBuildUntilAFileOfTheirsChanges(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "part.mmm"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("fn part(){ 1 }")
	path := filepath.Join(dir, "patch.mmm")
	if err := os.WriteFile(path, []byte("include(\"part.mmm\")\nfn dsp(l, r){ part() }"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, b := made(t, ""), made(t, "")
	if !a.Watch(path) || !b.Watch(path) {
		t.Fatal(a.Status().Rendered)
	}
	a.Watch("")
	b.Watch("")
	if a.code.Program != b.code.Program {
		t.Error("two instances of one patch were compiled apart")
	}
	write("fn part(){ 2 }")
	c := made(t, "")
	if !c.Watch(path) {
		t.Fatal(c.Status().Rendered)
	}
	if a.code.Program == c.code.Program {
		t.Error("a changed file was not seen")
	}
	eventually(t, "the change plays", func() bool { return play(t, c, 10, 0)[frames-1] == 2 })
	if got := play(t, b, 10, 0)[10*frames-1]; got != 1 {
		t.Errorf("the other instance plays %v", got)
	}
}

// A project of many instances of one patch: what the first costs and the others,
// in a process that has nothing, and in the next one, which finds what the first
// has kept.
func TestFurtherInstancesOfAPatchAreNotCompiled(t *testing.T) {
	const instances = 50
	cache, dir := keptIn(t)
	text := largePatch(100, 5)
	open := func() (first, each time.Duration) {
		forget()
		var all []*Session
		begin := time.Now()
		for range instances {
			s := New(Effect, Host{})
			swapped(t, s, text)
			if !s.Activate(testRate, frames) {
				t.Fatal(s.StatusJSON())
			}
			all = append(all, s)
			if len(all) == 1 {
				first = time.Since(begin)
				begin = time.Now()
			}
		}
		each = time.Since(begin) / (instances - 1)
		eventually(t, "all play the best code", func() bool {
			for _, s := range all {
				quick := true
				s.do(func() { quick = s.code.wasm != nil })
				if quick {
					return false
				}
			}
			return true
		})
		for _, s := range all {
			s.Close()
		}
		cache.Flush()
		return first, each
	}
	least := func(a *time.Duration, b time.Duration) {
		if *a == 0 || b < *a {
			*a = b
		}
	}
	var whole, first, each, firstKept, eachKept time.Duration
	for range 3 { // what else runs here comes and goes
		realtime.SetKeeper(nil)
		forget()
		begin := time.Now()
		direct(t, text, 1)
		least(&whole, time.Since(begin))
		if err := emptyFolder(dir); err != nil {
			t.Fatal(err)
		}
		realtime.SetKeeper(cache)
		a, b := open()
		least(&first, a)
		least(&each, b)
		a, b = open()
		least(&firstKept, a)
		least(&eachKept, b)
	}
	t.Logf("compiled well %v; nothing kept: first %v, each further %v; kept on disk: first %v, each further %v",
		whole, first, each, firstKept, eachKept)
	if each > whole || eachKept > whole {
		t.Errorf("further instances took %v and %v each, as if they were compiled", each, eachKept)
	}
}

// emptyFolder deletes the code in a cache folder.
func emptyFolder(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.code"))
	for _, file := range files {
		if e := os.Remove(file); err == nil {
			err = e
		}
	}
	return err
}
