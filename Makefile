# Everything that a developer or CI runs. A fresh clone needs git, make and Python 3.11 or newer, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.ready-run
DEV := $(VENV)/.ready-dev
LOCKS := pyproject.toml deploy/requirements/install.py deploy/requirements/build.txt deploy/requirements/torch.txt
# What to test: make test TESTS=tests/unit
TESTS ?=
# Per cent of branches that make coverage asks for.
BRANCHES ?= 92
QUESTION ?= Who will lead the truce monitoring mechanism?

.PHONY: help setup setup-dev demo test test-container coverage check audit lock package format clean
.DEFAULT_GOAL := help

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(RUN) ## install the program into .venv

setup-dev: $(DEV) ## install the program, linters and test tools into .venv

# Where the tools for development are, they are brought up to date as well: both locks have the same versions.
$(RUN): deploy/requirements/run.txt $(LOCKS)
	@$(PYTHON) deploy/requirements/install.py $(VENV) $(if $(wildcard $(DEV)),dev,run)
	@touch $@

$(DEV): deploy/requirements/dev.txt $(LOCKS)
	@$(PYTHON) deploy/requirements/install.py $(VENV) dev
	@touch $(RUN) $@

demo: $(RUN) ## index the seeds and ask them a question: make demo QUESTION="…"
	$(BIN)/pullquote index seeds
	$(BIN)/pullquote ask "$(QUESTION)"

test: $(DEV) ## run all tests
	$(BIN)/python -m pytest $(TESTS)

test-container: $(DEV) ## build the image and run it: needs root, buildah, debootstrap, runc; minutes
	$(BIN)/python -m pytest tests/deploy/container --run-container

coverage: $(DEV) ## run all tests with branch coverage, subprocesses included; fails below BRANCHES
	@rm -f .coverage .coverage.* coverage.json
	$(BIN)/python -m pytest --cov --cov-report= $(TESTS)
	@# The fork server ends after the tests, and writes then.
	@[ -z "$$(ls .coverage.* 2>/dev/null)" ] || $(BIN)/coverage combine --quiet --append
	$(BIN)/coverage report
	$(BIN)/coverage json --quiet
	$(BIN)/python -m tests.support.branch_gate coverage.json $(BRANCHES)

check: $(DEV) ## ruff, mypy --strict, import contracts, actionlint, spelling
	$(BIN)/pre-commit run --all-files
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(DEV) ## known holes in the locked packages; asks a package index, fails where it cannot
	$(BIN)/pip-audit --requirement deploy/requirements/dev.txt --requirement deploy/requirements/torch.txt --disable-pip --no-deps --strict

lock: $(DEV) ## renew deploy/requirements/*.txt from pyproject.toml; UPGRADE=1 takes newer versions
	$(BIN)/python deploy/requirements/lock.py $(if $(UPGRADE),--upgrade)

package: $(DEV) ## build the wheel and the source distribution into dist/
	$(BIN)/python -m build --no-isolation

format: $(DEV) ## put the code into its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the virtual environment and the demo's data
	rm -rf $(VENV) .pullquote build dist *.egg-info
