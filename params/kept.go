package params

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Kept is the members of a JSON object that this version does not know: a newer
// one wrote them, and gets them back.
type Kept map[string]json.RawMessage

// Keep returns the members of the object in data that are not known.
func Keep(data []byte, known ...string) (Kept, error) {
	var all Kept
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool {
		return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
	})
	return all, nil
}

// Add returns object, which has members, with the kept ones behind its own, by
// name.
func (k Kept) Add(object []byte) []byte {
	if len(k) == 0 {
		return object
	}
	out := slices.Clone(object[:len(object)-1])
	for _, name := range slices.Sorted(maps.Keys(k)) {
		quoted, _ := json.Marshal(name) // a string can always be written
		out = append(out, ',')
		out = append(out, quoted...)
		out = append(out, ':')
		out = append(out, k[name]...)
	}
	return append(out, '}')
}
