#!/usr/bin/env bash
# make figures: what docs/performance.md and docs/realtime.md are made of, on a
# machine that is otherwise quiet; as root for SCHED_FIFO. The realtime proof
# plays for REALTIME_SECONDS (600) alone and as long among eight others, and
# rewrites docs/realtime.md; the other figures go to out/figures.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
export MMM_CONFORMANCE=${MMM_CONFORMANCE:-$(cd ../shared/conformance 2>/dev/null && pwd || true)}
{
    echo "== start"
    go test ./tests -count=1 -v -run 'TestQuickCodeIsHadSoonerThanTheBest'
    go test ./session -count=1 -v -run 'TestReopeningAProject|TestANewerEditDoesNotWait|TestTheLastOfManyLongEdits'
    echo "== swaps"
    MMM_SWAP_SECONDS=60 go test ./tests -count=1 -v -run 'TestAMinuteOfStereoDelay|TestFiftySwapsASecond|TestMemoryIsFlat'
    echo "== instances"
    for patch in examples/learning/subtractive.mmm examples/learning/feedback_delay.mmm \
        "$MMM_CONFORMANCE"/larger/{polysynth_four_voices,arpeggiator_driven_by_scheduled_tasks}.mmm; do
        [ -f "$patch" ] || continue
        for n in 1 8 64 256; do
            out/mmm bench "$patch" --instances $n --seconds 2 --json |
                python3 -c 'import json, sys; r = json.load(sys.stdin)
print("%-45s %4d instances  %8.1f us a block  %6.1f ns a frame  %5d kB each, state %5d kB" % (sys.argv[1], r["instances"], r["block_us"], r["ns_per_frame"], r["instance_bytes"] >> 10, r["state_bytes"] >> 10))' \
                "$(basename "$patch" .mmm)"
        done
    done
    echo "== latency"
    MMM_REALTIME_SECONDS=${REALTIME_SECONDS:-600} go test ./tests -count=1 -v -timeout 2h -run TestAudioThreadIsNeverLate -update
} 2>&1 | grep -v '^=== ' | tee out/figures.txt
