# Every command of the project. Nothing but Python >= 3.11 with its venv module is needed for
# setup, serve, test and check; whatever else a target needs, it installs or names.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LEGACY := .venv-legacy
LEGACY_READY := $(LEGACY)/.ready
BENCH_READY := $(VENV)/.ready-bench
NODE := .node
NODE_READY := $(NODE)/.ready
PIP := -m pip install --quiet --disable-pip-version-check
# Client programs that no wheel carries, and the backup programs that savings are compared with.
DEBIAN := s3fs fuse s3cmd pgbouncer postgresql restic borgbackup chromium redis-server nats-server rabbitmq-server $(shell command -v npm >/dev/null || echo nodejs npm)

.PHONY: help setup serve test check format test-deps test-all test-postgres conformance bench bench-full bench-seeds bench-savings bench-store torture fuzz tables lock clean

help:
	@echo "make serve        set up and run a gateway on 127.0.0.1:9000, data in ./data"
	@echo "make setup        only set up: .venv/bin/s3gw, .venv/bin/aws"
	@echo "make test         the quick tests, under five minutes"
	@echo "make check        format, lint, types, layers, generated files"
	@echo "make test-deps    what the client tests need beyond it (Debian and npm packages, an older boto3, what the benchmarks need)"
	@echo "make test-all     every test: clients, faults, 10 GiB objects"
	@echo "make test-postgres  what needs a database, on a PostgreSQL from Debian"
	@echo "make conformance  real clients against a gateway, as a table"
	@echo "make bench        this gateway beside rclone serve s3, the quick run"
	@echo "make bench-full   the same at length, for docs/benchmarks.md"
	@echo "make bench-seeds  the savings of the workloads in docs/benchmarks.md"
	@echo "make bench-store  rows in the database, scrubbing, a disk that is lost"
	@echo "make bench-savings  data sets here, in restic and in borg (after make test-deps)"
	@echo "make torture      two gateways killed 1000 times under load, and long walks beside a model; KILLS=50, SEED=7"
	@echo "make fuzz         ten minutes of inputs that nobody would send; SECONDS=60 for less"
	@echo "make clean        remove what the other targets made, except ./data"

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "s3gw needs Python 3.11 or newer; name one with: make PYTHON=python3.x ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --require-hashes -r requirements/dev.txt
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

serve: $(READY)
	$(BIN)/s3gw serve

test: $(READY)
	$(BIN)/python -m pytest -n 2 -m "not slow and not client"

check: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.protocol --check
	$(BIN)/python -m tools.tables --check

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

test-deps: $(READY) $(LEGACY_READY) $(BENCH_READY)
	@if dpkg -s $(DEBIAN) >/dev/null 2>&1; then \
		echo "installed: $(DEBIAN)"; \
	else \
		as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
		$$as_root apt-get update -qq && \
		$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(DEBIAN); \
	fi
	@$(MAKE) --no-print-directory $(NODE_READY)

$(LEGACY_READY): requirements/legacy.txt
	$(PYTHON) -m venv $(LEGACY)
	$(LEGACY)/bin/python $(PIP) --require-hashes -r requirements/legacy.txt
	@touch $@

# Azurite, on which the azure backend is tested, and the AWS SDK for JavaScript; they are nowhere but at npm.
$(NODE_READY): requirements/npm/package-lock.json
	mkdir -p $(NODE)
	cp requirements/npm/package.json requirements/npm/package-lock.json $(NODE)
	cd $(NODE) && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# What only the benchmarks need: Parquet, and plots.
$(BENCH_READY): $(READY) requirements/bench.txt
	$(BIN)/python $(PIP) --require-hashes -r requirements/bench.txt
	@touch $@

# DONE=quick leaves out what `make test` has just run.
DONE ?=
test-all: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(if $(filter quick,$(DONE)),-m "slow or client")
	$(MAKE) test-postgres

# What needs a database, on Debian's PostgreSQL (15 in bookworm, the oldest that is supported).
test-postgres: $(READY)
	pg_virtualenv -t -o fsync=off -o max_connections=300 -o log_checkpoints=off sh -c \
		'S3GW_TEST_POSTGRES="postgresql://$$PGUSER:$$PGPASSWORD@$$PGHOST:$$PGPORT/postgres?sslmode=disable" \
		$(BIN)/python -m pytest -n 2 -m "not slow and not client" \
		tests/db tests/jobs tests/races tests/operations'

conformance: $(READY)
	$(BIN)/python -m conformance

# Four minutes, on an otherwise idle machine.
bench: $(READY)
	$(BIN)/python -m bench.speed

# What docs/benchmarks.md shows of speed, in 25 minutes; renews its tables and plots.
bench-full: $(BENCH_READY)
	$(BIN)/python -m bench.speed --full --document

# Rows of the database for each TiB, how fast copies are scrubbed, and what one disk of three that is lost costs.
bench-store: $(READY)
	$(BIN)/python -m bench.store

bench-seeds: $(READY)
	$(BIN)/python -m bench.seeds

# About 3 GB are made and stored seven times, in a quarter of an hour; `python -m bench.savings --help` for less.
bench-savings: $(BENCH_READY)
	$(BIN)/python -m bench.savings --document docs/benchmarks.md

# What was found is told with its seed, by which SEED= makes the same choices again.
KILLS ?= 1000
SEED ?=
EXAMPLES ?= 2000
torture: $(READY)
	$(BIN)/python -m tests.torture --kills $(KILLS) $(if $(SEED),--seed $(SEED))
	S3GW_TEST_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q tests/model

# By atheris where there is a wheel of it, else by Hypothesis alone.
SECONDS ?= 600
fuzz: $(READY)
	-$(BIN)/python $(PIP) --only-binary :all: --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# The tables of operations, settings and metrics in docs/, from the code.
tables: $(READY)
	$(BIN)/python -m tools.tables

# New pins for requirements/*.txt; needs uv. Without addresses, so that any index serves them.
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --quiet
lock:
	$(LOCK) requirements/runtime.in -o requirements/runtime.txt
	$(LOCK) -c requirements/runtime.txt requirements/dev.in -o requirements/dev.txt
	$(LOCK) -c requirements/dev.txt requirements/bench.in -o requirements/bench.txt
	$(LOCK) requirements/legacy.in -o requirements/legacy.txt

clean:
	rm -rf $(VENV) $(LEGACY) $(NODE) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz .import_linter_cache
	find . -name __pycache__ -type d -not -path "./data/*" -prune -exec rm -rf {} +
