package tests

import (
	"testing"
	"time"

	"mmm/examples"
	"mmm/render"
	"mmm/session"
)

// manyPatches are patches of different needs: the examples, one with objects and
// tasks, a recursive one.
func manyPatches(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{
		"objects and tasks": "fn mk(k){ | | { k = k + 1\n k } }\nlet f = mk(0)\nlet kept = [0]\n" +
			"fn tick(){ kept = if (len(kept) > 50) {[0]} else append(kept, f())\n let _ = tick@(now + 100) }\nlet _ = tick@1\nfn dsp(){ (len(kept), kept[0]) }\n",
		"recursive": "fn f(n){ if (n > 0) f(n - 1) + 1 else 0 }\nfn dsp(){ f(50) + self * 0 }\n",
	}
	for _, e := range examples.All() {
		list[e.Name+".mmm"] = e.Text
	}
	return list
}

func TestAnInstanceTakesLessThanAMegabyteBesideItsDelayLines(t *testing.T) {
	for name, text := range manyPatches(t) {
		p := compiled(t, name, text)
		m, err := render.Measurement{Program: p, Engine: session.Native, Rate: 48000, Seconds: 0.02, Block: 64, Instances: 24, Begin: time.Now()}.Run()
		if err != nil {
			t.Fatal(err)
		}
		limit := int64(1<<20 + 8*p.Image.StateSize)
		t.Logf("%-24s %5d kB of %d kB", name, m.InstanceBytes>>10, limit>>10)
		if m.InstanceBytes > limit || m.InstanceBytes < 8*int64(p.Image.StateSize) {
			t.Errorf("%s: one more instance takes %d bytes, its state is %d", name, m.InstanceBytes, 8*p.Image.StateSize)
		}
	}
}

func TestTimeGrowsLinearlyWithInstances(t *testing.T) {
	p := compiled(t, "subtractive", manyPatches(t)["subtractive.mmm"])
	best := func(instances int) float64 {
		least := 0.0
		for i := range 5 {
			m, err := render.Measurement{Program: p, Engine: session.Native, Rate: 48000, Seconds: 0.1, Block: 64, Instances: instances, Begin: time.Now()}.Run()
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 || m.NsPerFrame < least {
				least = m.NsPerFrame
			}
		}
		return least
	}
	one, many := best(1), best(64)
	t.Logf("a frame takes %.1f ns alone, %.1f ns among 64", one, many)
	if many > 2*one {
		t.Errorf("a frame takes %.1f ns alone, %.1f ns among 64 instances", one, many)
	}
}
