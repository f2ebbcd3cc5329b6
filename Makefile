# Everything here works from a clean clone: each target makes what it needs first.
#   make demo     the whole of one procedure, on a virtual clock
#   make demo-serve   the same, and then the pages with a running procedure of every institution
#   make test     every test but those in a browser
#   make e2e      the tests in a real browser (needs chromium)
#   make screenshots  pictures of the main pages, into docs/screenshots
#   make check    format, lint, types, floors: what CI runs
#   make bench    the table of figures, into benchmarks/results.json

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
# The first Python that is new enough; `make PYTHON=/some/python setup` chooses another.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
CODE := workflow notifications tests $(wildcard benchmarks)
PYTEST_ARGS ?=
DEMO_ARGS ?=
BENCH_ARGS ?=
CHROMIUM := /usr/bin/chromium

.PHONY: setup demo demo-serve test e2e screenshots check bench format lock clean

setup: $(VENV)/.installed-dev

demo: $(VENV)/.installed
	$(BIN)/nabor demo $(DEMO_ARGS)

demo-serve: $(VENV)/.installed
	$(BIN)/nabor demo --serve $(DEMO_ARGS)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Two at a time: each drives a browser and a server of its own.
e2e: $(VENV)/.installed-dev | $(CHROMIUM)
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS) tests/e2e

screenshots: $(VENV)/.installed-dev | $(CHROMIUM)
	$(BIN)/python -m tests.e2e.screenshots

$(CHROMIUM):
	@echo "$(CHROMIUM) is missing, and the tests in a browser need it. On Debian: apt-get install -y chromium"; exit 1

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Needs uv. The addresses of indexes stay out: whoever installs has their own.
LOCK := $(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --python-version 3.11
lock:
	@test -n "$(UV)" || { echo "make lock needs uv on the PATH"; exit 1; }
	$(LOCK) pyproject.toml --extra build -o requirements.lock
	$(LOCK) pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up ---------------------------------------------------------------------------------------------------------

# The stamps say with which lock and pyproject the environment was filled. The demo needs no development tools.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements.lock)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/.installed

# hatchling comes with the lock, so that building needs nothing that was not checked against a hash.
ifneq ($(UV),)
define install
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(1)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
endef
else
define install
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endef
endif

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing. On Debian or Ubuntu: apt-get install -y python3 python3-venv"; exit 1; }
ifneq ($(UV),)
	$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
else
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. On Debian or Ubuntu: apt-get install -y python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
endif
