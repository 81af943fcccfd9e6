package session

import (
	"sync"

	"mmm/realtime"
)

// improving is held while one program of the process is compiled well: that has
// time, other compiles have not.
var improving sync.Mutex

// improve has the present code compiled well if that was put off. The programs
// that play take the better code up where they are: it computes the same bits,
// and goes on with the same memory. Control goroutine only.
func (s *Session) improve() {
	code := s.code
	s.newest.Store(code)
	if code == nil || code.wasm == nil {
		return
	}
	wasm := code.wasm
	go func() {
		defer func() {
			if r := recover(); r != nil {
				s.log.panicked(r)
			}
		}()
		improving.Lock()
		defer improving.Unlock()
		if s.newest.Load() != code { // the next edit has come
			return
		}
		m, err := realtime.Compile(wasm)
		if err != nil {
			s.log.print(Error, "the quickly made code goes on: "+err.Error())
			return
		}
		if !s.post(func() { s.improved(code, m) }) {
			m.Close()
		}
	}()
}

// improved takes better code of a program up.
func (s *Session) improved(code *Code, m *realtime.Module) {
	defer m.Close()
	if s.code != code {
		return
	}
	code.module.Close()
	code.module, code.wasm = m.Share(), nil
	recent.improved(code)
	s.collect()
	for inst, p := range s.handed {
		if p.quick && p.program == code.Program {
			if err := inst.Improve(m); err != nil {
				s.log.print(Error, "the quickly made code goes on: "+err.Error())
			}
			p.quick = false
			s.handed[inst] = p
		}
	}
	s.log.print(Debug, "the best machine code plays")
}
