# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.

SWIFT ?= swift
BINARY := .build/release/luma-mcp

# What the program needs, what a Swift toolchain needs that was only unpacked, and what the tests and
# the benchmark need on top.
BUILD_PACKAGES := libcurl4-openssl-dev libssl-dev libsqlite3-dev ca-certificates tzdata \
    pkg-config binutils libstdc++-12-dev libncurses6 libxml2
TEST_PACKAGES := curl git nginx openssl python3
BENCH_PACKAGES := nginx wrk gcc libc6-dev python3 python3-venv golang-go strace openssl

# Where make install puts things; DESTDIR is put in front of all.
PREFIX ?= /usr/local
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,/etc/systemd/system)

# Debug and release builds have folders of their own, and the strict flags a third, so that no
# target makes another one build anew. A plain `swift build` shares nothing with `make test`.
# No folder of this machine in the binary, no library from the folder in which it lies, and no table that stays writable once
# the libraries are bound. Colours are off, so that a terminal and a pipe build with the same flags.
RELEASE := -c release --static-swift-stdlib --disable-local-rpath --no-color-diagnostics \
    -Xlinker -z -Xlinker now -Xcc -ffile-prefix-map=$(CURDIR)=. \
    -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=.
# All but the journeys that measure memory and time, whose figures a sanitizer changes, and those whose drivers start the
# program without the sanitizer's options. A hanging test must fail.
SANITIZED := --disable-xctest --no-parallel --skip 'JourneyTests\.(Chaos|Hostile|Kill|Overload|Restart)' --scratch-path .build
BOUNDED := timeout --signal=INT --kill-after=20 1800
# As many tests at once as there are cores and one more: journeys wait most of their time. A toolchain that cannot bound the number
# runs one after the other.
WIDTH := --experimental-maximum-parallelization-width
SIDE_BY_SIDE = $$($(SWIFT) test --help-hidden | grep -q -- $(WIDTH) \
    && echo --parallel $(WIDTH) $$(($$(nproc) + 1)) || echo --no-parallel)
STRICT := --scratch-path .build/strict --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

PACKAGING_PACKAGES := man-db groff-base bsdextrautils bash zsh fish systemd debootstrap dpkg-dev gzip curl lintian nodejs python3
CHAOS_OPERATIONS ?= 2000

BROWSER_PACKAGES := chromium chromium-driver curl openssl python3 python3-venv

DIFFERENTIAL_PACKAGES := nginx python3 python3-venv

