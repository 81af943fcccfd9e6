package session

import (
	"sync"
	"sync/atomic"
	"time"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/params"
	"mmm/realtime"
)

// Host is what a session calls back, from goroutines of its own and without its
// lock. Each may be nil.
type Host struct {
	Log    func(level Level, text string)
	Notify func() // TakeNotices or TakeGesture has something new
}

// Notices is a set of things that the host should look at again.
type Notices uint32

// The notices; the values are those of mmm.h.
const (
	NoticeValues Notices = 1 << iota // values changed other than by the host
	NoticeInfo                       // names or texts changed
	NoticeDirty                      // the saved state would differ
	NoticeTail
	NoticeVoices // Voices changed
	NoticePages  // Page or NoteName changed
	NoticeEdit   // the user changed the patch
)

// patch is a text with what is known about where it came from.
type patch struct {
	text string
	name string // what diagnostics call it
	path string // file it was read from, "" for none
	id   int    // differs between different patches, the same over edits of one

	files  map[string]string    // texts of the files it uses, by their names in a saved state
	sounds map[string]heldSound // its sound files, likewise
	here   bool                 // its files are those of this machine; else it came with them
}

// playing is a program that was handed to the player.
type playing struct {
	program *mir.Program
	patch   int  // id of its patch
	quick   bool // its machine code was made quickly and may be improved
}

// Session is one plugin instance.
type Session struct {
	kind   Kind
	host   Host
	log    logger
	player *realtime.Player

	requests chan func()   // run by the control goroutine
	closing  chan struct{} // closed by Close
	ended    chan struct{} // closed when the control goroutine has ended
	once     sync.Once

	// Control goroutine only.
	code    *Code                          // of the last patch that could be installed
	codeOf  int                            // id of that patch
	handed  map[*realtime.Instance]playing // what the player holds
	fresh   bool                           // the player has not yet taken a program of that patch
	watcher *watcher
	seen    map[string]found // what the last compile from this machine's files looked for
	edited  bool             // the text is newer than the followed file's
	begun   int64            // edits that the control goroutine has got to

	asked  atomic.Int64         // edits that replace whatever is being compiled
	nudge  chan struct{}        // an edit was asked for
	slots  chan struct{}        // holds one for each compile that runs
	newest atomic.Pointer[Code] // the code that is worth improving

	mu       sync.Mutex // guards what follows
	patch    patch
	patches  int    // ids given
	chosen   string // engine chosen explicitly, "" for the default
	table    *params.Table
	voices   int                   // of the largest pool of the patch
	known    [params.Slots]float64 // host value of each slot as last written or read
	active   bool
	rate     float64
	frames   int
	status   Status
	notices  Notices
	gestures []Gesture
	revision int         // of the patch's text
	stale    bool        // a control without a slot was moved
	kept     params.Kept // members of a newer program's state
	newer    version     // of that program's state

	indications map[int]Indication // by slot
	track       Track
}

// New makes a session that holds the default patch of its kind. It compiles the
// patch, so that its parameters are known, and is silent until Activate.
// [any-thread]
func New(kind Kind, host Host) *Session { return Open(kind, host, "") }

// Open is New with a patch file to begin with, which is followed. A file that
// cannot be read or is broken lets the default sound; it is followed all the same,
// and plays once it is mended. "" is no file. [any-thread]
func Open(kind Kind, host Host, path string) *Session {
	s := &Session{
		kind: kind, host: host, log: newLogger(host),
		player:   realtime.NewPlayer(realtime.Options{}),
		requests: make(chan func(), 64),
		closing:  make(chan struct{}),
		ended:    make(chan struct{}),
		nudge:    make(chan struct{}, 1),
		slots:    make(chan struct{}, maxCompiles),
		handed:   map[*realtime.Instance]playing{},
		table:    params.New(),
		rate:     48000,
		frames:   1024,
	}
	s.status = Status{Engine: DefaultEngine()}
	go s.control()
	s.do(func() { s.start(path) })
	s.TakeNotices() // the host asks for everything anyway
	return s
}

// Player returns the audio side; it lives as long as the session.
// [any-thread]
func (s *Session) Player() *realtime.Player { return s.player }

// Activate prepares for playing at rate (Hz) in blocks of at most maxFrames and
// reports whether a program is ready to sound. Sample counting and state start
// anew. [main-thread]
func (s *Session) Activate(rate float64, maxFrames int) (ok bool) {
	if !(rate >= 1000 && rate <= 768000) || maxFrames < 1 {
		return false
	}
	s.do(func() {
		s.mu.Lock()
		s.active, s.rate, s.frames = true, rate, maxFrames
		s.mu.Unlock()
		s.player.SetRate(rate, maxFrames)
		ok = s.restart()
	})
	return ok
}

// Deactivate ends playing; no note is held after it. [main-thread]
func (s *Session) Deactivate() {
	s.do(func() {
		s.poll()
		s.mu.Lock()
		s.active = false
		s.mu.Unlock()
		s.player.Reset() // whoever plays next holds no key
	})
}

