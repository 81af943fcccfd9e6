// Functions of the machine's owner that programs call (macro stage).

package vm

import (
	"errors"
	"fmt"

	"mmm/state"
)

// Host is a function that programs call. It reads its argument words and writes
// its result words through c, which is valid during the call only. An error
// ends the turn with state.FaultHost.
type Host func(c *HostContext) error

// HostContext is one call of a host function.
type HostContext struct {
	Args    []uint64 // argument words
	Results []uint64 // result words, all 0 at first
	m       *Machine
	ctx     context // where the program stands
}

// Machine returns the machine that calls. Its Init, Run and CallFunction must
// not be called.
func (c *HostContext) Machine() *Machine { return c.m }

// String returns the string that the word w is the index of.
func (c *HostContext) String(w uint64) (string, error) {
	if w >= uint64(len(c.m.strings)) {
		return "", fmt.Errorf("word %x is no string", w)
	}
	return c.m.strings[w], nil
}

// Intern returns the word of the string s.
func (c *HostContext) Intern(s string) uint64 { return c.m.intern(s) }

// Array returns a copy of the words of the array w names and how many an element
// has.
func (c *HostContext) Array(w uint64) (words []uint64, stride int, err error) {
	if w == 0 {
		return nil, 0, nil
	}
	i := c.m.heap.find(w, KindArray)
	if i == 0 {
		return nil, 0, errors.New("the word names no array")
	}
	elems, stride := c.m.heap.contents(i)
	return append([]uint64(nil), elems...), stride, nil
}

// NewArray makes an array of n elements of stride words, which hold no handles
// that are counted, and returns its handle; 0 if the heap is full.
func (c *HostContext) NewArray(words []uint64, n, stride int) uint64 {
	handle, elems := c.m.makeArray(&c.ctx, n, stride, 0)
	copy(elems, words)
	return handle
}

// intern returns the index of the string s.
func (m *Machine) intern(s string) uint64 {
	if i, ok := m.stringAt[s]; ok {
		return i
	}
	if m.stringAt == nil {
		m.stringAt = make(map[string]uint64, len(m.strings))
		for i, s := range m.strings {
			if _, ok := m.stringAt[s]; !ok {
				m.stringAt[s] = uint64(i)
			}
		}
		return m.intern(s)
	}
	i := uint64(len(m.strings))
	m.strings = append(m.strings, s)
	m.stringAt[s] = i
	return i
}

// String returns the string with the index w, and whether there is one.
func (m *Machine) String(w uint64) (string, bool) {
	if w >= uint64(len(m.strings)) {
		return "", false
	}
	return m.strings[w], true
}

// callHost is CallExtFun.
func (m *Machine) callHost(ctx *context, in *Instr) {
	f := &m.prog.Hosts[in.B]
	window := regs(ctx, in.A, max(f.Params, f.Results))
	if m.fault() != state.FaultNone {
		clear(window[:f.Results])
		return
	}
	c := &m.host
	c.Args = append(c.Args[:0], window[:f.Params]...)
	c.Results = append(c.Results[:0], make([]uint64, f.Results)...)
	c.m, c.ctx = m, *ctx
	err := m.hosts[in.B](c)
	if err != nil {
		m.fail(ctx, state.FaultHost)
		if m.hostErr == nil {
			m.hostErr = err
		}
		clear(window[:f.Results])
		return
	}
	copy(window[:f.Results], c.Results)
}

// linkHosts finds the functions that the program names. The error names all that
// are missing.
func linkHosts(p *Program, hosts map[string]Host) ([]Host, error) {
	var list []Host
	var missing []error
	for _, f := range p.Hosts {
		h := hosts[f.Name]
		if h == nil {
			missing = append(missing, fmt.Errorf("external function %q cannot be found", f.Name))
		}
		list = append(list, h)
	}
	return list, errors.Join(missing...)
}
