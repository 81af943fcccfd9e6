package main

import (
	"bufio"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"mmm/compiler/mir"
	"mmm/native"
	"mmm/realtime"
)

// disassemble prints the machine code of a program, function by function. The
// disassembler is objdump: those written in Go do not know the vector
// instructions that the code consists of.
func disassemble(out *bufio.Writer, p *mir.Program) error {
	wasm, err := native.Compile(p)
	if err != nil {
		return err
	}
	module, err := realtime.Compile(wasm)
	if err != nil {
		return err
	}
	defer module.Close()
	object, err := module.Object()
	if err != nil {
		return err
	}
	code, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return fmt.Errorf("machine code: %w", err)
	}
	text := code.Section(".text")
	if text == nil {
		return errors.New("machine code: there is none")
	}
	body, err := text.Data()
	if err != nil {
		return fmt.Errorf("machine code: %w", err)
	}
	file, err := os.CreateTemp("", "mmm-*.bin")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err = file.Write(body); err == nil {
		err = file.Close()
	}
	if err != nil {
		return err
	}
	machine, ok := map[elf.Machine]string{elf.EM_X86_64: "i386:x86-64", elf.EM_AARCH64: "aarch64"}[code.Machine]
	if !ok {
		machine = "i386:x86-64"
	}
	symbols, _ := code.Symbols() // without names the code is printed in one piece
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || s.Size == 0 {
			continue
		}
		listing, err := exec.Command("objdump", "-D", "-b", "binary", "-m", machine, "-M", "intel", "--no-show-raw-insn",
			fmt.Sprintf("--start-address=%d", s.Value), fmt.Sprintf("--stop-address=%d", s.Value+s.Size), file.Name()).Output()
		if err != nil {
			return fmt.Errorf("objdump, of the GNU binutils: %w", err)
		}
		lines := bytes.SplitN(listing, []byte("<.data"), 2) // what precedes names the file
		fmt.Fprintf(out, "%s, %d bytes\n", s.Name, s.Size)
		if _, rest, found := bytes.Cut(lines[len(lines)-1], []byte("\n")); found {
			out.Write(rest)
		}
	}
	return nil
}
