# Two commands are the set-up: `make run` and `make test`. Both install what they need, and both are quick when repeated.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUNS   ?= runs
WORKERS ?= 2
BENCH  ?= benches/mocked.toml

# numpy's linear algebra must not start threads of its own: two cores are shared with the twins.
export OPENBLAS_NUM_THREADS = 1

.PHONY: help run test check bench servers parquet lock clean

help:
	@echo "make run    set up, then run the plans on the mocked bench and write a report"
	@echo "make test   set up, then run every check"
	@echo "make bench  print the speed table"
	@echo "make servers  install the InfluxDB servers that the streaming tests use (Debian, root)"
	@echo "make parquet  add Parquet export"
	@echo "make lock   resolve the dependencies anew"

# The Python and its venv module are the one thing pip cannot bring; say so instead of failing half-way.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, as python3 or PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-installed: requirements/dev.txt $(VENV)/.run-installed
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/.run-installed
	@$(BIN)/python -m pytest test_plans --bench $(BENCH) --runs $(RUNS); verdict=$$?; \
	echo "report: $$($(BIN)/rig report last --runs $(RUNS))"; exit $$verdict

test: check
	$(BIN)/python -m pytest tests -n $(WORKERS) --dist loadfile

check: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev-installed
	$(BIN)/python -m benchmarks

# Quick when repeated. The tests start processes of their own; Debian's services are not used.
servers:
	@PATH="$$PATH:/usr/sbin"; for server in influxd victoria-metrics nginx; do command -v $$server >/dev/null || missing="$$missing $$server"; done; \
	test -n "$$missing" || exit 0; \
	command -v apt-get >/dev/null || { echo "missing:$$missing; this is no Debian: install InfluxDB 1.x, VictoriaMetrics and nginx by hand"; exit 1; }; \
	test "$$(id -u)" = 0 || { echo "missing:$$missing; run this as root: sudo make servers"; exit 1; }; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends influxdb victoria-metrics nginx-light

parquet: $(VENV)/.run-installed
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/parquet.txt

lock: | $(BIN)/python
	$(BIN)/python -m pip install --quiet "uv>=0.13,<0.14"
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev --extra parquet -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra parquet -c requirements/dev.txt pyproject.toml -o requirements/parquet.txt

clean:
	rm -rf $(VENV) build *.egg-info
