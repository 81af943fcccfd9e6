package session

import (
	"math"
	"strings"

	"mmm/compiler/mir"
	"mmm/params"
	"mmm/realtime"
	"mmm/state"
)

// fadeSeconds is the length of the crossfade after an edit that changes what is
// remembered.
const fadeSeconds = 0.010

// edit is a wish to play a text.
type edit struct {
	text, name, path string
	other            bool          // another patch, not an edit of the present one
	table            *params.Table // parameters to start from, nil for the present ones
}

// install compiles a text and makes it the patch: the one way in which what
// sounds changes. It reports false and leaves everything but the status as it
// was when the text is broken. Control goroutine only.
func (s *Session) install(e edit) bool {
	s.poll()
	engine := s.Engine()
	code, diags := s.compile(e.name, e.text, engine)
	if code == nil {
		s.fail(diags)
		return false
	}
	s.mu.Lock()
	table := e.table
	if table == nil {
		table = s.table.Clone()
	}
	active := s.active
	same := !e.other && s.now.code != nil && s.now.patch == s.patch.id
	s.mu.Unlock()

	controls := Controls(code.Program)
	unbound := table.Bind(controls)
	if active {
		if err := s.publish(code, table, same); err != nil {
			code.Close()
			s.fail(report(runtimeCode, e.name, e.text, "%v", err))
			return false
		}
	}
	s.commit(code, e, table, controls)
	if len(unbound) > 0 {
		s.log.print(Warning, "no host parameter is left for "+strings.Join(unbound, ", "))
	}
	s.succeed(diags, unbound)
	s.notice(NoticeInfo | NoticeValues | NoticeDirty)
	return true
}

// commit makes an installed program the truth.
func (s *Session) commit(code *Code, e edit, table *params.Table, controls []params.Control) {
	s.now.code.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.other {
		s.patches++
		s.patch.id = s.patches
	}
	s.patch.text, s.patch.name, s.patch.path = e.text, e.name, e.path
	s.now = playing{code, s.patch.id}
	s.table = table
	for i := range s.known {
		s.known[i] = hostValue(table, i)
		if !s.active {
			s.player.SetSlot(i, s.known[i])
		}
	}
}

// restart publishes a fresh instance of the present program: state is zero and
// time starts at 0. It reports whether one is ready to sound.
func (s *Session) restart() bool {
	if s.now.code == nil {
		return false
	}
	s.mu.Lock()
	table := s.table.Clone()
	s.mu.Unlock()
	if err := s.publish(s.now.code, table, false); err != nil {
		s.fail(report(runtimeCode, "", "", "%v", err))
		return false
	}
	return true
}

// publish makes an instance of code with the values of table and hands it to
// the player. same carries over the state of the program that plays and lets
// time go on.
func (s *Session) publish(code *Code, table *params.Table, same bool) error {
	var now float64
	if same {
		now = s.player.Now()
	}
	value := func(c params.Control) float64 { return table.Value(c.Path) }
	inst, err := code.Instance(value, now, s.rate)
	if err != nil {
		return err
	}
	swap := realtime.Swap{
		Instance: inst, Slots: Slots(code.Program, table), Notes: Notes(code.Program),
		SetValues: true, KeepTime: same,
	}
	for i := range swap.Values {
		swap.Values[i] = hostValue(table, i)
	}
	if same {
		swap.Plan = state.MakePlan(dspState(s.now.code.Program), dspState(code.Program))
		if swap.Plan.Structural {
			swap.Fade = int(math.Ceil(fadeSeconds * s.rate))
		}
	}
	if err := s.player.Publish(swap); err != nil {
		inst.Close()
		return err
	}
	return nil
}

// dspState returns the state tree of a program's dsp.
func dspState(p *mir.Program) *state.Node {
	if p.Dsp.State == nil {
		return &state.Node{Kind: state.FnCall, Name: "dsp"}
	}
	return p.Dsp.State
}

// hostValue returns the value 0..1 of a slot, 0 for a free one.
func hostValue(table *params.Table, slot int) float64 {
	c, ok := table.At(slot)
	if !ok {
		return 0
	}
	return c.Normal(table.Value(c.Path))
}
