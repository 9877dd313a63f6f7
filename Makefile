# A newcomer needs two commands only: `make capture-demo` and `make test`. `make` alone lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
# compose or local; empty: compose if Docker works, otherwise local.
ENGINE ?=
export ENGINE
# Without compiled modules on disk, every role and every test worker would compile them again.
unexport PYTHONDONTWRITEBYTECODE
# Most slow tests wait for something most of the time; of the others, hardly any do.
WORKERS ?= 6
FAST_WORKERS ?= auto
# For two targets that each use one core for a minute. What the tests run has its own flags of make.
BOTH := $(MAKE) --no-print-directory --jobs 2

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  ENGINE=compose|local chooses where the lab runs\n'

.PHONY: capture-demo
capture-demo: lab-env ## record and judge every scenario, and show what the spy saw
	@$(BIN)/overheard demo

.PHONY: test
test: lint ## run everything: lint, types, import rules, and all tests on each engine that is available
	@+$(BOTH) types-and-imports all-tests

.PHONY: test-fast
test-fast: lint ## run lint, types, import rules, and the tests that are not slow
	@+$(BOTH) types-and-imports fast-tests

.PHONY: check
check: lint ## check lint, types and import rules only
	@+$(MAKE) --no-print-directory types-and-imports

.PHONY: lint types-and-imports prepared-tests all-tests fast-tests
lint: test-env
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
types-and-imports:
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports --no-cache) || { echo "$$said"; exit 1; }; tail -n 1 <<< "$$said"
# In a fresh clone, every worker would prepare all test modules for itself, which takes as long as to collect them.
prepared-tests:
	@[ -d tests/__pycache__ ] || MAKEFLAGS= $(BIN)/pytest --collect-only -qq &> /dev/null || true
all-tests: prepared-tests
	@MAKEFLAGS= $(BIN)/pytest -n $(WORKERS) $(PYTEST)
fast-tests:
	@MAKEFLAGS= $(BIN)/pytest -n $(FAST_WORKERS) -m "not slow" $(PYTEST)

.PHONY: format
format: test-env ## format the code
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

.PHONY: docs
docs: lab-env ## regenerate docs/scenarios and the tables of packages (NAMES="http https": run these first, to update their output)
	@$(BIN)/python docs/generate.py $(NAMES)

.PHONY: pictures
pictures: lab-env test-env ## draw the pictures of the README, from a run of the lab (needs Chromium)
	@$(BIN)/python docs/pictures.py

.PHONY: bench
bench: lab-env ## measure the demo, cold and warm, on each engine that is available
	@$(BIN)/python bench/demo.py

.PHONY: bench-scan
bench-scan: lab-env ## compare the speed of the scan with grep, ngrep, tcpflow, tshark and pyshark, on generated traffic
	@$(BIN)/python bench/scan.py

.PHONY: bench-startup
bench-startup: lab-env ## measure how long the command takes to start (OTHERS="/another/.venv/bin/overheard": compare)
	@$(BIN)/python bench/startup.py $(OTHERS)

.PHONY: bench-witness
bench-witness: lab-env ## measure what `listen` adds to a test, and `overheard watch` to a command (ARGS="--rounds 50")
	@$(BIN)/python bench/witness.py $(ARGS)

.PHONY: bench-ca
bench-ca: test-env ## measure what the CA issues a second, beside a bare loop and beside pebble (ARGS="--clients 8")
	@$(BIN)/python bench/issuing.py $(ARGS)

.PHONY: bench-sidecar
bench-sidecar: test-env ## measure what the sidecar costs beside a service that is idle (needs root; ARGS="--window 60")
	@$(BIN)/python bench/sidecar.py $(ARGS)

.PHONY: hunt
hunt: test-env ## hunt for a wrong PROTECTED for half an hour, in random nestings of a secret (ARGS="--minutes 5 --seed 7")
	@$(BIN)/python bench/hunt.py $(ARGS)

.PHONY: fuzz
fuzz: test-env ## give each reader of outside input what was changed at random, for 10 minutes (ARGS="--minutes 1 csr ca-api")
	@$(BIN)/python bench/fuzz.py $(ARGS)

.PHONY: hostile
hostile: lab-env ## scan captures that are made to cost as much as possible, and print CPU seconds a MB (ARGS="WebSocket")
	@$(BIN)/python bench/hostile.py $(ARGS)

.PHONY: ordinary
ordinary: test-env ## record ordinary programs, and look for reasons that help nobody (needs root)
	@$(BIN)/python bench/ordinary.py $(ARGS)

.PHONY: base-image
base-image: ## get the base image of the lab's images: pull it, or build it from a Debian mirror
	@lab/setup/base-image

.PHONY: lock
lock: ## update the pinned requirements (needs uv)
	@lab/setup/lock

.PHONY: clean
clean: ## delete recordings, caches and the virtual environments
	@rm -rf $(VENV) $(VENV)-interceptor runs bench/results .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The interceptor has its own environment, because mitmproxy pins older versions of what the others use. The local engine
# creates it when it needs it.
.PHONY: lab-env test-env tests-env interceptor-env
lab-env:
	@lab/setup/python-env $(VENV) lab/requirements.txt
	@$(BIN)/python capture/overheard_capture/native/build.py
test-env:
	@lab/setup/tshark
	@+$(BOTH) tests-env interceptor-env
tests-env:
	@lab/setup/python-env $(VENV) tests/requirements.txt
	@$(BIN)/python capture/overheard_capture/native/build.py
interceptor-env:
	@lab/setup/python-env $(VENV)-interceptor services/interceptor.requirements.txt
