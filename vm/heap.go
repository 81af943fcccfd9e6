// The heap: objects in the program's own memory, allocated and freed in
// constant time.

package vm

import (
	"math/bits"

	"mmm/state"
)

// Kinds of handles, bits 63..60 of a word (spec vm.md 1.1).
const (
	KindFunc    = 1 // plain function: captures nothing, has no state, is no object
	KindClosure = 2
	KindArray   = 3
	KindBox     = 4 // box or cell
	KindCode    = 5 // owned by the host; no object
	kindSite    = 8 // list of the blocks of a site; never a value of a program
	kindBlock   = 9 // state block of a closure; never a value of a program
)

// heap is the part of memory that holds objects. Everything about them lies in
// its words, so that whoever has the memory has the heap:
//
//	fixed words, then the first free block of each size class
//	a bit for each word that starts a block; blocks never move or merge
//	the queue of tasks, in programs that schedule any
//	the blocks
//
// A block starts with three words:
//
//	0  its handle while it is in use; else the generation and index, kind 0
//	1  bits 62..56 size class, 55..32 shape, 31..0 number of elements or words; bit 63: on the zero list
//	2  bits 63..32 next block of the list it is on; 31..0 count of references
//
// References from registers are not counted. A block whose count is 0 is on the
// zero list; what is still there at the end of a turn is freed (reclaim.go).
type heap []uint64

// Fixed words of the heap.
const (
	heapTop   = 0  // words ever used: where the next new block starts
	heapZero  = 1  // first block of the zero list
	heapTurn  = 2  // number of turns so far
	heapUsed  = 3  // words in blocks that are in use
	heapLimit = 4  // used words from which on cycles are looked for
	heapQueue = 5  // where the queue starts
	heapRoom  = 6  // tasks it has room for
	heapTasks = 7  // tasks in it
	heapOrder = 8  // tasks ever queued
	heapFresh = 9  // generation of blocks that were never in use
	heapLists = 10 // first block of the free list of each class
	heapBits  = heapLists + heapClasses
)

// Parts of a block.
const (
	blockInfo  = 1
	blockCount = 2
	blockWords = 3 // where the contents start

	onZeroList = 1 << 63
	countMask  = 1<<32 - 1
	maxCount   = 1<<31 - 1 // a count that reaches it stays
	genMask    = 1<<28 - 1

	minBlock    = 5 // words
	heapClasses = 100
	maxShapes   = 1 << 24
)

// classOf returns the size class for n words and the words of its blocks: four
// classes for each doubling, so at most a quarter of a block is unused.
func classOf(n int) (class, words int) {
	x := uint(max(n, minBlock) - 1)
	e := bits.Len(x) - 3
	return e*4 + int(x>>e) - 4, int(x>>e+1) << e
}

// heapStart returns the first word of a heap of n words that blocks can take.
func heapStart(n int, tasks int) int { return heapBits + n/64 + 1 + tasks*state.TaskWords }

// reset empties the heap. The words of free blocks are left as they are.
func (h heap) reset(tasks int) {
	if len(h) == 0 {
		return
	}
	start := heapStart(len(h), tasks)
	clear(h[:start])
	h[heapTop] = uint64(start)
	h[heapQueue] = uint64(start - tasks*state.TaskWords)
	h[heapRoom] = uint64(tasks)
	h[heapLimit] = h.nextLimit()
	h[heapFresh] = 1
}

// find returns where the object lies that w names if it is of the given kind and
// alive, else 0.
func (h heap) find(w, kind uint64) uint32 {
	i := uint32(w)
	if w>>60 != kind || uint64(i) >= uint64(len(h)) || h[heapBits+i>>6]>>(i&63)&1 == 0 || h[i] != w {
		return 0
	}
	return i
}

// counted returns the object that w names if it is one that is counted, else 0.
func (h heap) counted(w uint64) uint32 {
	switch k := w >> 60; k {
	case KindClosure, KindArray, KindBox:
		return h.find(w, k)
	}
	return 0
}

// alloc takes a block for size words in all, with count 0, and returns where it
// lies, or 0 if there is no room. The words behind the header keep what they
// had.
func (h heap) alloc(kind uint64, size, n int, shape int32) uint32 {
	if len(h) == 0 || size > len(h) {
		return 0
	}
	class, words := classOf(size)
	i := uint32(h[heapLists+class])
	if i == 0 {
		top := h[heapTop]
		if top+uint64(words) <= uint64(len(h)) {
			i = uint32(top)
			h[heapTop] = top + uint64(words)
			h[heapBits+i>>6] |= 1 << (i & 63)
			h[i] = h[heapFresh] << 32
		} else {
			// The end of memory is near: a larger block does too.
			for class++; class < heapClasses && h[heapLists+class] == 0; class++ {
			}
			if class == heapClasses {
				return 0
			}
			i = uint32(h[heapLists+class])
			words = wordsOf(class)
			h[heapLists+class] = h[i+blockCount] >> 32
		}
	} else {
		h[heapLists+class] = h[i+blockCount] >> 32
	}
	h[heapUsed] += uint64(words)
	h[i] = kind<<60 | h[i]&(genMask<<32) | uint64(i)
	h[i+blockInfo] = uint64(class)<<56 | uint64(uint32(shape))<<32 | uint64(uint32(n))
	h[i+blockCount] = 0
	if kind <= KindBox {
		h.toZeroList(i)
	}
	return i
}

