# All a newcomer has to type. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What `make test` hands to pytest, as in: make test TESTS="tests/lib -k postgres"
TESTS ?=

# Where it is set, each of the programs that the tests start compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo stop clean test check chaos security bench evals sbom docs lock injection

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## build .venv from the lock file (with uv when it is there)

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@echo "Installing into $(VENV), about a minute …"
	@if command -v uv >/dev/null 2>&1; then \
		set -e; test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) $(VENV); \
		uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt; \
	else \
		set -e; test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV); \
		$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt; \
	fi
	@touch $@

demo: setup ## run everything on this machine: DEMO_PORT=8000 SANDBOX_PORT=8900 RESET=1
	@DEMO_PORT=$(DEMO_PORT) SANDBOX_PORT=$(SANDBOX_PORT) $(BIN)/python -m seleto.demo $(if $(filter 1,$(RESET)),--reset)

stop: ## stop the demo and the embedded databases
	@test ! -x $(BIN)/python || $(BIN)/python -m seleto.demo --stop

test: setup ## run the tests: TESTS="tests/lib -k postgres" for some, COVERAGE=1 for the coverage floor, twice as long
ifeq ($(strip $(TESTS)),)
	@$(BIN)/pytest -q -n 3 --dist loadgroup $(if $(filter 1,$(COVERAGE)),--cov --cov-report=term)
else
	@FULL=$(FULL) $(BIN)/pytest $(TESTS)
endif

check: setup ## style, types, import contracts, migrations, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	.ci/secrets

chaos: setup ## break things on purpose: FULL=1 for the long runs in slices, PART=kills, SEED= to repeat one
ifeq ($(FULL),1)
	@$(BIN)/python -m tests.chaos $(if $(PART),--part $(PART)) $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(LANES),--lanes $(LANES)) $(if $(MINUTES),--minutes $(MINUTES))
else
	@$(BIN)/pytest -q -n 3 --dist loadgroup -m chaos
endif

security: setup ## attack it: FULL=1 for the fuzzers' long form in slices, SEED= to begin elsewhere, SLICES=, MINUTES=
ifeq ($(FULL),1)
	@$(BIN)/python -m tests.security $(if $(SEED),--seed $(SEED)) $(if $(SLICES),--slices $(SLICES)) \
		$(if $(MINUTES),--minutes $(MINUTES))
else
	@$(BIN)/pytest -q -n 3 --dist loadgroup -m security
endif

bench: setup ## measure it: QUICK=1 in five minutes, PART=, TARGET=file, SCALE=1 or =messages, COMMIT=1 keeps the figures
ifneq ($(SCALE),)
	@$(BIN)/python -m bench --scale $(if $(filter 1,$(SCALE)),10000000,$(SCALE))
else
	@$(BIN)/python -m bench $(if $(filter 1,$(QUICK)),--quick) $(if $(PART),--part $(PART)) \
		$(foreach file,$(TARGET),--target $(file))
endif
ifeq ($(COMMIT),1)
	@git add bench/results && git commit -q -m "bench: Take the figures" -- bench/results
endif

evals: setup ## measure on labelled sets, then whole conversations: PART=guardrails, SUITE=gate, FULL=1
ifneq ($(PART),conversations)
	@$(BIN)/python -m tests.language.report $(if $(PART),--part $(PART))
endif
ifeq ($(filter-out conversations,$(PART)),)
	@$(BIN)/python manage.py run_evals --output .data/evals $(if $(SUITE),--suite $(SUITE)) \
		$(if $(filter 1,$(FULL)),--full --runs 8)
endif

sbom: setup ## bill of materials of the lock file, CycloneDX, in .data/sbom.json
	@mkdir -p .data
	@$(BIN)/python .ci/sbom > .data/sbom.json
	@echo .data/sbom.json

injection: setup ## attack the agent with a model that obeys: FULL=1 for every case, and every family in every shape
	@FULL=$(FULL) $(BIN)/pytest -q -n 3 tests/injection

docs: setup ## write the pages that come from the tests
	@$(BIN)/python -m tests.channels.report

lock: setup ## renew the lock files from pyproject.toml (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "make lock needs uv."; exit 1; }
	uv pip compile pyproject.toml $(LOCK) --extra errors --extra tracing -o requirements.txt
	uv pip compile pyproject.toml $(LOCK) --extra dev -o requirements-dev.txt

LOCK := -p 3.11 --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

clean: stop ## remove the virtual environment, the embedded databases and everything made
	@test ! -x $(BIN)/python || $(BIN)/python -m seleto.lib.postgres remove
	rm -rf $(VENV) .data staticfiles htmlcov .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
