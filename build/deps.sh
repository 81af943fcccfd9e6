#!/bin/sh
# Installs the Debian packages that a build or a test needs and that are not
# there. Root installs them; anyone else is told the one line that does. For
# tests it also puts the VST3 hosts of build/vst3hosts.txt into out/venv.
#   build/deps.sh build|test
set -eu

need=""
want() { # command package
    command -v "$1" >/dev/null 2>&1 || need="$need $2"
}
want gcc gcc
want g++ g++
want cmake cmake
want ninja ninja-build
want go golang-go
want cargo cargo
want readelf binutils
if [ "${1:-build}" = test ]; then
    want python3 python3
    python3 -c 'import ensurepip' 2>/dev/null || need="$need python3-venv"
    want node nodejs
    want npm npm
    want chromium chromium
    want nm binutils
fi
if [ -z "$need" ]; then
    :
elif [ "$(id -u)" = 0 ]; then
    echo "installing:$need" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $need >/dev/null
else
    echo "These packages are missing. As root:" >&2
    echo "    apt-get install -y$need" >&2
    exit 1
fi

[ "${1:-build}" = test ] || exit 0
cd "$(dirname "$0")/.."
if ! cmp -s build/vst3hosts.txt out/venv/installed.txt; then
    echo "installing the VST3 hosts of the tests into out/venv" >&2
    rm -rf out/venv
    python3 -m venv out/venv
    out/venv/bin/python -m pip install -q --disable-pip-version-check -r build/vst3hosts.txt
    cp build/vst3hosts.txt out/venv/installed.txt
fi
