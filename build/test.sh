#!/usr/bin/env bash
# make test: format, vet, staticcheck, tidy, every Go test, the
# conformance corpus on both engines where it is at hand. Stops at the end with
# all failures named.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()
step() { # name, command…
    local name=$1 log=out/test-log.txt begin=$SECONDS
    shift
    if "$@" >"$log" 2>&1; then
        printf 'ok    %-28s %4d s\n' "$name" $((SECONDS - begin))
    else
        printf 'FAIL  %-28s %4d s\n' "$name" $((SECONDS - begin))
        cat "$log"
        failed+=("$name")
    fi
}

tidy() { # go.mod and go.sum are what go mod tidy makes of the tree
    go mod tidy -diff
}
clean_format() {
    local list
    list=$(gofmt -l $(git ls-files '*.go'))
    [ -z "$list" ] || { echo "not formatted: $list"; return 1; }
}

step "format"       clean_format
step "vet"          go vet ./...
step "tidy"         tidy
step "staticcheck"  go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...
step "race"         go test -race -count=1 -timeout 30m ./params ./session ./editor ./realtime
# One at a time: some tests measure, some load the plugin in real time.
step "go test"      go test -p 1 -count=1 -timeout 30m ./...
grep -E '^(ok|FAIL|---)' out/test-log.txt || true
corpus=${MMM_CONFORMANCE:-../shared/conformance}
if [ -f "$corpus/run.py" ]; then
    for engine in native vm; do
        step "conformance $engine" env MMM_ENGINE=$engine python3 "$corpus/run.py" --cmd out/mmm
        tail -n 1 out/test-log.txt
    done
fi
if [ ${#failed[@]} -gt 0 ]; then
    echo "failed: ${failed[*]}"
    exit 1
fi
