package main

// #include "mmm.h"
// #include <stdlib.h>
//
// typedef const char mmm_cchar;
// typedef const mmm_host mmm_chost;
//
// static inline void call_log(const mmm_host *h, int level, const char *text) { h->log(h->host, level, text); }
// static inline void call_notify(const mmm_host *h) { h->notify(h->host); }
// static inline int has_log(const mmm_host *h) { return h->log != 0; }
// static inline int has_notify(const mmm_host *h) { return h->notify != 0; }
import "C"

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"mmm/editor"
	"mmm/session"
)

// sessions holds every live session by handle.
var (
	sessions   sync.Map // C.mmm_session -> *session.Session
	lastHandle atomic.Uint64
)

// use calls f with the session of a handle; zero for a dead handle or a panic.
func use[T any](h C.mmm_session, f func(*session.Session) T) (result T) {
	defer func() {
		if recover() != nil {
			var zero T
			result = zero
		}
	}()
	s, ok := sessions.Load(h)
	if !ok {
		return result
	}
	return f(s.(*session.Session))
}

// truth is a C truth value.
func truth(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// give writes text and a zero into buf, cut to size, and returns its length.
func give(text string, buf *C.char, size C.size_t) C.size_t {
	if buf != nil && size > 0 {
		out := unsafe.Slice((*byte)(unsafe.Pointer(buf)), int(size))
		out[copy(out[:len(out)-1], text)] = 0
	}
	return C.size_t(len(text))
}

// text copies a C string of a given length.
func text(data *C.mmm_cchar, size C.size_t) string {
	if data == nil {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size)))
}

// word copies a C string that ends with a zero.
func word(data *C.mmm_cchar) string {
	if data == nil {
		return ""
	}
	return C.GoString((*C.char)(data))
}

// callbacks makes a Host of a C one, of which it keeps a copy.
func callbacks(h *C.mmm_chost) session.Host {
	if h == nil {
		return session.Host{}
	}
	c := new(C.mmm_host)
	*c = *(*C.mmm_host)(h)
	var host session.Host
	if C.has_log(c) != 0 {
		host.Log = func(level session.Level, line string) {
			t := C.CString(line)
			defer C.free(unsafe.Pointer(t))
			C.call_log(c, C.int(level), t)
		}
	}
	if C.has_notify(c) != 0 {
		host.Notify = func() { C.call_notify(c) }
	}
	return host
}

// startFile returns the patch file that new sessions begin with. Go's own
// environment is a copy made when the library was loaded; the host's counts.
func startFile() string {
	name := C.CString("MMM_PATCH")
	defer C.free(unsafe.Pointer(name))
	return C.GoString(C.getenv(name))
}

//export mmm_new
func mmm_new(kind C.int, host *C.mmm_chost) (h C.mmm_session) {
	defer func() {
		if recover() != nil {
			h = 0
		}
	}()
	if kind != C.MMM_INSTRUMENT && kind != C.MMM_EFFECT {
		return 0
	}
	_ = session.KeepCode() // without it everything is compiled here
	s := session.Open(session.Kind(kind), callbacks(host), startFile())
	h = C.mmm_session(lastHandle.Add(1))
	sessions.Store(h, s)
	return h
}

//export mmm_free
func mmm_free(h C.mmm_session) {
	use(h, func(s *session.Session) bool {
		sessions.Delete(h)
		editor.Forget(s)
		s.Close()
		return true
	})
}

//export mmm_session_player
func mmm_session_player(h C.mmm_session) *C.mmm_player {
	return use(h, func(s *session.Session) *C.mmm_player { return (*C.mmm_player)(s.Player().Pointer()) })
}