// Swap makes text the patch, as an edit of the present one: state is carried
// over and time goes on. With wait it returns when the program is published,
// false when the patch is broken, in which case nothing changes but the status,
// or when a newer edit came while it took long to compile, in which case nothing
// changes; without, at once with true. [any-thread]
func (s *Session) Swap(text, name string, wait bool) (ok bool) {
	s.ask()
	if wait {
		s.do(s.arriving(func() { ok = s.swap(text, name) }))
		return ok
	}
	return s.post(s.arriving(func() { s.swap(text, name) }))
}

// arriving is f, which publishes an edit, made known to the player from now on
// until it has run: a bounce waits for it. The result must be run or the session
// be closed.
func (s *Session) arriving(f func()) func() {
	s.player.Expect(1)
	return func() {
		defer s.player.Expect(-1)
		f()
	}
}

// swap is Swap on the control goroutine.
func (s *Session) swap(text, name string) bool {
	s.begin()
	s.mu.Lock()
	e := edit{text: text, name: name, path: s.patch.path, user: true}
	if !s.patch.here {
		e.held, e.sounds = s.patch.held(), s.patch.sounds
	}
	s.mu.Unlock()
	ok := s.install(e)
	s.edited = s.edited || ok
	s.followFiles()
	return ok
}

// held returns the files, as an edit that plays just these needs them.
func (p *patch) held() map[string]string {
	if p.files == nil {
		return map[string]string{}
	}
	return p.files
}

// Patch returns the text of the patch. [any-thread]
func (s *Session) Patch() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.patch.text
}

// Path returns the file that the patch came from, "" for none. [any-thread]
func (s *Session) Path() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.patch.path
}

// Engine returns the engine in use. [any-thread]
func (s *Session) Engine() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.engine()
}

// engine is Engine for holders of the lock.
func (s *Session) engine() string {
	if s.chosen != "" {
		return s.chosen
	}
	return DefaultEngine()
}

// SetEngine chooses the engine for this session and its saved state, and swaps
// the patch over to it. It reports false, and changes nothing, for an unknown
// engine or when the patch cannot be made ready for it. [main-thread]
func (s *Session) SetEngine(name string) (ok bool) {
	if !KnownEngine(name) {
		return false
	}
	s.do(func() {
		s.mu.Lock()
		before := s.chosen
		s.chosen = name
		p := s.patch
		s.mu.Unlock()
		if ok = s.install(edit{text: p.text, name: p.name, path: p.path, held: p.held(), sounds: p.sounds, keep: true}); s.superseded() {
			ok = true // the newer edit is for that engine too
		}
		if !ok {
			s.mu.Lock()
			s.chosen = before
			s.status.Engine = s.engine()
			s.mu.Unlock()
		}
	})
	return ok
}

// TakeNotices returns and clears the pending notices. [main-thread]
func (s *Session) TakeNotices() Notices {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.notices
	s.notices = 0
	return n
}

// notice adds notices and wakes the host.
func (s *Session) notice(n Notices) {
	s.mu.Lock()
	s.notices |= n
	s.mu.Unlock()
	s.wake()
}

// wake tells the host that there is something to take.
func (s *Session) wake() {
	if s.host.Notify != nil {
		s.host.Notify()
	}
}

// Close stops the session; its player must no longer be used. [main-thread]
func (s *Session) Close() {
	s.once.Do(func() {
		close(s.closing)
		<-s.ended
		s.player.Close()
		s.log.close()
	})
}

// pollEvery is how often the control goroutine looks at what the audio side has
// left for it; pollIdle, how often it looks whether there is an audio side at
// work, after idlePolls times without one.
const (
	pollEvery = 33 * time.Millisecond
	pollIdle  = 200 * time.Millisecond
	idlePolls = 10
)

// control is the control goroutine.
func (s *Session) control() {
	defer close(s.ended)
	tick := time.NewTimer(pollEvery)
	defer tick.Stop()
	var calls uint64
	idle := 0
	for {
		select {
		case f := <-s.requests:
			s.guarded(f)
			idle = 0
		case <-tick.C:
			if now := s.player.Calls(); now != calls || idle < idlePolls {
				s.guarded(s.poll)
				if idle++; now != calls {
					calls, idle = now, 0
				}
			}
			if idle < idlePolls {
				tick.Reset(pollEvery)
			} else {
				tick.Reset(pollIdle)
			}
		case <-s.closing:
			s.guarded(func() { s.watcher.stop() })
			s.code.Close()
			return
		}
	}
}

// guarded runs f and turns a panic into a report: a fault of ours must not end
// the host's process.
func (s *Session) guarded(f func()) {
	defer func() {
		if r := recover(); r != nil {
			s.log.panicked(r)
			s.fail(internal("%v", r))
		}
	}()
	f()
}

// post hands f to the control goroutine and reports whether it took it.
func (s *Session) post(f func()) bool {
	select {
	case <-s.closing: // wins over room in the queue
		return false
	default:
	}
	select {
	case s.requests <- f:
		return true
	case <-s.closing:
		return false
	}
}

// do runs f on the control goroutine and waits for its end.
func (s *Session) do(f func()) {
	done := make(chan struct{})
	if !s.post(func() { defer close(done); f() }) {
		return
	}
	select {
	case <-done:
	case <-s.ended:
	}
}

// internal makes the diagnostics of a fault of ours.
func internal(format string, args ...any) *diag.List {
	return report(diag.Internal, "", "", format, args...)
}
