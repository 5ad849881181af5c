# Everything runs from .venv, which any of these makes on first use; nothing is needed but make and Python 3.12 or later.
# make forecast ARGS="--json"          options for the command
# make test ARGS="-k families"         options for pytest
# make test-slow RECORD=1              writes down what the tests measure, for the page on trust
# make install PYTHON=/path/to/python  another Python than the one found

BIN := .venv/bin
INSTALLED := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
ROOMS := priors model evidence analysis
RECORDS := benchmarks/records
CORE := priors model evidence
CORE_TESTS := $(addprefix tests/,$(CORE)) tests/readings tests/tables \
	tests/analysis/test_scenarios.py tests/analysis/test_policies.py
TYPED := $(addprefix build/types/catchup/,$(ROOMS) $(notdir $(wildcard front/*.py front/*.pyi front/py.typed)))
ARGS ?=

ifdef RECORD
export CATCHUP_RECORD := $(RECORDS)
endif

.PHONY: help install forecast test test-slow test-browser lint types format coverage mutation fuzz reference bench docs site lock release-check clean
.DEFAULT_GOAL := help

help:
	@echo 'make forecast   when it comes, given what has leaked so far'
	@echo 'make test       the tests; test-slow: the long statistical sets; test-browser: pages, in headless Chromium'
	@echo 'make lint       ruff and mypy; types: only mypy; format: let ruff repair what it can'
	@echo 'make coverage   lines and branches of the core rooms that tests reach; mutation: faults that they find'
	@echo 'make fuzz       documents that are almost right, for every reader, until a million were read'
	@echo 'make reference  draws that engines are held to, sampled anew'
	@echo 'make bench      the benchmarks'
	@echo 'make docs       regenerate the documents that hold figures, and build the site in build/docs; site: only that'
	@echo 'make lock       renew requirements.lock from pyproject.toml (UPGRADE=1: to the newest releases)'
	@echo 'make release-check  audit the lock file, build sdist and wheel, and run the README from the sdist'
	@echo 'make install    only make .venv; clean: remove it and all caches'

install: $(INSTALLED)

forecast: $(INSTALLED)
	@$(BIN)/catchup forecast $(ARGS)

# Two at a time: each worker compiles and keeps what its files share, and takes up to two gigabytes. One writes records.
TWO := $(if $(RECORD),,--numprocesses 2 --dist loadfile)

# A core each is enough: libraries that count with several would only get in each other's way.
test test-slow mutation: export OMP_NUM_THREADS := 1

test: $(INSTALLED)
	@$(BIN)/python -m pytest $(TWO) $(ARGS)

test-slow: $(INSTALLED)
	@$(BIN)/python -m pytest -m 'slow and not browser' --timeout 0 $(TWO) $(ARGS)

test-browser: $(INSTALLED)
	@$(BIN)/python -m pytest -m browser --timeout 0 $(ARGS)

lint: $(INSTALLED)
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory types

types: $(INSTALLED) $(TYPED)
	@$(BIN)/mypy

format: $(INSTALLED)
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

coverage: $(INSTALLED)
	@$(BIN)/python -m pytest $(CORE_TESTS) $(addprefix --cov=,$(CORE)) --cov-report=term-missing:skip-covered $(ARGS)
	@$(BIN)/python benchmarks/coverage_record.py $(RECORDS)

mutation: $(INSTALLED)
	@$(BIN)/python benchmarks/mutation.py $(ARGS)

# Goes on from where it stopped: make fuzz ARGS="--minutes 10"
fuzz: $(INSTALLED)
	@$(BIN)/python benchmarks/fuzz.py $(ARGS)

# 10,000 draws that engines are held to: a minute for the article's model, ARGS="--model current" far longer
reference: $(INSTALLED)
	@$(BIN)/python benchmarks/reference.py $(ARGS)

bench: export CATCHUP_RECORD := $(RECORDS)
bench: $(INSTALLED)
	@mkdir -p build
	@$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-json=build/benchmarks.json $(ARGS)

docs: $(INSTALLED)
	@$(BIN)/python -m catchup.analysis.presentation.pages.reproduction docs/reproduction.md
	@$(BIN)/python -m catchup.analysis.presentation.pages.priors docs/priors.md
	@$(BIN)/python -m catchup.analysis.presentation.pages.readings docs/readings docs/how-to/hindcast.md
	@$(BIN)/python -m catchup.analysis.presentation.pages.events docs/events.md
	@$(BIN)/python benchmarks/trust_page.py docs/trust.md
	@$(BIN)/python benchmarks/benchmarks_page.py docs/benchmarks.md
	@$(BIN)/python -m catchup.analysis.presentation.pages.leaks docs
	@$(BIN)/python -m catchup.analysis.presentation.pages.all docs
	@$(MAKE) --no-print-directory site

site: $(INSTALLED)
	@$(BIN)/python -m sphinx -q -W -n --keep-going --fresh-env --doctree-dir build/doctrees docs build/docs
	@echo build/docs/index.html

# Lists what the lock file holds, and looks for known vulnerabilities in it; builds what would be published, unpacks it
# in an empty folder and follows the README there: some minutes.
release-check: $(INSTALLED)
	@$(BIN)/python benchmarks/supply_chain.py build/sbom.json
	@$(BIN)/python -m pytest -m slow --timeout 0 tests/test_release.py $(ARGS)

lock: $(INSTALLED)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.12 --all-extras --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .coverage *.egg-info

$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing into .venv (the first time takes a minute or two) ...' >&2
	@$(PIP) install -qq --require-hashes --requirement requirements.lock >&2
	@$(PIP) install -qq --no-deps --no-build-isolation --editable . >&2
	@missing=$$($(PIP) check 2>&1) || { echo "requirements.lock does not satisfy pyproject.toml (make lock):" "$$missing" >&2; exit 1; }
	@$(BIN)/python -m compileall -qq $(ROOMS) front  # first starts need not, where Python is told to write nothing
	@touch $@

$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.14); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
			exec $$python -m venv --clear .venv; \
		fi; \
	done; \
	echo 'Python 3.12 or later is needed, and $(or $(PYTHON),python3 (or python3.13, python3.12, python3.14)) is none: try make PYTHON=/path/to/python' >&2; \
	exit 1

# mypy does not see through an editable install whose folders lie elsewhere: show it the rooms as links.
$(addprefix build/types/catchup/,$(ROOMS)):
	@mkdir -p $(@D)
	@ln -sfn ../../../$(@F) $@

build/types/catchup/%: front/%
	@mkdir -p $(@D)
	@ln -sfn ../../../front/$* $@
