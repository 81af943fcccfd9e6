// Cues: words of the image that the host's side writes while a program runs,
// at the sample of the event that changes them.

package state

// CueKind is what a cue follows.
type CueKind int32

// The kinds of cue; libmmmrt has the same numbers. Channels count from 0.
const (
	CuePitch      CueKind = iota // key of the channel's last note
	CueVelocity                  // its velocity, 0..127; 0 when it is released
	CueController                // last value 0..127 of controller Number of the channel
	CueBend                      // pitch wheel of the channel, -1..1
	CuePressure                  // pressure of the channel, 0..127

	// The song's beat at sample n is CueBeat + (n - CueBeatStart) * CueBeatStep.
	CueBeat
	CueBeatStart
	CueBeatStep
	CuePlaying // 1 while the song moves
	CueTempo   // quarter notes a minute

	// Of voice Voice of pool Pool.
	CueVoicePitch    // MIDI key number with tuning and bend
	CueVoiceVelocity // 0..1
	CueVoiceGate     // 1 while held
	CueVoiceBend     // pitch wheel, -1..1
	CueVoicePressure // 0..1
	CueVoiceTimbre   // 0..1
	CueVoiceParam    // parameter Number as that voice's note modulates it
)

// VoiceFields is the number of cues of a voice before CueVoiceParam.
const VoiceFields = int(CueVoiceParam - CueVoicePitch)

// DefaultTempo is the tempo outside of a host, quarter notes a minute.
const DefaultTempo = 120

// VoiceInit returns what a voice's cue is before its first note.
func VoiceInit(kind CueKind) float64 {
	switch kind {
	case CueVoicePitch:
		return 60
	case CueVoiceTimbre:
		return 0.5
	}
	return 0
}

// Cue is one word and what it follows. Fields that its kind does not name are 0.
type Cue struct {
	Kind            CueKind
	Channel, Number int
	Pool, Voice     int
	Init            float64 // before the first event
}

// Pool is a set of voices that share the notes between them.
type Pool struct {
	// Levels has an element for each voice: the global that holds the voice's
	// peak since the host's side last cleared it, -1 for a voice that tells none.
	Levels []int
}
