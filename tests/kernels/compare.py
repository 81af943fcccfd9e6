#!/usr/bin/env python3
"""Times every kernel of this folder and of others beside its C twin, side by side in one run, and compares what they play.

  compare.py [--mmm out/mmm] [--reps 5] [--seconds 2] [--only NAME] [--frames 4800]

Prints nanoseconds a frame (the least of all runs) and the ratio to gcc -O2 -march=native. --frames 0 leaves out the comparison.
The tolerance is wide enough for another order of additions, not for another signal.
"""
import argparse, json, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
FLAVOURS = {"C -O2": ["-O2"], "C fast": ["-O3", "-ffast-math"]}


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout


def rendered(mmm, patch, frames, folder):
    run(mmm, "render", patch, "-o", folder / "out.csv", "--samples", frames)
    return (folder / "out.csv").read_text().partition("\n")[2]  # the first line names the channels


def samples(text):
    return [[float(x) for x in line.replace(",", " ").split()] for line in text.splitlines() if line.strip()]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--mmm", default="out/mmm")
    p.add_argument("--reps", type=int, default=5)
    p.add_argument("--seconds", type=float, default=2)
    p.add_argument("--only", default="")
    p.add_argument("--frames", type=int, default=4800)
    o = p.parse_args()
    kernels = sorted(f.stem for f in HERE.glob("*.mmm") if o.only in f.stem)
    columns = [*FLAVOURS, "native", "compile ms"]
    best = {k: dict.fromkeys(columns, float("inf")) for k in kernels}
    wrong = []
    with tempfile.TemporaryDirectory() as d:
        for k in kernels:
            for i, flags in enumerate(FLAVOURS.values()):
                run("gcc", "-std=gnu11", "-march=native", *flags, HERE / f"{k}.c", HERE / "play.c", "-o", f"{d}/{k}{i}", "-lm")
            if o.frames:
                want = samples(run(f"{d}/{k}0", "dump", o.frames))
                got = samples(rendered(o.mmm, HERE / f"{k}.mmm", o.frames, pathlib.Path(d)))
                off = max((abs(a - b) for w, g in zip(want, got) for a, b in zip(w, g)), default=1)
                if len(want) != len(got) or off > 1e-6:
                    wrong.append(f"{k}: {len(want)} and {len(got)} frames, {off:g} apart")
        for _ in range(o.reps):
            for k in kernels:
                for i, name in enumerate(FLAVOURS):
                    best[k][name] = min(best[k][name], float(run(f"{d}/{k}{i}", "time", o.seconds)))
                j = json.loads(run(o.mmm, "bench", HERE / f"{k}.mmm", "--seconds", o.seconds, "--engine", "native", "--json"))
                best[k]["native"] = min(best[k]["native"], j["ns_per_frame"])
                best[k]["compile ms"] = min(best[k]["compile ms"], j["compile_ms"])
    print(f"{'kernel':14}" + "".join(f"{c:>12}" for c in columns) + f"{'native/C-O2':>13}{'fast/C-O2':>11}")
    for k in kernels:
        b = best[k]
        print(f"{k:14}" + "".join(f"{b[c]:12.2f}" for c in columns) + f"{b['native'] / b['C -O2']:13.2f}{b['C fast'] / b['C -O2']:11.2f}")
    for line in wrong:
        print(line)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
