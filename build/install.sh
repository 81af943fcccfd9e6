#!/bin/sh
# Puts the plugin, in both formats, where hosts look for it and the command line
# on the path of the user. DESTDIR stands before every path that is written;
# HOME, CLAP_DIR, VST3_DIR, BIN_DIR and LIB_DIR are honoured.
set -eu
clap="${DESTDIR:-}${CLAP_DIR:-$HOME/.clap}/mmm"
vst3="${DESTDIR:-}${VST3_DIR:-$HOME/.vst3}/mmm.vst3/Contents/$(uname -m)-linux"
bin="${DESTDIR:-}${BIN_DIR:-$HOME/.local/bin}"
lib="${LIB_DIR:-$HOME/.local/lib/mmm}"
put() { # file folder: replace in one step, so that a running host keeps its copy
    mkdir -p "$2"
    cp "$1" "$2/.$(basename "$1").new"
    mv -f "$2/.$(basename "$1").new" "$2/$(basename "$1")"
}
# The same file under another name where the disk allows it: a host that loads
# both formats has one library then, not two.
share() { # file folder
    mkdir -p "$2"
    new="$2/.$(basename "$1").new"
    rm -f "$new"
    ln "$1" "$new" 2>/dev/null || cp "$1" "$new"
    mv -f "$new" "$2/$(basename "$1")"
}
for f in mmm.clap libmmm.so libmmmrt.so; do put "out/$f" "$clap"; done
rm -f "$clap"/examples/*.mmm # where they lay before there were shelves
for f in out/examples/*/*.mmm; do put "$f" "$clap/examples/$(basename "$(dirname "$f")")"; done
put "out/mmm.vst3/Contents/$(uname -m)-linux/mmm.so" "$vst3"
for f in libmmm.so libmmmrt.so; do share "$clap/$f" "$vst3"; done
put out/mmm "${DESTDIR:-}$lib"
put out/mmm-patch.so "${DESTDIR:-}$lib"
share "$clap/libmmmrt.so" "${DESTDIR:-}$lib"
mkdir -p "$bin"
ln -sf "$lib/mmm" "$bin/mmm"
echo "CLAP plugin:  $clap/mmm.clap"
echo "VST3 plugin:  ${vst3%/Contents/*}"
echo "command line: $bin/mmm"
