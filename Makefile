# Two commands on a fresh Debian 12 machine with a Swift 6.3 toolchain: `make demo`, `make test`.
# Everything else here serves those two, or installs.

SHELL := /bin/bash
SWIFT ?= swift
# The package manager writes the traits of packages down in the order of a hash table: with one that
# changes from run to run, swift-protobuf and Hummingbird would be compiled anew each time.
BUILD := SWIFT_DETERMINISTIC_HASHING=1 $(SWIFT) build --explicit-target-dependency-import-check error
# Static: a cluster's hosts have no Swift runtime, and the units let nothing outside /usr execute.
# Nothing is exported: no library looks for symbols in a program, and their table is 7 MB.
RELEASE := $(BUILD) -c release --static-swift-stdlib -Xlinker --no-export-dynamic

# What the build and the tests need from Debian: libraries with headers, the independent clients
# that the tests attack us with, the sandbox of commands, and the judges of generated code and of
# units.
PACKAGES := libopenblas-dev liblapacke-dev libsqlite3-dev libsystemd-dev libseccomp-dev \
	libpng-dev libturbojpeg0-dev \
	binutils pkg-config openssl curl iproute2 python3 python3-venv protobuf-compiler systemd \
	bubblewrap sslscan

.PHONY: help deps clients build release test attack fuzz lint protos-check demo bench bench-engine \
	bench-quality clean

help:
	@echo 'make demo     install packages, build, run a job of each task on a local cluster over TLS'
	@echo 'make test     everything that CI runs: lint, build, generated code, all tests'
	@echo 'make attack   all attacks on a live head, at their full size'
	@echo 'make fuzz     SECONDS=60 for each decoder, or for one: DECODER=csv'
	@echo 'make release  optimised binaries in .build/release'
	@echo 'make install  put them, the units and the settings under DESTDIR (see deploy/)'
	@echo 'make bench    figures of this machine, and with PEERS=DIR side by side with the peers there'
	@echo 'make bench-engine   how fast the engine is beside its peers, as a table (docs/PERFORMANCE.md)'
	@echo 'make bench-quality  how good whole jobs are beside theirs; DATA=DIR with more sets, SEEDS=3'

