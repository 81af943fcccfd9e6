package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// Limits of one patch.
const (
	MaxPatchBytes = 4 << 20          // longer texts are refused unread
	compileLimit  = 10 * time.Second // then the compile is abandoned
)

// patience is how long a compile goes on although a newer edit waits.
const patience = 30 * time.Millisecond

// maxCompiles is how many compiles of a session may be running, all but one of
// them abandoned: machine code cannot be stopped in the making, only left alone.
const maxCompiles = 3

// runtimeCode is the code of an error that a compiled patch makes while its
// top level runs, or of a limit of its engine.
const runtimeCode = diag.Fault

// outcome is what a compile ends with.
type outcome struct {
	code  *Code // nil if the patch is broken; diags tell why
	diags *diag.List
	files map[string]string // texts of the files that are part of the program, by name
	seen  map[string]found  // what was looked for, by path; nil if the compile was abandoned
	// sounds are the sound files that were looked for, by path.
	sounds map[string]soundFile
	used   map[string]heldSound // sound files that are part of the program, by name
	stale  bool                 // a newer edit came before it was done
}

// ask counts an edit that replaces whatever patch is being compiled.
// [any-thread]
func (s *Session) ask() {
	s.asked.Add(1)
	select {
	case s.nudge <- struct{}{}:
	default: // one waits already
	}
}

// begin says that the control goroutine has got to an edit that was asked for.
func (s *Session) begin() { s.begun++ }

// superseded reports whether a newer edit waits.
func (s *Session) superseded() bool { return s.asked.Load() > s.begun }

// compile compiles what an edit wants to play, unless a newer edit comes before
// it is done. Warnings come with the code. Control goroutine only.
func (s *Session) compile(e edit, engine string) outcome {
	if len(e.text) > MaxPatchBytes {
		return outcome{diags: report(diag.TooLarge, e.name, e.text, "the patch has %d bytes; at most %d are allowed", len(e.text), MaxPatchBytes)}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	limit, patient := time.NewTimer(compileLimit), time.NewTimer(patience)
	defer limit.Stop()
	defer patient.Stop()
	slots := s.slots
	var done chan outcome // nil until there is a slot
	var left outcome
	for long := false; left.diags == nil && !left.stale; left.stale = long && s.superseded() {
		select {
		case slots <- struct{}{}:
			slots = nil
			done = s.startCompile(ctx, e, engine)
		case out := <-done:
			return out
		case <-patient.C:
			long = true
		case <-s.nudge:
		case <-limit.C:
			left.diags = report(diag.TooLarge, e.name, e.text, "compiling took more than %v", compileLimit)
		case <-s.closing:
			left.diags = internal("the session ends")
		}
	}
	if done != nil {
		go func() { (<-done).code.Close() }()
	}
	return left
}

// startCompile compiles on a goroutine of its own, which gives its slot back.
func (s *Session) startCompile(ctx context.Context, e edit, engine string) chan outcome {
	done := make(chan outcome, 1)
	go func() {
		var out outcome
		defer func() {
			if r := recover(); r != nil {
				s.log.panicked(r)
				out = outcome{diags: internal("%v", r)}
			}
			<-s.slots
			done <- out
		}()
		out = compileAndBuild(ctx, e, engine)
	}()
	return done
}

// compileAndBuild is compile without limits; it ends early when ctx does.
func compileAndBuild(ctx context.Context, e edit, engine string) outcome {
	key := buildKey(e, engine)
	if out, ok := recent.find(key, e); ok {
		return out
	}
	r := newReader(e.path, len(e.text), e.held)
	r.heldSounds = e.sounds
	result := compiler.Compile(compiler.Options{Name: e.name, Text: e.text, Files: r.files(), Context: ctx})
	out := outcome{diags: &result.Diags, files: r.texts(result.Files), seen: r.seen, sounds: r.sounds, used: r.usedSounds()}
	if result.Program == nil || ctx.Err() != nil {
		return out
	}
	code, err := buildSoon(result.Program, engine)
	if err != nil {
		out.diags = report(runtimeCode, e.name, e.text, "%v", err)
		return out
	}
	out.code = code
	recent.add(key, out)
	return out
}

// report makes the diagnostics of one error that concerns a whole text.
func report(code diag.Code, name, text, format string, args ...any) *diag.List {
	list := &diag.List{}
	var at source.Span
	if name != "" {
		first, _, _ := strings.Cut(text[:min(len(text), 200)], "\n")
		file, _, _ := source.NewFile(name, first)
		at = source.Span{File: file}
	}
	list.Errorf(code, at, "%s", fmt.Sprintf(format, args...))
	return list
}
