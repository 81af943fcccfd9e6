// Package params binds the controls of a patch (Control!, Slider!) to the fixed
// pool of parameters that a host sees, and keeps their values.
//
// Input: the controls of each program that is played, in source order. Output:
// a slot for each path, values in plain and in host units, texts, and a JSON
// form that is the same for the same history. Invariants: a path owns at most
// one slot and a slot at most one path; a path keeps its slot as long as the
// pool allows, whatever the order or the number of the controls; the value of a
// path that the current patch does not name is kept.
//
// Thread: a Table belongs to whoever holds the session's lock; nothing here runs
// on the audio thread.
package params
