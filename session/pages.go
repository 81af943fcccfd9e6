package session

import (
	"fmt"
	"hash/fnv"
	"strings"

	"mmm/params"
)

// pageSize is the number of knobs of a page.
const pageSize = 8

// Page is eight knobs of one group of controls.
type Page struct {
	ID      uint32 // the same for the same group over edits; above 0
	Section string // first folder of the controls' paths
	Name    string
	Slots   [pageSize]int // -1 for none
}

// noGroup is the section of controls whose path has no folder.
const noGroup = "Patch"

// Page returns page i, counted from 0 in source order; ok is false past the
// last. [main-thread]
func (s *Session) Page(i int) (page Page, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := pages(s.table)
	if i < 0 || i >= len(list) {
		return Page{}, false
	}
	return list[i], true
}

// pages divides the controls that have a slot into pages, a group after the
// other.
func pages(table *params.Table) []Page {
	var groups []string
	slots := map[string][]int{}
	for _, c := range table.Controls() {
		slot, bound := table.Slot(c.Path)
		if !bound {
			continue
		}
		if slots[c.Module()] == nil {
			groups = append(groups, c.Module())
		}
		slots[c.Module()] = append(slots[c.Module()], slot)
	}
	var list []Page
	for _, group := range groups {
		for from := 0; from < len(slots[group]); from += pageSize {
			list = append(list, makePage(group, from/pageSize, slots[group]))
		}
	}
	return list
}

// makePage makes page number of a group.
func makePage(group string, number int, slots []int) Page {
	section, name, inFolder := strings.Cut(group, "/")
	if section == "" {
		section = noGroup
	}
	if !inFolder {
		name = section
	}
	if len(slots) > pageSize {
		name = fmt.Sprintf("%s %d", name, number+1)
	}
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s#%d", group, number)
	page := Page{ID: hash.Sum32()>>1 | 1, Section: section, Name: name}
	for i := range page.Slots {
		page.Slots[i] = -1
		if at := number*pageSize + i; at < len(slots) {
			page.Slots[i] = slots[at]
		}
	}
	return page
}
