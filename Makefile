# Two commands do everything on a machine with Python >= 3.11 and Node >= 20:
#   make run    a hub with a demo company, at http://127.0.0.1:8080
#               (make run PORT=9000 DATA=/srv/rozmova: elsewhere)
#   make test   the whole suite

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run test check bench ui format browser pictures clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UI := web/ui
# One test or folder: make test T=tests/hub
T ?= tests
# Worker processes for the tests.
JOBS ?= 2

help: ## Show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(BIN)/.installed $(UI)/dist/index.html ## Start a hub with a demo company and simulated providers (PORT=, DATA=)
	@export ROZMOVA_DEMO=true
	[ -z "$(PORT)" ] || export ROZMOVA_PORT="$(PORT)"
	[ -z "$(DATA)" ] || export ROZMOVA_DATA_DIR="$(DATA)"
	$(BIN)/rozmova demo
	exec $(BIN)/rozmova serve

test: $(BIN)/.developing $(UI)/dist/index.html browser ## Run the whole suite (T=path for a part)
	(cd $(UI) && npm test --silent)
	$(BIN)/pytest -n $(JOBS) --dist loadgroup $(T)

check: $(BIN)/.developing $(UI)/node_modules/.installed ## Check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd $(UI) && npm run check --silent

format: $(BIN)/.developing ## Put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(BIN)/.developing $(UI)/dist/index.html browser ## Run the benchmarks: make bench BENCHES="intake latency"
	$(BIN)/python -m bench $(BENCHES)

ui: $(UI)/dist/index.html ## Build the workspace

browser: ## Make sure that there is a Chromium for the browser tests
	@tools/browser

pictures: $(BIN)/.developing $(UI)/dist/index.html browser ## Take the documentation's pictures afresh
	$(BIN)/python -m tools.pictures

clean: ## Remove what was built and installed here (data/ stays)
	rm -rf $(VENV) $(UI)/node_modules $(UI)/dist .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rozmova needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(BIN)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(BIN)/.developing: pyproject.toml | $(BIN)/.installed
	$(BIN)/python tools/requirements.py dev | xargs -d '\n' $(BIN)/pip install --quiet --disable-pip-version-check
	touch $@

$(UI)/node_modules/.installed: $(UI)/package.json $(UI)/package-lock.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { echo "Rozmova needs Node 20 or newer" >&2; exit 1; }
	# Not "npm ci": it insists on optional packages of other platforms, which not every
	# registry has. The versions are those of the lock file all the same.
	cd $(UI) && npm install --no-save --no-audit --no-fund --loglevel=error
	touch node_modules/.installed

$(UI)/dist/index.html: $(UI)/node_modules/.installed $(shell find $(UI)/src $(UI)/public $(UI)/index.html -type f 2>/dev/null)
	cd $(UI) && npm run build --silent
