#!/bin/sh
# Puts the plugin where hosts look for it and the command line on the path of
# the user. DESTDIR and HOME are honoured.
set -eu
clap="${CLAP_DIR:-$HOME/.clap}/mmm"
bin="${BIN_DIR:-$HOME/.local/bin}"
lib="${LIB_DIR:-$HOME/.local/lib/mmm}"
put() { # file folder: replace in one step, so that a running host keeps its copy
    mkdir -p "$2"
    cp "$1" "$2/.$(basename "$1").new"
    mv -f "$2/.$(basename "$1").new" "$2/$(basename "$1")"
}
for f in mmm.clap libmmm.so libmmmrt.so; do put "out/$f" "$clap"; done
for f in out/examples/*.mmm; do put "$f" "$clap/examples"; done
put out/mmm "$lib"
put out/libmmmrt.so "$lib"
mkdir -p "$bin"
ln -sf "$lib/mmm" "$bin/mmm"
echo "plugin:       $clap/mmm.clap"
echo "command line: $bin/mmm"
