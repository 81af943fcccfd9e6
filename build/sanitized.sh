#!/usr/bin/env bash
# Builds the shim, libmmmrt, libmmm's C and mmm-check with a sanitizer, with the
# assertions of the CLAP headers' threads on, and runs rows of mmm-check.
#   build/sanitized.sh thread|address SECONDS [ROW…]
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1 seconds=$2
shift 2
case $kind in
thread) flags=-fsanitize=thread ;;
address) flags=-fsanitize=address,undefined ;;
*) echo "thread or address" >&2; exit 2 ;;
esac
out=$PWD/out/sanitized-$kind
mkdir -p "$out"
wasmtime=$(go list -m -f '{{.Dir}}' github.com/bytecodealliance/wasmtime-go/v39)
cmake -S . -B "$out/cmake" -G Ninja -DOUT_DIR="$out" -DWASMTIME_DIR="$wasmtime" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_FLAGS="$flags -O1 -fno-omit-frame-pointer" -DCMAKE_CXX_FLAGS="$flags -O1 -fno-omit-frame-pointer" >"$out/cmake.log"
cmake --build "$out/cmake" >"$out/cmake.log" || { cat "$out/cmake.log"; exit 1; }
# cgo tells the thread sanitizer what Go's own locks order, when it is asked for so.
CGO_CFLAGS="$flags -O1 -g" CGO_LDFLAGS="-L$out $flags" go build -buildmode=c-shared \
    -ldflags "-X=runtime.godebugDefault=asyncpreemptoff=1 -extldflags=-Wl,-soname,libmmm.so,--version-script=$PWD/cbridge/exports.map" \
    -o "$out/libmmm.so" ./cbridge
rm -f "$out/libmmm.h"
rm -rf "$out/examples" && mkdir "$out/examples" && cp -r examples/instruments examples/effects examples/generative examples/learning "$out/examples"
# Go's heap is not the sanitizer's; a runtime that stays until the end has not leaked. A thread that ends must not unmap
# an alternate signal stack that is Go's.
export ASAN_OPTIONS=detect_leaks=0:handle_segv=0:detect_stack_use_after_return=0:use_sigaltstack=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/build/tsan.supp
export MMM_PATCHES=
run=()
[ "$kind" = thread ] && command -v setarch >/dev/null && run=(setarch "$(uname -m)" -R)
"${run[@]}" "$out/mmm-check" "$out/mmm.clap" --seconds "$seconds" "$@"
