# Two commands matter: `make report` and `make test`. Everything lives in .venv; nothing else is touched.

PYTHON ?= python3
VENV   ?= .venv
STUDY  ?=
FILE   ?=
OUT    ?=
JOBS   ?= auto

PY      := $(VENV)/bin/python
STUDIES := $(if $(STUDY),surveys/$(STUDY),$(patsubst %/study.yaml,%,$(wildcard surveys/*/study.yaml)))
PIP     := $(PY) -m pip install --quiet --disable-pip-version-check
LOCKED  := $(PIP) --require-hashes --only-binary :all:

.DEFAULT_GOAL := help
.PHONY: help install report check test reference notebooks bench verify fix new clean lock

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

install: $(VENV)/ready  ## create .venv with exactly the packages of requirements.lock

report: $(VENV)/ready  ## build the findings of every study, or of one: make report STUDY=phone_providers
	@$(PY) -m pipeline report $(STUDIES)

check: $(VENV)/ready-dev  ## lint, types and house rules: seconds
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(PY) -m pytest -q tests/test_house.py

test: $(VENV)/ready-dev  ## every test; what this machine lacks is skipped with its reason
	@$(PY) -m pytest -n $(JOBS) --dist worksteal

reference: $(VENV)/ready-dev  ## only the numbers that other software or a paper computed
	@$(PY) -m pytest -q -n $(JOBS) -m reference

notebooks: $(VENV)/ready-dev  ## run the notebooks and keep their outputs
	@$(VENV)/bin/jupyter-execute --inplace notebooks/*.ipynb

bench: $(VENV)/ready-dev  ## print the speed figures of the README
	@$(PY) -m benchmarks

verify: $(VENV)/ready-dev  ## coverage of intervals and rate of false leads, by simulation: minutes
	@$(PY) -m tests.verify

fix: $(VENV)/ready-dev  ## format the code and mend what the linter can mend
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

new: $(VENV)/ready  ## draft a study.yaml from a data file: make new FILE=surveys/mine/answers.csv
	@test -n "$(FILE)" || { echo "make new: name a data file, as in: make new FILE=surveys/mine/answers.csv" >&2; exit 2; }
	@$(PY) -m pipeline new "$(FILE)" $(if $(OUT),--out "$(OUT)")

clean:  ## empty reports/ and remove caches; the environment stays
	@find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "whybuy needs Python 3.11 or newer; found $$($(PYTHON) -V 2>&1 | head -n 1). Name another: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Installing into $(VENV), once; this takes a minute or two." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(LOCKED) -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -q pipeline
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Installing what the tests need, once." >&2
	@$(LOCKED) -r requirements-dev.lock
	@touch $@

# Needs uv. The index is whatever this machine is set up with; only versions and hashes are written down.
lock:
	@echo 'setuptools>=77' | $(COMPILE) pyproject.toml - --extra sql -o requirements.lock
	@echo 'setuptools>=77' | $(COMPILE) pyproject.toml - --extra sql --extra dev -c requirements.lock -o requirements-dev.lock
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --upgrade \
  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
