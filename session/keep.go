package session

import (
	"sync"

	"mmm/codecache"
	"mmm/realtime"
)

// keeping opens the user's folder for machine code once.
var keeping = sync.OnceValue(func() error {
	dir, err := codecache.Dir()
	if err != nil {
		return err
	}
	c, err := codecache.Open(dir, codecache.DefaultLimit)
	if err != nil {
		return err
	}
	realtime.SetKeeper(c)
	return nil
})

// KeepCode has this process keep machine code in the user's cache folder, and
// find what others have kept there. The error says why it does not; everything
// works without. [any-thread]
func KeepCode() error { return keeping() }
