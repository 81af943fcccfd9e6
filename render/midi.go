package render

import (
	"fmt"
	"math"

	"gitlab.com/gomidi/midi/v2/smf"

	"mmm/realtime"
)

// ReadMIDI returns the channel messages of a standard MIDI file as events, at
// the tempo of the file; rate in Hz.
func ReadMIDI(path string, rate float64) (events []realtime.Event, err error) {
	defer func() { // the decoder may panic on a broken file
		if p := recover(); p != nil {
			err = fmt.Errorf("%s is not a MIDI file: %v", path, p)
		}
	}()
	tracks := smf.ReadTracks(path)
	if err := tracks.Error(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	tracks.Do(func(ev smf.TrackEvent) {
		m := ev.Message
		if !m.IsPlayable() || len(m) == 0 || len(m) > 3 {
			return
		}
		e := realtime.Event{Kind: realtime.MIDI, Time: int(math.Round(float64(ev.AbsMicroSeconds) * 1e-6 * rate))}
		copy(e.MIDI[:], m)
		events = append(events, e)
	})
	if err := tracks.Error(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return events, nil
}