SCRIPTS := .ci/run $(wildcard Packaging/*.sh Tests/*/*.sh examples/*/*.sh examples/*/*/*.sh)
PYTHON := $(wildcard Packaging/*.py Tests/*/*.py examples/*/*.py examples/*/*/*.py)
FORMATTED := Package.swift Sources Tests

.DEFAULT_GOAL := help
.PHONY: help run build test lint format check linkage smoke differential chaos plugin-chaos fuzz asan tsan bench soak openapi exports plugins interop browser \
    clean need-swift need-packages
.PHONY: install deb sbom mcpb packaging
.PHONY: goodput fleet-budget cuts

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Install what is missing, build, serve on http://localhost:8000
	@exec Tests/Tools/serve.sh $(BINARY)

build: need-packages ## Build .build/release/luma-mcp
	$(SWIFT) build $(RELEASE) --product luma-mcp

test: need-packages ## Build with every warning an error, run all tests
	@Tests/Tools/packages.sh $(TEST_PACKAGES)
	Tests/Tools/selftest.sh
	@Tests/Tools/run-tests.sh .build/tests.jsonl $(SWIFT) test $(STRICT) --disable-xctest $(SIDE_BY_SIDE)

lint: need-packages ## Check formatting, scripts and the house rules for sources
	$(SWIFT) format lint --strict --recursive --parallel $(FORMATTED)
	@for script in $(SCRIPTS); do bash -n $$script || exit; done
	@Tests/Tools/packages.sh python3
	@python3 -c 'import ast, sys; [ast.parse(open(name).read(), name) for name in sys.argv[1:]]' $(PYTHON)
	Tests/Tools/check-sources.sh
	python3 Tests/Tools/check-layers.py Tests/Tools/layers-gateway.txt

format: need-packages ## Format the Swift sources in place
	$(SWIFT) format --in-place --recursive --parallel $(FORMATTED)

check: need-packages ## Build everything; no target may import what its manifest does not name
	$(SWIFT) build --build-tests $(STRICT)

linkage: build ## Check that the release binary carries no Foundation and needs no odd library
	Tests/Tools/check-linkage.sh $(BINARY)

smoke: ## Do what the README's first page says: make run, and its first event
	@Tests/Tools/packages.sh curl
	Tests/Tools/smoke.sh

differential: build ## Compare with nginx and h11 what is taken for a request (ONLY="case ..." shows the answers)
	@Tests/Tools/packages.sh $(DIFFERENTIAL_PACKAGES)
	@exec Tests/Differential/differential.sh $(BINARY) $(ONLY)

chaos: build ## Let 32 clients loose in a storm of faults (CHAOS_OPERATIONS, CHAOS_SEED to play one again)
	@Tests/Tools/packages.sh python3 openssl
	@folder=$$(mktemp -d) && python3 Tests/Drivers/chaos.py $(BINARY) $$folder --operations $(CHAOS_OPERATIONS) \
	    $(if $(CHAOS_SEED),--seed $(CHAOS_SEED)) && rm -rf $$folder

plugin-chaos: build ## Call plugins that do what nobody should (CHAOS_CALLS, CHAOS_SEED to play them again): nothing of them may be left
	@Tests/Tools/packages.sh python3
	@folder=$$(mktemp -d) && python3 Tests/Drivers/chaos_plugins.py $(BINARY) $$folder --calls $(or $(CHAOS_CALLS),1000) \
	    $(if $(CHAOS_SEED),--seed $(CHAOS_SEED)) && rm -rf $$folder

fuzz: need-packages ## Fuzz requests, chunks, JSON, time zones, tables and calendars for FUZZ_SECONDS (60), FUZZ_SANITIZER=address or thread
	@SWIFT="$(SWIFT)" exec Tests/Fuzz/fuzz.sh $(FUZZ_TARGETS)

# LeakSanitizer would report what the test runner itself leaves behind, and what static values of Swift refer to.
asan: need-packages ## Run the tests under the address sanitizer
	SANITIZE=1 ASAN_OPTIONS=detect_leaks=0 $(BOUNDED) $(SWIFT) test --sanitize=address $(SANITIZED)/asan

tsan: need-packages ## The same under the thread sanitizer
	SANITIZE=1 TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Tools/tsan-suppressions.txt $(BOUNDED) $(SWIFT) test --sanitize=thread $(SANITIZED)/tsan

bench: build ## Compare with nginx, Go and FastAPI (docs/performance.md)
	@Tests/Tools/packages.sh $(BENCH_PACKAGES)
	@exec Tests/Bench/bench.sh $(BINARY)

soak: build ## Load of all kinds for SOAK_SECONDS (600); fails when memory, descriptors or latency grow
	@Tests/Tools/packages.sh $(BENCH_PACKAGES)
	@exec Tests/Bench/bench.sh $(BINARY) soak.py

goodput: build ## Ask for more than Luma grants, for GOODPUT_SECONDS (60), against the emulator: all used, nothing refused
	@Tests/Tools/packages.sh python3
	@folder=$$(mktemp -d) && python3 Tests/Drivers/goodput.py $(BINARY) $$folder $(or $(GOODPUT_SECONDS),60)

fleet-budget: build ## Let four gateways on one data directory ask for more than Luma grants: all used, nothing refused
	@Tests/Tools/packages.sh python3
	@folder=$$(mktemp -d) && python3 Tests/Drivers/fleet_budget.py $(BINARY) $$folder && rm -rf $$folder

cuts: build ## Cut the line to Luma under creates, between network namespaces (root; 10 minutes): nothing may arrive late
	@Tests/Tools/packages.sh gcc iproute2 libc6-dev nginx openssl python3
	@folder=$$(mktemp -d) && python3 Tests/Drivers/cuts.py $(BINARY) $$folder && rm -rf $$folder

openapi: build ## Validate /openapi.json and let schemathesis look for an answer that contradicts it
	@Tests/Tools/packages.sh python3 python3-venv
	@exec Tests/OpenAPI/openapi.sh $(BINARY)

exports: build ## Read what is exported with icalendar from PyPI and Python's csv
	@Tests/Tools/packages.sh python3 python3-venv
	@exec Tests/Exports/exports.sh $(BINARY)

plugins: build ## Test the example plugins (PLUGINS="git_clone ..." for some of them)
	@Tests/Tools/packages.sh git openssl python3 python3-venv
	@exec env LUMA_MCP=$(abspath $(BINARY)) bash examples/plugins/test.sh $(PLUGINS)

browser: build ## Look at the pages with headless Chromium and click on them (PAGES="docs ..."); pictures in .build/browser
	@Tests/Tools/packages.sh $(BROWSER_PACKAGES)
	Tests/Browser/browser.sh $(BINARY) $(PAGES)

interop: build ## Play the journeys with the real MCP clients and servers from PyPI (mcp 1.x, mcp 2.x, fastmcp; with INTEROP_FRAMEWORKS=1 five frameworks)
	@Tests/Tools/packages.sh python3 python3-venv
	Tests/Interop/run.sh $(BINARY) .build/interop

.PHONY: fixture-server
PORT := 8080
fixture-server: need-packages ## Serve the fixtures of MCP's conformance scenarios on PORT (8080), for tests only
	$(SWIFT) build --product fixture-server
	@exec .build/debug/fixture-server $(PORT)

install: ## Install what make build has made: make install PREFIX=/usr/local DESTDIR= UNITDIR=
	@Packaging/install.sh $(BINARY) "$(DESTDIR)" "$(PREFIX)" "$(UNITDIR)"

deb: build ## Make a Debian package
	@Tests/Tools/packages.sh dpkg-dev python3
	@SWIFT="$(SWIFT)" Packaging/deb.sh $(BINARY) .build/packaging

sbom: build ## Write a bill of materials, SPDX 2.3, to .build/packaging/luma-mcp.spdx.json
	@Tests/Tools/packages.sh binutils python3
	@mkdir -p .build/packaging && SWIFT="$(SWIFT)" python3 Packaging/sbom.py $(BINARY) "$$($(BINARY) version | sed 's/^luma-mcp //')" \
	    >.build/packaging/luma-mcp.spdx.json

mcpb: build ## Make the bundle for Claude Desktop (.build/packaging/luma-mcp-VERSION.mcpb)
	@Tests/Tools/packages.sh python3
	@mkdir -p .build/packaging && Packaging/mcpb.sh "$$($(BINARY) version | sed 's/^luma-mcp //')" .build/packaging

packaging: build ## Install in every way, into folders under .build, and try what is installed
	@Tests/Tools/packages.sh $(PACKAGING_PACKAGES)
	SWIFT="$(SWIFT)" Tests/Tools/packaging.sh

clean: ## Remove everything that a build made
	rm -rf .build

need-swift:
	@command -v $(firstword $(SWIFT)) >/dev/null || { \
	    echo 'Swift 6.2 or newer is needed and `$(SWIFT)` is not in the PATH. To get it:'; \
	    echo '    curl -O https://download.swift.org/swiftly/linux/swiftly-$$(uname -m).tar.gz'; \
	    echo '    tar zxf swiftly-$$(uname -m).tar.gz && ./swiftly init && . ~/.local/share/swiftly/env.sh'; \
	    echo 'or choose a toolchain at https://www.swift.org/install/linux/ and add its usr/bin to the PATH.'; \
	    exit 1; } >&2

need-packages: need-swift
	@Tests/Tools/packages.sh $(BUILD_PACKAGES)
