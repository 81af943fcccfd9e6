// Package session is the main-thread truth of one plugin instance: its patch,
// parameters, engine, status and saved state.
//
// A patch may use files: those of its folder and of the libraries, nothing else
// (files.go). Their texts are part of the saved state. A patch out of a state
// plays these texts; if this machine still has the patch as it was saved, its
// files are those of this machine again from the next edit on, and followed.
//
// Input: patch texts (from the host's state, a watched file, the editor, the C
// face), parameter gestures of the editor. Output: programs published to the
// instance's player, texts and values for the host, saved states, diagnostics.
//
// Equal patches share one build in the process (recent.go); code that takes long
// to be made well is made quickly first and improved while it plays (improve.go);
// an edit overtakes an older one's long compile (compile.go).
//
// Threads: exported functions are [any-thread] except the audio thread unless
// they say otherwise. One control goroutine for each session compiles, makes
// instances, plans migrations, publishes and collects what the audio side gives
// back; nothing of a swap waits for a callback of the host. The lock of a
// session is never held while compiling, publishing or calling the host.
//
// Invariants: a patch that cannot be compiled or initialised changes nothing
// that sounds; the truth about values is here, the audio side has a copy; what
// a patch wrote into a value's path is kept after the patch is gone.
package session