// wordsOf returns the words of a block of a class.
func wordsOf(class int) int { return (class&3 + 5) << (class >> 2) }

// free gives the block at i back; its contents have been released.
func (h heap) free(i uint32) {
	class := h.class(i)
	h[heapUsed] -= uint64(wordsOf(class))
	h[i] = (h[i]>>32+1)&genMask<<32 | uint64(i)
	h[i+blockInfo] = uint64(class) << 56
	h[i+blockCount] = h[heapLists+class] << 32
	h[heapLists+class] = uint64(i)
}

// merge joins free blocks that lie side by side, for requests larger than any of
// them, and returns how many blocks there were. Handles of blocks that are gone
// stay invalid: blocks in their places get a generation that none had.
func (h heap) merge() int {
	start, top := uint32(heapStart(len(h), int(h[heapRoom]))), uint32(h[heapTop])
	blocks, last := 0, uint64(0)
	for i := start; i < top; i += uint32(wordsOf(h.class(i))) {
		last = max(last, h[i]>>32&genMask)
		blocks++
	}
	h[heapFresh] = (last + 1) & genMask
	clear(h[heapLists:heapBits])
	for i := start; i < top; {
		end := i
		for end < top && h[end]>>60 == 0 {
			h[heapBits+end>>6] &^= 1 << (end & 63)
			end += uint32(wordsOf(h.class(end)))
		}
		switch {
		case end == i:
			i += uint32(wordsOf(h.class(i)))
		case end == top:
			h[heapTop] = uint64(i)
			return blocks
		default:
			i = h.divide(i, end)
		}
	}
	return blocks
}

// divide makes free blocks of the words from i to end, as large as they can be,
// and returns end. A rest smaller than a block, or of 9 words, would be in no
// class.
func (h heap) divide(i, end uint32) uint32 {
	for i < end {
		n := int(end - i)
		class, words := classOf(n)
		for rest := n - words; rest < 0 || rest > 0 && rest < minBlock || rest == 9; rest = n - words {
			class--
			words = wordsOf(class)
		}
		h[heapBits+i>>6] |= 1 << (i & 63)
		h[i] = h[heapFresh]<<32 | uint64(i)
		h[i+blockInfo] = uint64(class) << 56
		h[i+blockCount] = h[heapLists+class] << 32
		h[heapLists+class] = uint64(i)
		i += uint32(words)
	}
	return end
}

// toZeroList puts the block at i, whose count is 0, on the zero list if it is not
// there.
func (h heap) toZeroList(i uint32) {
	if h[i+blockInfo]&onZeroList == 0 {
		h[i+blockInfo] |= onZeroList
		h[i+blockCount] = h[heapZero]<<32 | h[i+blockCount]&countMask
		h[heapZero] = uint64(i)
	}
}

func (h heap) class(i uint32) int    { return int(h[i+blockInfo] >> 56 & 127) }
func (h heap) shape(i uint32) int32  { return int32(h[i+blockInfo] >> 32 & (maxShapes - 1)) }
func (h heap) n(i uint32) int        { return int(uint32(h[i+blockInfo])) }
func (h heap) count(i uint32) uint64 { return h[i+blockCount] & countMask }

// retain counts a reference by w, if w names an object.
func (h heap) retain(w uint64) {
	if i := h.counted(w); i != 0 && h.count(i) < maxCount {
		h[i+blockCount]++
	}
}

// release takes back a reference by w, if w names an object. The object lives
// until the end of the turn.
func (h heap) release(w uint64) {
	i := h.counted(w)
	if i == 0 {
		return
	}
	switch h.count(i) {
	case 0, maxCount:
		return
	case 1:
		h[i+blockCount]--
		h.toZeroList(i)
	default:
		h[i+blockCount]--
	}
}

// HeapStats says how full a heap is, in words.
type HeapStats struct {
	Size int // of the heap
	High int // used up to the highest block, with the heap's own words
	Used int // in objects that are alive
}

// Heap returns how full the heap is.
func (m *Machine) Heap() HeapStats {
	if len(m.heap) == 0 {
		return HeapStats{}
	}
	return HeapStats{Size: len(m.heap), High: int(m.heap[heapTop]), Used: int(m.heap[heapUsed])}
}
