// Expansion: runs the macro stage and puts the code it makes into the program
// (language.md 7.5).

package stage

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"mmm/compiler/diag"
	"mmm/compiler/emit"
	"mmm/compiler/lower"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
	"mmm/vm"
)

// maxSteps is how many instructions of the machine the macro stage may take.
const maxSteps = 50_000_000

// maxPrinted bounds in bytes what the macro stage prints.
const maxPrinted = 1 << 20

// heaps are the sizes in words of the heap that are tried: most programs need
// little, and a large one takes time to clear.
var heaps = [...]int{1 << 17, 1 << 22, 1 << 26}

// run is the macro stage of one program while it runs.
type run struct {
	ctx     context.Context // ends when nobody wants the code any more
	ds      *diag.List
	codes   []*code
	printed strings.Builder
	reason  error       // of the host function that failed
	at      source.Span // of the outermost splice or statement that runs
	place   source.Span // of the builtin that failed
	nodes   int         // put into the program so far
	made    map[syntax.Expr]syntax.Expr
}

// Expand runs the macro stage of a program, which was checked without errors,
// and returns the program's main stage with all code in its place. print, if
// not nil, receives what the macro stage prints. Problems go to ds; ok is then
// false. When ctx ends the macro stage is stopped where it is.
func Expand(ctx context.Context, p *Program, info *types.Info, print func(string), ds *diag.List) (file *syntax.File, ok bool) {
	if !p.Staged {
		return p.File, true
	}
	prog, calls := lower.MacroStage(p.File, info, ds)
	if prog == nil {
		return nil, false
	}
	r := newRun(ctx, ds)
	if len(calls) > 0 && !r.execute(prog, calls, print) {
		return nil, false
	}
	return r.mainStage(p.File), true
}

func newRun(ctx context.Context, ds *diag.List) *run {
	return &run{ctx: ctx, ds: ds, codes: []*code{nil}, made: map[syntax.Expr]syntax.Expr{}}
}

// execute runs the macro stage.
func (r *run) execute(prog *mir.Program, calls []lower.HostCall, print func(string)) bool {
	var fault state.Fault
	err := mir.Verify(prog)
	for i := 0; i < len(heaps) && (err == nil || fault == state.FaultHeap); i++ {
		*r = *newRun(r.ctx, r.ds)
		fault, err = r.attempt(prog, calls, heaps[i])
		if fault != state.FaultHeap {
			break
		}
	}
	if print != nil && r.printed.Len() > 0 {
		print(r.printed.String())
	}
	switch {
	case fault != state.FaultNone:
		r.failed(fault)
	case err != nil:
		r.ds.Errorf(diag.Internal, r.at, "internal error: the macro stage: %v", err)
	default:
		return true
	}
	return false
}

// attempt runs the macro stage with a heap of so many words.
func (r *run) attempt(prog *mir.Program, calls []lower.HostCall, heap int) (state.Fault, error) {
	prog.HeapWords = heap
	prog.Layout()
	bytecode, err := emit.Program(prog)
	if err != nil {
		return 0, err
	}
	hosts := make(map[string]vm.Host, len(calls))
	for i, h := range calls {
		call := r.host(h)
		hosts[prog.Hosts[i].Name] = func(c *vm.HostContext) error {
			err := call(c)
			if err != nil && r.reason == nil {
				r.reason = err
			}
			return err
		}
	}
	words := make([]uint64, prog.Image.Words)
	machine, err := vm.NewWithHosts(bytecode, words, hosts)
	if err != nil {
		return 0, err
	}
	defer context.AfterFunc(r.ctx, func() { atomic.StoreUint64(&words[state.FaultWord], uint64(state.FaultTime)) })()
	machine.Log = func(x float64, newline bool) {
		if r.printed.Len() > maxPrinted {
			return
		}
		r.printed.WriteString(show(x))
		if newline {
			r.printed.WriteByte('\n')
		}
	}
	if _, err = machine.CallFunctionWithin(bytecode.Init, nil, maxSteps); err == nil {
		return 0, nil
	}
	fault, _ := machine.Fault()
	return fault, err
}

// failed reports why the macro stage could not run to its end, at the macro
// call that it was in.
func (r *run) failed(fault state.Fault) {
	reason, help := "", ""
	switch {
	case r.reason != nil:
		reason = r.reason.Error()
	case fault == state.FaultDepth:
		reason = fmt.Sprintf("more than %d calls inside each other", state.MaxDepth)
		help = "a macro that calls itself needs a case in which it does not"
	case fault == state.FaultBudget:
		reason = fmt.Sprintf("more than %d steps", maxSteps)
		help = "a macro that calls itself needs a case in which it does not"
	case fault == state.FaultHeap:
		reason = fmt.Sprintf("more than %d MB of arrays and functions", heaps[len(heaps)-1]*8>>20)
	case fault == state.FaultTime && r.ctx.Err() != nil:
		reason = "its result is not wanted any more"
	default:
		reason = fmt.Sprintf("fault %d", fault)
	}
	d := r.ds.Errorf(diag.MacroFailed, r.at, "The macro stage failed: %s", reason)
	if !r.place.IsZero() && r.place != r.at {
		d.Note(r.place, "it happened here")
	}
	if help != "" {
		d.Suggest("%s", help)
	}
}

// mainStage returns the main-stage statements and the types of the program with
// the code in its place.
func (r *run) mainStage(file *syntax.File) *syntax.File {
	out := &syntax.File{Source: file.Source}
	form := &quoteForm{index: map[syntax.Expr]int{}}
	var trees []syntax.Expr
	for e, tree := range r.made {
		form.index[e] = len(trees)
		trees = append(trees, tree)
	}
	copier := form.copier(func(i int) syntax.Expr { return trees[i] })
	macro := false
	for _, s := range file.Stmts {
		switch x := s.(type) {
		case *syntax.StageDecl:
			macro = x.Macro
			continue
		case *syntax.TypeDecl, *syntax.TypeAlias:
		default:
			if macro {
				continue
			}
			if r.touched(s) {
				s = copier.Stmt(s)
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// touched reports whether a main-stage statement differs after expansion.
func (r *run) touched(s syntax.Stmt) bool {
	found := false
	syntax.Walk(s, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Splice, *syntax.Quote:
			found = true
		case *syntax.MacroCall:
			if r.made[n] != nil {
				found = true
			}
		}
		return !found
	}, nil)
	return found
}
