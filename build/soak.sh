#!/usr/bin/env bash
# make soak: the plugin under sanitizers, each fuzzer for FUZZ_TIME (10m), the realtime proof and fifty swaps a
# second for a minute, many random programs on both engines.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZ_TIME:-10m}
for target in $(grep -rlE '^func Fuzz' --include='*_test.go' .); do
    dir=$(dirname "$target")
    for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$target"); do
        echo "== $dir $name"
        go test "$dir" -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 20x
    done
done
MMM_REALTIME_SECONDS=60 MMM_SWAP_SECONDS=60 go test ./tests -count=1 -v -run 'TestAudioThreadIsNeverLate|TestFiftySwapsASecond'
MMM_ENGINE_MINUTES=${ENGINE_MINUTES:-30} go test ./tests -count=1 -v -timeout 4h -run EnginesAgreeBitForBitOnRandom
seconds=${CHECK_SECONDS:-300}
out/mmm-check out/mmm.clap --seconds "$seconds" fuzzer main-beside-audio
build/sanitized.sh address 60
build/sanitized.sh thread 60
