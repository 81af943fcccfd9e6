package session

import (
	"errors"
	"math"
	"strings"

	"mmm/compiler/diag"
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
	// held are the texts of the patch's files, by name, of a patch that is not
	// what this machine's files say; nil reads those.
	held map[string]string
	// sounds are the sound files that came with the patch; those with contents play
	// in the place of what this machine has.
	sounds map[string]heldSound
	keep   bool // held stays as it is, whatever of it the patch uses

	preset bool // the patch starts at its own values, or at those of values
	values *params.Table
	user   bool // made by the user here: a step to undo
}

// install compiles a text and makes it the patch: the one way in which what
// sounds changes. It reports false and leaves everything but the status as it
// was when the text is broken, or when a newer edit came while it took long to
// compile; of that not even the status tells. Control goroutine only.
func (s *Session) install(e edit) bool {
	s.poll()
	engine := s.Engine()
	out := s.compile(e, engine)
	if e.held == nil && out.seen != nil {
		s.seen = out.seen
	}
	code := out.code
	if out.stale {
		return false
	}
	if code == nil {
		s.fail(out.diags)
		return false
	}
	s.mu.Lock()
	table := e.table
	if table == nil {
		table = s.table
	}
	table = table.Clone()
	active := s.active
	same := !e.other && s.code != nil && s.codeOf == s.patch.id
	id := s.patch.id
	if e.other {
		id = s.patches + 1
	}
	s.mu.Unlock()

	unbound := table.Bind(Controls(code.Program))
	if e.preset {
		table.TakePreset(e.values)
	}
	if active {
		if err := s.publish(code, id, table, same); err != nil {
			code.Close()
			s.fail(unplayable(err, e.name, e.text))
			return false
		}
	}
	for _, note := range soundNotes(out.used, e.sounds) {
		s.log.print(Warning, note)
	}
	if e.keep {
		out.files, out.used = e.held, e.sounds
	}
	s.commit(code, e, table, out)
	if len(unbound) > 0 {
		s.log.print(Warning, "no host parameter is left for "+strings.Join(unbound, ", "))
	}
	s.succeed(out.diags, unbound)
	s.improve()
	notices := NoticeInfo | NoticeValues | NoticePages | NoticeDirty
	if e.user {
		notices |= NoticeEdit
	}
	s.notice(notices)
	return true
}

// unplayable makes the diagnostics of an instance that cannot be made.
func unplayable(err error, name, text string) *diag.List {
	var stopped *InitError
	if errors.As(err, &stopped) {
		return stopped.Diags()
	}
	return report(runtimeCode, name, text, "%v", err)
}

// commit makes an installed program the truth.
func (s *Session) commit(code *Code, e edit, table *params.Table, out outcome) {
	if s.code == nil || s.code.tail() != code.tail() {
		s.notice(NoticeTail)
	}
	s.code.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.other {
		s.patches++
		s.patch.id = s.patches
	}
	s.patch.text, s.patch.name, s.patch.path, s.patch.files = e.text, e.name, e.path, out.files
	s.patch.sounds = out.used
	if e.held == nil {
		s.patch.here = true
	} else if e.other {
		s.patch.here = false
	}
	s.revision++
	s.code, s.codeOf = code, s.patch.id
	if n := code.Program.Voices(); n != s.voices {
		s.voices = n
		s.notices |= NoticeVoices
	}
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
	if s.code == nil {
		return false
	}
	s.mu.Lock()
	s.pull()
	table := s.table.Clone()
	s.mu.Unlock()
	table.Bind(Controls(s.code.Program)) // they are not, when the patch of a restored state is broken
	if err := s.publish(s.code, s.codeOf, table, false); err != nil {
		s.fail(unplayable(err, "", ""))
		return false
	}
	return true
}

// publish makes an instance of code, of the patch with that id, with the values
// of table and hands it to the player. same lets time go on and leaves the
// values alone that the host may be moving just now; state is carried over from
// whatever program of the same patch is running when the audio thread takes it.
func (s *Session) publish(code *Code, id int, table *params.Table, same bool) error {
	s.hear()
	carry := same && !s.fresh
	var now float64
	if carry {
		now = s.player.Now()
	}
	value := func(c params.Control) float64 { return cellValue(table, c) }
	inst, err := code.Tried(value, now, s.rate)
	if err != nil {
		return err
	}
	swap := realtime.Swap{
		Instance: inst, Layout: layout(code),
		Slots: Slots(code.Program, table), Cues: code.Program.Cues, Pools: code.Program.Pools,
		SetValues: true, KeepTime: carry, Rest: code.rest,
	}
	s.mu.Lock()
	for i := range swap.Values {
		swap.Values[i] = hostValue(table, i)
		if same && sameControl(s.table, table, i) {
			swap.Values[i] = math.NaN()
		}
	}
	s.mu.Unlock()
	if carry {
		swap.Plan = state.MakePlan(layout(s.code), layout(code))
	}
	if code != s.code && (swap.Plan == nil || swap.Plan.Structural) { // not at a restart
		swap.Fade = int(math.Ceil(fadeSeconds * s.rate))
	}
	if err := s.player.Publish(swap); err != nil {
		inst.Close()
		return err
	}
	s.fresh = !carry
	s.handed[inst] = playing{code.Program, id, code.wasm != nil}
	s.collect()
	s.wake() // the host may have stopped playing
	return nil
}

// collect frees what the audio side is done with and forgets what is closed.
func (s *Session) collect() {
	s.player.Collect()
	for inst := range s.handed {
		if inst.Words() == nil {
			delete(s.handed, inst)
		}
	}
}

// layout returns the state tree of a program's dsp, an empty one for a dsp
// without state.
func layout(code *Code) *state.Node {
	if tree := code.Program.Dsp.State; tree != nil {
		return tree
	}
	return &state.Node{Kind: state.FnCall, Name: "dsp"}
}

// sameControl reports whether a slot means the same to two tables, so that a
// value on its way to one is right for the other.
func sameControl(a, b *params.Table, slot int) bool {
	x, ok := a.At(slot)
	y, also := b.At(slot)
	return ok && also && x.Path == y.Path && x.Min == y.Min && x.Max == y.Max && x.Curve == y.Curve && x.Steps == y.Steps
}

// cellValue returns the plain value that a control's cell starts with: what the
// audio side makes of its slot's value, so that nothing moves when it does.
func cellValue(table *params.Table, c params.Control) float64 {
	v := table.Value(c.Path)
	if _, bound := table.Slot(c.Path); bound {
		return c.Plain(c.Normal(v))
	}
	return v
}

// hostValue returns the value 0..1 of a slot, 0 for a free one.
func hostValue(table *params.Table, slot int) float64 {
	c, ok := table.At(slot)
	if !ok {
		return 0
	}
	return c.Normal(table.Value(c.Path))
}
