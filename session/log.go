package session

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/rs/zerolog"
)

// Level is how important a line of the log is; the values are those of mmm.h.
type Level int

// The levels.
const (
	Debug Level = iota
	Info
	Warning
	Error
)

// logger writes to the host and, if the environment variable MMM_LOG names a
// file, to that file. Safe for concurrent use.
type logger struct {
	host Host
	file *os.File
	zero zerolog.Logger
}

// newLogger opens the log of a session.
func newLogger(host Host) logger {
	l := logger{host: host, zero: zerolog.Nop()}
	path := os.Getenv("MMM_LOG")
	if path == "" {
		return l
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		l.print(Warning, "no log file: "+err.Error())
		return l
	}
	l.file = file
	l.zero = zerolog.New(file).With().Timestamp().Int("pid", os.Getpid()).Logger()
	return l
}

// print writes a line, or several.
func (l logger) print(level Level, text string) {
	l.zero.WithLevel(zerolog.Level(level)).Msg(text)
	if l.host.Log != nil {
		l.host.Log(level, text)
	}
}

// panicked reports a panic of ours; the stack goes to the file.
func (l logger) panicked(r any) {
	l.zero.Error().Bytes("stack", debug.Stack()).Msg("panic")
	l.print(Error, fmt.Sprintf("internal error: %v", r))
}

// close closes the file.
func (l logger) close() {
	if l.file != nil {
		l.file.Close()
	}
}
