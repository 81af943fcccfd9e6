package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mmm/render"
)

// benchResult is what mmm bench prints; the names are a contract.
type benchResult struct {
	NsPerFrame     float64 `json:"ns_per_frame"`
	CompileMs      float64 `json:"compile_ms"`
	RealtimeFactor float64 `json:"realtime_factor"`
	BlockMaxUs     float64 `json:"block_max_us"`
	BlockP999Us    float64 `json:"block_p999_us"`
	HeapBytes      int64   `json:"heap_bytes"`
	StateBytes     int64   `json:"state_bytes"`
	Instances      int     `json:"instances"`
	BlockUs        float64 `json:"block_us"`       // of all instances
	InstanceBytes  int64   `json:"instance_bytes"` // 0: one instance, or not known
}

func newBench() *cobra.Command {
	var flags patchFlags
	var seconds, rate float64
	var block, instances int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench FILE",
		Short: "measure how fast a patch compiles and plays",
		Long: `Measure a patch: source to running code, then nanoseconds of one frame.

heap_bytes is the memory of the running patch, state_bytes the part of it that
remembers: delay lines, self, mem. With --instances so many copies play one after
the other in each block; ns_per_frame is then of one of them, block_us,
block_max_us and block_p999_us of all, and instance_bytes the memory that one more
copy takes.`,
		Example: "  mmm bench song.mmm --seconds 10 --json\n  mmm bench song.mmm --instances 64",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			engine, err := flags.engineName()
			if err != nil {
				return err
			}
			if seconds <= 0 || rate < 1 || block < 1 || block > 1<<16 || instances < 1 || instances > 10000 {
				return usageError{fmt.Errorf("--seconds, --rate, --block and --instances are positive")}
			}
			start := time.Now()
			r, err := flags.load(args[0], false)
			if err != nil {
				return err
			}
			m, err := render.Measurement{Program: r.Program, Engine: engine, Rate: rate, Seconds: seconds, Block: block,
				Instances: instances, Begin: start}.Run()
			if err != nil {
				return err
			}
			image := r.Program.Image
			res := benchResult{
				NsPerFrame: m.NsPerFrame, CompileMs: m.Ready.Seconds() * 1e3, RealtimeFactor: 1e9 / rate / m.NsPerFrame,
				BlockMaxUs: m.BlockMaxUs, BlockP999Us: m.BlockP999Us, HeapBytes: 8 * int64(image.Words), StateBytes: 8 * int64(image.StateSize),
				Instances: instances, BlockUs: m.BlockUs, InstanceBytes: m.InstanceBytes,
			}
			if asJSON || !terminal(os.Stdout) {
				return json.NewEncoder(os.Stdout).Encode(res)
			}
			fmt.Printf("%s, %s engine, %v Hz, blocks of %d\n", args[0], engine, rate, block)
			fmt.Printf("  one frame      %10.1f ns   %.0f times real time\n", res.NsPerFrame, res.RealtimeFactor)
			fmt.Printf("  one block      %10.1f us   worst;  %.1f us at 99.9 %%\n", res.BlockMaxUs, res.BlockP999Us)
			if instances > 1 {
				fmt.Printf("  %4d instances %10.1f us   of processor time for a block;  %d kB for one more\n", instances, res.BlockUs, res.InstanceBytes>>10)
			}
			fmt.Printf("  text to sound  %10.1f ms\n", res.CompileMs)
			fmt.Printf("  memory         %10d bytes, %d of them state\n", res.HeapBytes, res.StateBytes)
			return nil
		},
	}
	flags.add(cmd, true)
	cmd.Flags().Float64Var(&seconds, "seconds", 10, "how much sound to make")
	cmd.Flags().Float64Var(&rate, "rate", 48000, "sample rate in Hz")
	cmd.Flags().IntVar(&block, "block", 64, "frames of a block")
	cmd.Flags().IntVar(&instances, "instances", 1, "copies that play at once")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON also on a terminal")
	return cmd
}
