# Everything that a developer or CI runs. A fresh clone needs git, make and Python 3.11 or newer, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
QUESTION ?= Who will lead the truce monitoring mechanism?

.PHONY: help setup demo test test-container check audit format clean
.DEFAULT_GOAL := help

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## install everything into .venv

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --progress-bar on --editable ".[dev]"
	@touch $@

demo: $(READY) ## index the seeds and ask them a question: make demo QUESTION="…"
	$(BIN)/pullquote index seeds
	$(BIN)/pullquote ask "$(QUESTION)"

test: $(READY) ## run all tests
	$(BIN)/python -m pytest

test-container: $(READY) ## build the image and run it: needs root, buildah, debootstrap, runc; minutes
	$(BIN)/python -m pytest tests/deploy/container --run-container

check: $(READY) ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(READY) ## known holes in the packages of constraints.txt; asks PyPI, fails where it cannot
	$(BIN)/pip-audit --requirement constraints.txt --disable-pip --no-deps --strict

format: $(READY) ## put the code into its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the virtual environment and the demo's data
	rm -rf $(VENV) .pullquote
