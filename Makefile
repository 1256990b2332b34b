# Xuewei: make demo, make test. Needs Python 3.11+ and make only.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test lint types bench ui clean docs
.DEFAULT_GOAL := help

help:  ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "xuewei needs Python 3.11 or newer; set PYTHON=python3.12 or the like")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY)  ## A semester of three synthetic provinces, from the inbox to the national register
	$(BIN)/xuewei demo --home demo

ui: $(READY)  ## Dagster's pages on the demo's data home
	$(BIN)/xuewei ui --home demo

test: $(READY)  ## All tests, in two processes
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY)  ## Format and lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## Type checker
	$(BIN)/mypy

bench: $(READY)  ## Benchmarks; writes build/bench.json
	$(BIN)/python -m tests.benchmarks

docs: $(READY)  ## Generated documents and dbt files
	$(BIN)/xuewei standard dictionary --out docs
	$(BIN)/xuewei standard rules --out docs
	$(BIN)/python -m pipelines.register.generate
	$(BIN)/python -m pipelines.register.nodes
	$(BIN)/python -m pipelines.quality.generate

clean:  ## Removes the demo and build products (not the virtual environment)
	rm -rf demo build .pytest_cache .mypy_cache .ruff_cache
