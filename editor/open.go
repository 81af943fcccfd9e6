package editor

import (
	"os"
	"os/exec"
	"strings"
)

// Open starts the user's browser on an address: the command in the environment
// variable BROWSER, else xdg-open. It does not wait for it.
func Open(url string) error {
	command := strings.Fields(os.Getenv("BROWSER"))
	if len(command) == 0 {
		command = []string{"xdg-open"}
	}
	c := exec.Command(command[0], append(command[1:], url)...)
	if err := c.Start(); err != nil {
		return err
	}
	go func() {
		defer func() { _ = recover() }()
		_ = c.Wait() // so that no zombie stays; how the browser ends is its own business
	}()
	return nil
}
