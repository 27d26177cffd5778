# Thin: every target is tools/bootstrap, then the CMake preset of that name.
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 120
SOAK_ROUNDS ?= 50
WERROR ?= OFF
ARGS ?=
BASE ?=
HEAD ?=
CONFIGURE = cmake -DDUPLEX_WERROR=$(WERROR)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

serve: ready pages ## build, start and print a URL (ARGS="--port 8080" is passed on)
	@$(CONFIGURE) --preset release
	@cmake --build --preset release --target duplex_program -j $(JOBS)
	@exec build/release/bin/duplex serve $(ARGS)

test: release-tests ## build everything and run every test
	@tools/test release

conformance: release-tests ## all 517 WebSocket behaviours in full, plain and TLS; writes the table into docs/
	@cmake --build --preset release --target conformance_full
	@mkdir -p docs && cp build/release/conformance.md docs/conformance.md

bench: ready-bench ## micro-benchmarks, then Duplex against other servers; results go to bench/results/, a page to build/compare.html (ARGS="--quick" is passed on)
	@$(CONFIGURE) --preset release -DDUPLEX_BENCH=ON
	@cmake --build --preset release --target duplex-micro duplex-conformance duplex_program bench-peers -j $(JOBS)
	@bench/run-micro
	@bench/compare --report build/compare.html $(ARGS)

gate: ready ## whether anything costs more CPU or memory than at a commit: make gate BASE=main (HEAD=, ARGS="--only socket" are passed on)
	@test -n "$(BASE)" || { echo "make gate BASE=<commit>" >&2; exit 2; }
	@$(CONFIGURE) --preset release
	@cmake --build --preset release --target duplex_program -j $(JOBS)
	@bench/gate $(BASE) $(HEAD) $(ARGS)

asan: ready-test ## unit and behaviour tests under AddressSanitizer and UBSan
	@$(CONFIGURE) --preset asan
	@cmake --build --preset asan -j $(JOBS)
	@tools/test asan

tsan: ready-test ## unit and behaviour tests under ThreadSanitizer
	@$(CONFIGURE) --preset tsan
	@cmake --build --preset tsan -j $(JOBS)
	@tools/test tsan

fuzz: ready-test ## each fuzz target for FUZZ_SECONDS (120), from its corpus
	@$(CONFIGURE) --preset fuzz
	@cmake --build --preset fuzz -j $(JOBS)
	@tools/fuzz $(FUZZ_SECONDS)

soak: release-tests ## behaviour and interop tests over and over, SOAK_ROUNDS (50) times, until one fails
	@ctest --preset release -L 'behaviour|interop' --repeat until-fail:$(SOAK_ROUNDS)

format: ready-test ## clang-format over every C++ file
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

ready:
	@tools/bootstrap

ready-test:
	@tools/bootstrap test

ready-bench:
	@tools/bootstrap bench

pages: ready
	@npm run --silent --prefix web build

release-tests: ready-test pages
	@$(CONFIGURE) --preset release
	@cmake --build --preset release -j $(JOBS)

.PHONY: help serve test conformance bench gate asan tsan fuzz soak format ready ready-test ready-bench pages release-tests
.DEFAULT_GOAL := help
