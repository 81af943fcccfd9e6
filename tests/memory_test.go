package tests

import (
	"math"
	"os"
	"strconv"
	"testing"

	"mmm/compiler/emit"
	"mmm/state"
	"mmm/vm"
)

// busy makes closures, arrays, lists, boxes and tasks in every sample and keeps
// some of them in globals, captured variables and self.
const busy = `
type rec L = Nil | Cons(float, L)
fn build(n:float)->L{ if (n > 0) Cons(n, build(n - 1)) else Nil }
fn total(l:L)->float{ match l { Nil => 0, Cons(h, t) => h + total(t) } }
fn hist(x:float)->[float]{ let s = self
  if (len(s) < 4) append(s, x) else { let (h, r) = split_head(s)
    append(r, x) } }
fn ap(f, x){ f(x) }
fn acc(x){ self + x }
let kept = [0]
let keep = | | 0
let last = Nil
let ticks = 0
fn tick(){ ticks = ticks + 1
  let _ = tick@(now + 3) }
let _ = tick@1
fn mk(k){ | | { k = k + 1
  k } }
fn dsp(){
  let c = now % 7
  let f = |x| { c = c + x
    c }
  let a = ap(f, 1) + ap(acc, 0.5)
  kept = if (now % 2) {[a, c, now]} else append(kept, 1)
  kept = if (len(kept) > 8) {[0]} else kept
  keep = mk(now)
  last = build(now % 5)
  let h = hist(now)
  (a % 1000, total(last) + keep() % 10, h[0] + len(kept), ticks)
}
`

// TestMemoryStaysFlat plays busy for MMM_MEMORY_SAMPLES samples (ten million)
// and compares the heap with what it was after a thousand.
func TestMemoryStaysFlat(t *testing.T) {
	samples := 10_000_000
	if n, err := strconv.Atoi(os.Getenv("MMM_MEMORY_SAMPLES")); err == nil {
		samples = n
	}
	p := compiled(t, "busy", busy)
	code, err := emit.Program(p)
	if err != nil {
		t.Fatal(err)
	}
	words := make([]uint64, p.Image.Words)
	words[state.RateWord] = math.Float64bits(48000)
	m, err := vm.New(code, words)
	if err != nil {
		t.Fatal(err)
	}
	m.Init()
	peak := 0
	run := func(n int) {
		for done := 0; done < n; done += 200 {
			m.Run(0, 200)
			peak = max(peak, m.Heap().Used)
			if f, place := m.Fault(); f != state.FaultNone {
				t.Fatalf("fault %d in function %d after %d samples", f, place, done)
			}
		}
	}
	run(1000)
	first := peak
	run(samples - 1000)
	if peak > first {
		t.Errorf("the heap held %d words at most in the first 1000 samples, %d in %d", first, peak, samples)
	}
	t.Logf("%d words at most after 1000 samples, %d after %d", first, peak, samples)
	if allocs := testing.AllocsPerRun(20, func() { m.Run(0, 200) }); allocs != 0 {
		t.Errorf("%v Go allocations in 200 samples", allocs)
	}
}
