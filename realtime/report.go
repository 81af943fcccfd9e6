// What the audio thread tells the control side.

package realtime

// #include "mmmrt.h"
import "C"

import (
	"math/bits"
	"time"

	"mmm/state"
)

// ReportKind says what a report tells.
type ReportKind int

// The kinds of report.
const (
	Swapped    ReportKind = C.MMMRT_REPORT_SWAPPED   // Instance plays now; Duration on the audio thread
	Faulted    ReportKind = C.MMMRT_REPORT_FAULT     // its first fault: Fault, Place, Now
	Suspended  ReportKind = C.MMMRT_REPORT_SUSPENDED // it faulted for good and is silent until the next swap; Now
	NonFinite  ReportKind = C.MMMRT_REPORT_NONFINITE // its first NaN or infinity was replaced by 0; Place is the output channel, Now
	Logged     ReportKind = 16                       // it printed Line
	LogDropped ReportKind = 17                       // Place lines were lost
	Lost       ReportKind = 18                       // Place reports were lost
	Late       ReportKind = 19                       // Schedule instruction Place asked for a sample that is not in the future, for the first time
	QueueFull  ReportKind = 20                       // a task of Schedule instruction Place found no room, for the first time
)

// LogLine is one value that a program printed; Kind is the number that the
// compiler gave to the print. An Instance's own log also has lines of negative kinds, which
// reports tell as Late and QueueFull.
type LogLine struct {
	Kind  int
	Value float64
}

// Report is one thing that happened on the audio thread.
type Report struct {
	Kind     ReportKind
	Instance *Instance // may be closed already: identity only
	Fault    state.Fault
	Place    int           // Faulted: index of the function or -1; else see the kinds
	Now      float64       // sample index of the first frame of the run in which it happened
	Duration time.Duration // Swapped
	Line     LogLine       // Logged
	Detail   string        // Faulted: the vm's panic, may be empty
}

// Change is a slot value that the host has set.
type Change struct {
	Slot  int
	Value float64 // 0..1
}

// Stats counts since the player was made.
type Stats struct {
	Blocks, Frames      uint64
	Total, Worst        time.Duration // spent in mmm_process, and its longest
	Swaps               uint64
	LastSwap, WorstSwap time.Duration // a swap's time on the audio thread
	NonFinite           uint64        // output samples replaced by 0
}

// Reports takes what has been reported since the last call, in order; lines
// printed by programs come last. [any-thread]
func (p *Player) Reports() []Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c != nil {
		p.takeReports()
	}
	reports := p.reports
	p.reports = nil
	return reports
}

func (p *Player) takeReports() {
	var c C.mmmrt_report
	for C.mmmrt_player_report(p.c, &c) {
		p.reports = append(p.reports, p.report(&c))
	}
	var s C.mmmrt_stats
	C.mmmrt_player_stats(p.c, &s)
	if lost := uint64(s.lost_reports); lost > p.lost {
		p.reports = append(p.reports, Report{Kind: Lost, Place: int(lost - p.lost)})
		p.lost = lost
	}
	for _, pub := range p.live {
		lines, dropped := pub.instance.TakeLog()
		for _, l := range lines {
			p.reports = append(p.reports, logged(pub.instance, l))
		}
		if dropped > 0 {
			p.reports = append(p.reports, Report{Kind: LogDropped, Instance: pub.instance, Place: dropped})
		}
	}
	// nobody may be listening for hours
	if over := len(p.reports) - maxReports; over > 0 {
		p.reports = append([]Report(nil), p.reports[over:]...)
	}
}

// Kinds of log lines that report on the scheduler instead of printing; the value
// is the number of the Schedule instruction.
const (
	LogLate = int(C.MMMRT_LOG_LATE)
	LogFull = int(C.MMMRT_LOG_FULL)
)

// logged makes the report of a line in an instance's log.
func logged(in *Instance, l LogLine) Report {
	switch l.Kind {
	case C.MMMRT_LOG_LATE:
		return Report{Kind: Late, Instance: in, Place: int(l.Value)}
	case C.MMMRT_LOG_FULL:
		return Report{Kind: QueueFull, Instance: in, Place: int(l.Value)}
	}
	return Report{Kind: Logged, Instance: in, Line: l}
}

// maxReports bounds the reports that wait to be taken.
const maxReports = 4096

func (p *Player) report(c *C.mmmrt_report) Report {
	r := Report{Kind: ReportKind(c.kind), Place: int(c.place)}
	for _, pub := range p.live {
		if pub.instance.c == c.instance {
			r.Instance = pub.instance
		}
	}
	switch r.Kind {
	case Swapped:
		r.Duration = time.Duration(c.value)
	case Faulted:
		r.Fault, r.Now = state.Fault(c.code), float64(c.value)
		if r.Instance != nil {
			r.Detail = r.Instance.detail("")
		}
	default:
		r.Now = float64(c.value)
	}
	return r
}

// Changes returns the slots whose value the host has set since the last call,
// each once, with its latest value. [any-thread]
func (p *Player) Changes() []Change {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return nil
	}
	var masks [Slots / 64]C.uint64_t
	C.mmmrt_player_changes(p.c, &masks[0])
	var changes []Change
	for m, mask := range masks {
		for b := uint64(mask); b != 0; b &= b - 1 {
			slot := 64*m + bits.TrailingZeros64(b)
			changes = append(changes, Change{slot, float64(C.mmmrt_player_value(p.c, C.int(slot)))})
		}
	}
	return changes
}

// Stats returns the counts. [any-thread]
func (p *Player) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return Stats{}
	}
	var s C.mmmrt_stats
	C.mmmrt_player_stats(p.c, &s)
	return Stats{
		Blocks: uint64(s.blocks), Frames: uint64(s.frames),
		Total: time.Duration(s.total_ns), Worst: time.Duration(s.worst_ns),
		Swaps: uint64(s.swaps), LastSwap: time.Duration(s.last_swap_ns), WorstSwap: time.Duration(s.worst_swap_ns),
		NonFinite: uint64(s.nonfinite),
	}
}
