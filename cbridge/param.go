package main

// #include "mmm.h"
// typedef const char mmm_cchar;
import "C"

import (
	"unsafe"

	"mmm/session"
)

// fill writes text into a C array, cut at a character that does not fit.
func fill(out []C.char, text string) {
	n := min(len(text), len(out)-1)
	for n > 0 && n < len(text) && text[n]&0xC0 == 0x80 {
		n--
	}
	give(text[:n], (*C.char)(unsafe.Pointer(&out[0])), C.size_t(len(out)))
}

//export mmm_param_count
func mmm_param_count(h C.mmm_session) C.int {
	return use(h, func(*session.Session) C.int { return C.MMM_SLOTS })
}

//export mmm_param_get_info
func mmm_param_get_info(h C.mmm_session, slot C.int, out *C.mmm_param_info) C.int {
	return use(h, func(s *session.Session) C.int {
		info, ok := s.ParamInfo(int(slot))
		if !ok || out == nil {
			return 0
		}
		out.used = truth(info.Used)
		fill(out.name[:], info.Name)
		fill(out.module[:], info.Module)
		out.min_value, out.max_value, out.stepped = 0, 1, 0
		out.default_value = C.double(info.Default)
		return 1
	})
}

//export mmm_param_get_value
func mmm_param_get_value(h C.mmm_session, slot C.int, value *C.double) C.int {
	return use(h, func(s *session.Session) C.int {
		v, ok := s.ParamValue(int(slot))
		if ok && value != nil {
			*value = C.double(v)
		}
		return truth(ok && value != nil)
	})
}

//export mmm_param_to_text
func mmm_param_to_text(h C.mmm_session, slot C.int, value C.double, buf *C.char, size C.size_t) C.size_t {
	return use(h, func(s *session.Session) C.size_t {
		return give(s.ParamText(int(slot), float64(value)), buf, size)
	})
}

//export mmm_param_from_text
func mmm_param_from_text(h C.mmm_session, slot C.int, data *C.mmm_cchar, value *C.double) C.int {
	return use(h, func(s *session.Session) C.int {
		v, ok := s.ParamFromText(int(slot), word(data))
		if ok && value != nil {
			*value = C.double(v)
		}
		return truth(ok && value != nil)
	})
}

//export mmm_voice_count
func mmm_voice_count(h C.mmm_session) C.int {
	return use(h, func(s *session.Session) C.int { return C.int(s.Voices()) })
}

//export mmm_take_notices
func mmm_take_notices(h C.mmm_session) C.uint32_t {
	return use(h, func(s *session.Session) C.uint32_t { return C.uint32_t(s.TakeNotices()) })
}

//export mmm_take_gesture
func mmm_take_gesture(h C.mmm_session, out *C.mmm_gesture) C.int {
	return use(h, func(s *session.Session) C.int {
		if out == nil {
			return 0
		}
		g, ok := s.TakeGesture()
		if ok {
			out.kind, out.slot, out.value = C.int(g.Kind), C.int(g.Slot), C.double(g.Value)
		}
		return truth(ok)
	})
}
