# Two commands are all that a newcomer needs: `make capture-demo` and `make test`. `make` alone lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
# compose or local; empty: compose where Docker works, local elsewhere.
ENGINE ?=
export ENGINE

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  ENGINE=compose|local forces where the lab runs\n'

.PHONY: capture-demo
capture-demo: lab-env ## record and judge every scenario, and show what the spy saw
	@$(BIN)/overheard demo

.PHONY: test
test: check ## everything: lint, types, import rules, and all tests on each engine that is here
	@$(BIN)/pytest $(PYTEST)

.PHONY: check
check: test-env ## lint, types and import rules alone
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports --no-cache) || { echo "$$said"; exit 1; }; tail -n 1 <<< "$$said"

.PHONY: format
format: test-env ## put the code into its form
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

.PHONY: docs
docs: lab-env ## make the pages of docs/scenarios anew (NAMES="http https": with what these print now)
	@$(BIN)/python docs/generate.py $(NAMES)

.PHONY: bench
bench: lab-env ## measure the demo, cold and warm, on each engine that is here
	@$(BIN)/python bench/demo.py

.PHONY: bench-scan
bench-scan: lab-env ## measure the scan beside grep, ngrep, tcpflow, tshark and pyshark, on traffic made for it
	@$(BIN)/python bench/scan.py

.PHONY: base-image
base-image: ## have the image that all images of the lab start from, even where none can be pulled
	@lab/setup/base-image

.PHONY: lock
lock: ## resolve the requirements anew (needs uv)
	@lab/setup/lock

.PHONY: clean
clean: ## throw away recordings, caches and the virtual environment
	@rm -rf $(VENV) $(VENV)-interceptor runs bench/results .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The interceptor has an environment of its own: mitmproxy pins older versions of what the others use. Where the lab runs
# as processes it makes it by itself.
.PHONY: lab-env test-env interceptor-env
lab-env:
	@lab/setup/python-env $(VENV) lab/requirements.txt
	@$(BIN)/python capture/overheard_capture/native/build.py
test-env: interceptor-env
	@lab/setup/tshark
	@lab/setup/python-env $(VENV) tests/requirements.txt
	@$(BIN)/python capture/overheard_capture/native/build.py
interceptor-env:
	@lab/setup/python-env $(VENV)-interceptor services/interceptor.requirements.txt