# Installs only what is missing, so that it needs no root on a machine that has everything.
deps:
	@missing=(); \
	for package in $(PACKAGES); do \
	    dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
	        || missing+=($$package); \
	done; \
	if [ $${#missing[@]} -gt 0 ]; then \
	    run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	    $$run apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive $$run apt-get install -y -qq --no-install-recommends \
	        "$${missing[@]}"; \
	fi

# Independent readers of what we write, for the tests: a gRPC client, the tool of the OpenSSF Model
# Signing format (whose certificates need pyOpenSSL, which it does not ask for), readers of ONNX and
# safetensors, and a scanner of TLS servers. Without them the tests skip what needs them, and say so.
CLIENTS := .build/clients
# Of its own: it wants older libraries than the others.
SCANNERS := .build/scanners
clients: deps
	@[ -x $(CLIENTS)/bin/python ] || python3 -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -c 'import grpc' 2>/dev/null \
	    || $(CLIENTS)/bin/pip install --quiet 'grpcio>=1.60' \
	    || echo 'grpcio could not be installed: its tests will be skipped' >&2
	@$(CLIENTS)/bin/python -c 'import model_signing, OpenSSL' 2>/dev/null \
	    || $(CLIENTS)/bin/pip install --quiet 'model-signing>=1.1' 'pyOpenSSL>=24' \
	    || echo 'model-signing could not be installed: its tests will be skipped' >&2
	@$(CLIENTS)/bin/python -c 'import onnx, onnxruntime, safetensors' 2>/dev/null \
	    || $(CLIENTS)/bin/pip install --quiet 'onnx>=1.16' 'onnxruntime>=1.21' 'safetensors>=0.4' \
	    || echo 'onnxruntime could not be installed: its tests will be skipped' >&2
	@[ -x $(SCANNERS)/bin/sslyze ] || { python3 -m venv $(SCANNERS) && \
	    $(SCANNERS)/bin/pip install --quiet 'sslyze>=6.1'; } \
	    || echo 'sslyze could not be installed: its test will be skipped' >&2

build: deps
	$(BUILD) --build-tests

release: deps
	$(RELEASE) --product assay
	$(RELEASE) --product assay-certs
	deploy/sbom.py .build/release/assay >.build/release/assay.cdx.json

lint:
	$(SWIFT) format lint --strict --parallel --recursive \
	    Package.swift Sources Tests certs-tools Benchmarks

# Whether the committed protobuf code is what its .proto files make. After the build, whose modules
# the plugins share.
protos-check: build
	SWIFT='$(SWIFT)' dev/generate-protos.sh --check

# In groups, one after the other: tests that compute fill all processors, and tests that talk over
# TLS would then wait longer than the deadlines that they test.
TESTS := $(SWIFT) test --skip-build --filter
PURE_TESTS := WireTests|SearchTests|CoordinatorCoreTests|WorkerCoreTests|SimulationTests|EngineTests
PURE_TESTS := $(PURE_TESTS)|HostTests|InspectionTests|CertificateAuthorityTests|SigningTests
PURE_TESTS := $(PURE_TESTS)|PrivacyTests|ReportTests|AssayTests|FuzzTests|TidyTests

test: lint clients build protos-check
	$(TESTS) '^($(PURE_TESTS))\.'
	$(TESTS) '^TransportTests\.'
	$(TESTS) '^AttackTests\.'
	$(TESTS) '^(CoordinatorShellTests|WorkerShellTests)\.'
	$(TESTS) '^EndToEndTests\.'

# The attacks of `make test` at their full size, ROUNDS times, and every other test that is one:
# docs/ATTACKS.md. At the end a table of what honest clients felt.
ROUNDS ?= 1
attack: clients build
	set -o pipefail; for round in $$(seq $(ROUNDS)); do \
	    ASSAY_ATTACK=whole $(TESTS) '^AttackTests\.' || exit 1; \
	done | tee .build/attacks.log
	$(TESTS) '^TransportTests\.(Handshake|Deadline|Frame|ProvedPeer|Renewal|RPC|Shutdown)Tests'
	$(TESTS) '^EndToEndTests\.(Refusal|Client|Confinement|Leftover|Hardening)Tests'
	@dev/attack-table.py .build/attacks.log

# Looks for bytes that break a decoder, so many seconds for each: docs/TESTING.md.
SECONDS ?= 60
DECODER ?=
fuzz: deps
	SWIFT='$(SWIFT)' dev/fuzz.sh $(SECONDS) $(DECODER)

demo: deps
	$(RELEASE) --product assay
	examples/demo.sh

bench: release
	$(RELEASE) --product engine-bench
	Benchmarks/run.sh $(PEERS)

# The peers' libraries, from PyPI.
ENGINE_PEERS := .build/peers
SEEDS ?= 3
ENGINE_ROUNDS ?= 5
bench-engine: deps
	Benchmarks/engine/setup.sh $(ENGINE_PEERS)
	$(RELEASE) --product engine-bench
	$(ENGINE_PEERS)/bin/python Benchmarks/engine/performance.py \
	    --bench .build/release/engine-bench --rounds $(ENGINE_ROUNDS)

# The engine is optimised in debug builds, too: what differs is head and worker.
DATA ?=
bench-quality: deps
	Benchmarks/engine/setup.sh $(ENGINE_PEERS)
	$(RELEASE) --product assay
	$(ENGINE_PEERS)/bin/python Benchmarks/quality/quality.py --assay .build/release/assay \
	    $(if $(DATA),--data $(DATA)) --seeds $(SEEDS)

clean:
	rm -rf .build .build-instrumented

-include deploy/install.mk
