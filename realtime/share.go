// One copy of equal machine code in a process, and the way to others.

package realtime

// #include "mmmrt.h"
// #include <stdlib.h>
import "C"

import (
	"crypto/sha256"
	"sync"
	"unsafe"
)

// Key names machine code by everything that it depends on: the module, the
// settings and version of the compiler, the features of the processor.
type Key = [sha256.Size]byte

// Keeper keeps machine code for other processes. Load returns nothing but what
// Save was given under that key, unchanged: what it returns is run. Both may be
// called by any goroutine; neither reports that something went wrong, since code
// can always be made anew.
type Keeper interface {
	Load(Key) []byte
	Save(Key, []byte)
}

var (
	keeperLock sync.Mutex
	theKeeper  Keeper
)

// SetKeeper has machine code kept by k, nil for nowhere, which is the default.
// [any-thread]
func SetKeeper(k Keeper) {
	keeperLock.Lock()
	defer keeperLock.Unlock()
	theKeeper = k
}

func keeper() Keeper {
	keeperLock.Lock()
	defer keeperLock.Unlock()
	return theKeeper
}

// emptyModule is the smallest WebAssembly module.
var emptyModule = []byte("\x00asm\x01\x00\x00\x00")

// fingerprint identifies the compiler with its settings and the processor: all
// of it stands in the head of the code of an empty module.
var fingerprint = sync.OnceValue(func() Key {
	c, err := translate(emptyModule, false)
	if err != nil {
		return Key{}
	}
	defer c.free()
	return sha256.Sum256(c.bytes())
})

func keyOf(wasm []byte) Key {
	h := sha256.New()
	f := fingerprint()
	h.Write(f[:])
	h.Write(wasm)
	return Key(h.Sum(nil))
}

// code is machine code on the C side with those who use it.
type code struct {
	c     *C.mmmrt_module
	users int // under the lock of shared
	key   Key // of shared code, else zero
}

// bytes returns the code as the keeper stores it.
func (c *code) bytes() []byte {
	var size C.size_t
	p := C.mmmrt_module_save(c.c, &size)
	if p == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(p))
	return C.GoBytes(unsafe.Pointer(p), C.int(size))
}

func (c *code) free() { C.mmmrt_module_free(c.c) }

// sharing is the code of this process that is in use, and being made.
type sharing struct {
	lock   sync.Mutex
	ready  map[Key]*code
	making map[Key]chan struct{} // closed when it is made, or could not be
}

var shared = sharing{ready: map[Key]*code{}, making: map[Key]chan struct{}{}}

// find returns code for another user, nil if there is none.
func (s *sharing) find(key Key) *code {
	s.lock.Lock()
	defer s.lock.Unlock()
	c := s.ready[key]
	if c != nil {
		c.users++
	}
	return c
}

// take returns the code of that key for another user; if there is none one
// caller makes it while others wait.
func (s *sharing) take(key Key, produce func() (*code, error)) (c *code, err error) {
	var mine chan struct{}
	for mine == nil {
		s.lock.Lock()
		if c := s.ready[key]; c != nil {
			c.users++
			s.lock.Unlock()
			return c, nil
		}
		others := s.making[key]
		if others == nil {
			mine = make(chan struct{})
			s.making[key] = mine
		}
		s.lock.Unlock()
		if others != nil {
			<-others
		}
	}
	defer func() { // also when it panics: the others try themselves
		s.lock.Lock()
		defer s.lock.Unlock()
		delete(s.making, key)
		close(mine)
		if c != nil {
			c.users, c.key = 1, key
			s.ready[key] = c
		}
	}()
	return produce()
}

// share counts another user of code that is in use.
func (s *sharing) share(c *code) {
	s.lock.Lock()
	defer s.lock.Unlock()
	c.users++
}

// drop counts a user less and frees code that nobody uses.
func (s *sharing) drop(c *code) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.users--; c.users > 0 {
		return
	}
	if s.ready[c.key] == c {
		delete(s.ready, c.key)
	}
	c.free()
}
