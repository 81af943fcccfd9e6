package main

// #include "mmm.h"
// typedef const char mmm_cchar;
import "C"

import (
	"fmt"

	"mmm/session"
)

// color is an 0xRRGGBB of C as the page writes colours.
func color(rgb C.int) string {
	if rgb < 0 || rgb > 0xffffff {
		return ""
	}
	return fmt.Sprintf("#%06x", int(rgb))
}

//export mmm_param_reset
func mmm_param_reset(h C.mmm_session, slot C.int) C.int {
	return use(h, func(s *session.Session) C.int { return truth(s.ResetParam(int(slot))) })
}

//export mmm_page_get
func mmm_page_get(h C.mmm_session, index C.int, out *C.mmm_page) C.int {
	return use(h, func(s *session.Session) C.int {
		page, ok := s.Page(int(index))
		if !ok || out == nil {
			return 0
		}
		out.id = C.uint32_t(page.ID)
		fill(out.section[:], page.Section)
		fill(out.name[:], page.Name)
		for i, slot := range page.Slots {
			out.slots[i] = C.int(slot)
		}
		return 1
	})
}

//export mmm_note_name_get
func mmm_note_name_get(h C.mmm_session, index C.int, out *C.mmm_note_name) C.int {
	return use(h, func(s *session.Session) C.int {
		name, ok := s.NoteName(int(index))
		if !ok || out == nil {
			return 0
		}
		out.key, out.channel = C.int(name.Key), C.int(name.Channel)
		fill(out.name[:], name.Name)
		return 1
	})
}

//export mmm_param_mapping
func mmm_param_mapping(h C.mmm_session, slot, mapped, rgb C.int, label, description *C.mmm_cchar) {
	use(h, func(s *session.Session) bool {
		s.SetMapping(int(slot), mapped != 0, color(rgb), word(label), word(description))
		return true
	})
}

//export mmm_param_automation
func mmm_param_automation(h C.mmm_session, slot, state, rgb C.int) {
	use(h, func(s *session.Session) bool { s.SetAutomation(int(slot), int(state), color(rgb)); return true })
}

//export mmm_track
func mmm_track(h C.mmm_session, name *C.mmm_cchar, rgb C.int) {
	use(h, func(s *session.Session) bool {
		s.SetTrack(session.Track{Name: word(name), Color: color(rgb)})
		return true
	})
}
