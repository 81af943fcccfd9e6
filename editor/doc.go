// Package editor serves the page in which a patch is written while it plays.
//
// Input: requests of a browser on this machine, each with the token of one
// session. Output: the page, the session's state as JSON, swaps and gestures.
// One server for each process, on a free port of the loopback address.
//
// Invariants: nothing is answered without a token, or for a Host or an Origin
// that is not the server itself; no file is served but the page's own, which
// are part of the program; bodies are bounded. Thread: any but an audio thread.
package editor
