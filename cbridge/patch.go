package main

// #include "mmm.h"
// typedef const char mmm_cchar;
import "C"

import (
	"mmm/editor"
	"mmm/session"
)

//export mmm_activate
func mmm_activate(h C.mmm_session, rate C.double, maxFrames C.uint32_t) C.int {
	return use(h, func(s *session.Session) C.int { return truth(s.Activate(float64(rate), int(maxFrames))) })
}

//export mmm_deactivate
func mmm_deactivate(h C.mmm_session) {
	use(h, func(s *session.Session) bool { s.Deactivate(); return true })
}

//export mmm_swap
func mmm_swap(h C.mmm_session, data *C.mmm_cchar, size C.size_t, name *C.mmm_cchar, wait C.int) C.int {
	return use(h, func(s *session.Session) C.int { return truth(s.Swap(text(data, size), word(name), wait != 0)) })
}

//export mmm_watch
func mmm_watch(h C.mmm_session, path *C.mmm_cchar) C.int {
	return use(h, func(s *session.Session) C.int { return truth(s.Watch(word(path))) })
}

//export mmm_patch
func mmm_patch(h C.mmm_session, buf *C.char, size C.size_t) C.size_t {
	return use(h, func(s *session.Session) C.size_t { return give(s.Patch(), buf, size) })
}

//export mmm_status
func mmm_status(h C.mmm_session, buf *C.char, size C.size_t) C.size_t {
	return use(h, func(s *session.Session) C.size_t { return give(s.StatusJSON(), buf, size) })
}

//export mmm_set_engine
func mmm_set_engine(h C.mmm_session, engine *C.mmm_cchar) C.int {
	return use(h, func(s *session.Session) C.int { return truth(s.SetEngine(word(engine))) })
}

//export mmm_state_save
func mmm_state_save(h C.mmm_session, context C.int, buf *C.char, size C.size_t) C.size_t {
	return use(h, func(s *session.Session) C.size_t {
		state, err := s.SaveState(session.Context(context))
		if err != nil {
			return 0
		}
		return give(string(state), buf, size)
	})
}

//export mmm_state_load
func mmm_state_load(h C.mmm_session, context C.int, data *C.mmm_cchar, size C.size_t) C.int {
	return use(h, func(s *session.Session) C.int {
		if size > session.MaxStateBytes {
			return 0
		}
		return truth(s.LoadState([]byte(text(data, size)), session.Context(context)) == nil)
	})
}

//export mmm_preset_load
func mmm_preset_load(h C.mmm_session, path *C.mmm_cchar, problem *C.char, size C.size_t) C.int {
	return use(h, func(s *session.Session) C.int {
		err := s.LoadPreset(word(path))
		if err != nil {
			give(err.Error(), problem, size)
		}
		return truth(err == nil)
	})
}

//export mmm_path
func mmm_path(h C.mmm_session, buf *C.char, size C.size_t) C.size_t {
	return use(h, func(s *session.Session) C.size_t { return give(s.Path(), buf, size) })
}

//export mmm_editor_url
func mmm_editor_url(h C.mmm_session, buf *C.char, size C.size_t) C.size_t {
	return use(h, func(s *session.Session) C.size_t {
		url, err := editor.URL(s)
		if err != nil {
			return 0
		}
		return give(url, buf, size)
	})
}

//export mmm_editor_open
func mmm_editor_open(h C.mmm_session) C.int {
	return use(h, func(s *session.Session) C.int {
		url, err := editor.URL(s)
		return truth(err == nil && editor.Open(url) == nil)
	})
}
