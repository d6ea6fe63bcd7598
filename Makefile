# Two commands do all set-up: `make run` and `make test`. They need Python 3.11 or newer, make and the package registries.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PROFILE := data/profiles/nmi
SAMPLE := data/sample/nmi
AS_OF := 2022-01-31

.PHONY: run test lint types sql unit setup lock ui validate sample clean help chromium

help: ## show what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv from requirements.lock (done by run and test when needed)

# uv itself comes from the lock too, checked by its hash.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $(READY)

run: $(READY) ## the main job on the reference mission; ends with the path of the site and the headline figures
	@$(BIN)/reportmetrics run --profile $(PROFILE) --landing $(SAMPLE) --home data --as-of $(AS_OF)

test: lint unit ## everything: format, lint, types, SQL, unit, pipeline, browser and real-data tests

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 types sql

types: $(READY)
	$(BIN)/mypy

sql: $(READY)
	$(BIN)/sqlfluff lint sql

unit: $(READY) chromium
	$(BIN)/pytest -n 2 --dist worksteal

chromium:
	@bash tests/browser/need_chromium.sh

ui: run ## open Dagster on this machine (loopback only) with the reference mission and its history
	@DAGSTER_HOME=$(CURDIR)/data/dagster REPORTMETRICS_HOME=$(CURDIR)/data REPORTMETRICS_PROFILE=$(CURDIR)/$(PROFILE) \
	REPORTMETRICS_LANDING=$(CURDIR)/$(SAMPLE) $(BIN)/dagster dev -m pipelines.definitions -h 127.0.0.1

validate: $(READY) ## long simulations of intervals and alarms; writes docs/validation.md
	@$(BIN)/python -m benchmarks.validate

sample: $(READY) ## write the reference mission's files again
	@$(BIN)/reportmetrics sample --output $(SAMPLE)

lock: $(READY) ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	--python-version 3.11 --group dev pyproject.toml --output-file requirements.lock

clean: ## remove what runs have made (keeps .venv)
	rm -rf data/landing data/archive data/staging data/dagster data/publications data/warehouse*.duckdb* data/pseudonym.key
