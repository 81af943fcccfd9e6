# make build    out/mmm, out/mmm.clap, out/mmm.vst3 and what belongs to them
# make demo     builds, plays the plugin in a host, leaves out/demo.wav and out/demo.png
# make test     everything that CI runs
# make install  puts the plugin into ~/.clap and ~/.vst3 and the command line into ~/.local/bin
# make gallery  plays the examples, leaves out/gallery/index.html: pictures, sound, figures
# make soak     the long runs: fuzzers and the realtime proof, hours if you let them
# make figures  measures what the documents say, half an hour on a quiet machine
# make clean    removes what was built

SHELL := /bin/bash
OUT   := $(CURDIR)/out
HOST  := tests/host/target/release/mmm-host
VERSION_MAP := $(CURDIR)/cbridge/exports.map
GOFLAGS_LIB := -buildmode=c-shared -ldflags "-s -w -X=runtime.godebugDefault=asyncpreemptoff=1 -extldflags=-Wl,-soname,libmmm.so,--version-script=$(VERSION_MAP)"
export LD_LIBRARY_PATH := $(OUT)

GO_SOURCES := $(shell find . -name '*.go' -not -path './out/*' -not -path './tests/*') go.mod go.sum
RT_SOURCES := CMakeLists.txt tests/vst3/CMakeLists.txt $(shell find realtime plugin cbridge tests/check -name '*.[chS]' -o -name '*.[ch]pp' -o -name '*.map' -o -name '*.cmake' -o -name 'CMakeLists.txt')
EMBEDDED   := $(shell find session editor lib examples gallery -name '*.mmm' -o -name '*.txt' -o -name '*.html' -o -name '*.js' -o -name '*.css')

.PHONY: build demo gallery test soak figures install clean deps check
build: deps $(OUT)/mmm $(OUT)/mmm.clap $(OUT)/mmm-patch.so $(OUT)/libmmm.so $(OUT)/examples

deps:
	@build/deps.sh build
	@mkdir -p $(OUT)

$(OUT)/libmmmrt.so $(OUT)/mmm.clap $(OUT)/mmm-patch.so &: $(RT_SOURCES) | deps
	@go mod download
	@cargo fetch -q --locked --manifest-path plugin/headers/Cargo.toml
	@cmake -S . -B $(OUT)/cmake -G Ninja -DWASMTIME_DIR="$$(go list -m -f '{{.Dir}}' github.com/bytecodealliance/wasmtime-go/v39)" >$(OUT)/cmake.log 2>&1 || { cat $(OUT)/cmake.log; exit 1; }
	@cmake --build $(OUT)/cmake >$(OUT)/cmake.log 2>&1 || { cat $(OUT)/cmake.log; exit 1; }
	@touch $(OUT)/libmmmrt.so $(OUT)/mmm.clap $(OUT)/mmm-patch.so

$(OUT)/mmm: $(GO_SOURCES) $(EMBEDDED) $(OUT)/libmmmrt.so
	go build -ldflags "-s -w" -o $@ ./cmd/mmm

$(OUT)/libmmm.so: $(GO_SOURCES) $(EMBEDDED) $(OUT)/libmmmrt.so cbridge/mmm.h
	go build $(GOFLAGS_LIB) -o $@ ./cbridge
	@rm -f $(OUT)/libmmm.h

# beside the plugin, where its browser finds them
$(OUT)/examples: $(wildcard examples/*/*.mmm)
	@rm -rf $@ && mkdir -p $@ && cp -r examples/instruments examples/effects examples/generative examples/learning $@

$(HOST): $(shell find tests/host/src -name '*.rs') tests/host/Cargo.toml tests/host/Cargo.lock
	cargo build -q --release --locked --manifest-path tests/host/Cargo.toml
	@touch $@

# the host of the VST3 tests that holds both formats
$(OUT)/both_formats: $(RT_SOURCES) tests/vst3/both_formats.cpp $(OUT)/mmm.clap
	@cmake --build $(OUT)/cmake --target both_formats >$(OUT)/cmake.log 2>&1 || { cat $(OUT)/cmake.log; exit 1; }
	@touch $@

demo: build $(HOST)
	@build/demo.sh

gallery: build
	@$(OUT)/mmm gallery -o $(OUT)/gallery && echo "out/gallery/index.html"

test:
	@build/deps.sh test
	@$(MAKE) --no-print-directory build $(HOST) $(OUT)/both_formats
	@build/test.sh

soak: build $(HOST)
	@build/soak.sh

figures: build $(HOST)
	@build/figures.sh

install: build
	@build/install.sh

clean:
	rm -rf $(OUT) tests/host/target tests/browser/node_modules
