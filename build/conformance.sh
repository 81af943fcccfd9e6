#!/usr/bin/env bash
# Runs the conformance corpus in folder $1 with the engine of MMM_ENGINE. A
# program that failed before may fail; one that passed must pass: the list of
# those that do not pass yet is tests/conformance-open.txt.
set -uo pipefail
cd "$(dirname "$0")/.."
list=out/conformance-$MMM_ENGINE.txt
python3 "$1/run.py" --cmd out/mmm >"$list"
sed -n 's/^FAIL \([^:]*\):.*/\1/p' "$list" | sort >"$list.failing"
new=$(comm -23 "$list.failing" <(sort tests/conformance-open.txt))
gone=$(comm -13 "$list.failing" <(sort tests/conformance-open.txt))
[ -z "$gone" ] || printf 'now passing, to be taken off tests/conformance-open.txt:\n%s\n' "$gone"
if [ -n "$new" ]; then
    printf 'failing:\n%s\n' "$new"
    exit 1
fi
[ -z "$gone" ] || exit 1
tail -n 1 "$list"
