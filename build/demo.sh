#!/bin/sh
# make demo: the built plugin plays an example in a CLAP host that is not ours,
# while a knob is swept by automation and the patch is swapped twice, once for a
# broken one. Leaves out/demo.wav and out/demo.png.
set -eu
host=tests/host/target/release/mmm-host
echo "mmm.clap plays examples/demo/before.mmm in a clack host; its knob \"cutoff\" is swept by automation."
echo "Then examples/demo/after.mmm is swapped in while the echoes ring, then a patch that is broken."
echo
$host examples/demo/demo.script --json out/demo.json
grep -o 'took over the program in [0-9.]* µs' out/demo.json | sed 's/took over the program in/swap, time on the audio thread:/'
echo "the tail of the echoes survived both swaps (rms of the next 0.5 s above 0.01, then 0.25 s above 0.002)"
echo
out/mmm plot out/demo.wav -o out/demo.png --mark "new patch@2.4" --mark "broken patch@2.9"
echo "listen: out/demo.wav"
echo "look:   out/demo.png"
