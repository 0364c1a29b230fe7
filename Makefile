# Two commands are the set-up: `make run` and `make test`. Both install what they need, and both are quick when repeated.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUNS   ?= runs
DRAWS   ?= 100
CRASHES ?= 10000
KILLS  ?= 1000
CASES  ?= 1000000
DRAWN  ?= 100
SEEDS  ?= 200
BENCH  ?= benches/mocked.toml
INFLUXD_1_8   := influxd-1.8.3
INFLUXD_PLACE ?= /usr/local/bin

# `make quick`: these rooms without the files that take longest. What is added to a room is quick until it is listed here.
QUICK  := tests/core tests/record tests/evaluation tests/metrology tests/plant tests/reports tests/instruments
SLOW   := tests/core/test_bench.py tests/core/test_children.py tests/core/test_kill_the_run.py tests/record/test_kill.py tests/record/test_power_loss.py \
	tests/metrology/planning/test_sequential.py tests/metrology/test_coverage.py tests/metrology/weighing/test_flow.py \
	tests/metrology/uncertainty/test_decision.py tests/metrology/uncertainty/test_joint.py \
	tests/metrology/uncertainty/test_tolerance.py tests/reports/test_page.py tests/reports/test_in_a_browser.py \
	tests/instruments/test_every_instrument.py \
	tests/instruments/intrathecal_pump/test_faults.py tests/instruments/mettler_mt_sics/test_driver.py \
	tests/instruments/mettler_mt_sics/test_driver_faults.py tests/instruments/mettler_mt_sics/test_load_cell.py tests/instruments/ni_daq/test_driver.py \
	tests/instruments/ni_daq/test_driver_faults.py tests/instruments/scpi/test_link.py

# The tests start some hundred sessions of their own: to compile the libraries anew takes half of the time of each.
export PYTHONDONTWRITEBYTECODE =

# numpy's linear algebra must not start threads of its own: two cores are shared with the twins.
export OPENBLAS_NUM_THREADS = 1

# Tests and sessions of a qualification wait for real time as often as they compute: more workers than two cores.
test: WORKERS ?= 4
qualify: WORKERS ?= 3
catalogue quick nightly coverage influxdb: WORKERS ?= 2

.PHONY: help run catalogue qualify test collected quick nightly check types style hooks bench coverage servers influxdb extras lock clean

# What stands behind ## is the help; tests/docs/test_makefile.py holds that no target is without.
help: ## say what there is to make
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS='|' read -r name text; do printf 'make %-9s %s\n' "$$name" "$$text"; done

# The Python and its venv module are the one thing pip cannot bring; say so instead of failing half-way.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, as python3 or PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-installed: requirements/dev.txt requirements/axe.txt $(VENV)/.run-installed
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes --no-deps -r requirements/axe.txt
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib
	@touch $@

run: $(VENV)/.run-installed ## set up, then run a choice of plans on the mocked bench and write a report (BENCH=, RUNS=)
	@$(BIN)/python -m pytest test_plans -m first_look --bench $(BENCH) --runs $(RUNS); verdict=$$?; \
	echo "report: $$($(BIN)/rig report last --runs $(RUNS))"; exit $$verdict

catalogue: $(VENV)/.dev-installed ## run all plans on the mocked bench, some at a time (BENCH=, RUNS=, WORKERS=)
	$(BIN)/python -m pytest test_plans --bench $(BENCH) --runs $(RUNS) -n $(WORKERS) --dist worksteal

qualify: $(VENV)/.dev-installed ## seed every defect, run healthy pumps, plant mistakes; write the detection matrix (SEEDS=, RUNS=, WORKERS=)
	$(BIN)/rig qualify --bench $(BENCH) --seeds $(SEEDS) --mistakes --into $(RUNS)/qualification --workers $(WORKERS)

test: $(VENV)/.dev-installed ## set up, then run every check and every test that is not nightly (WORKERS=)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types style collected
	$(BIN)/python -m pytest tests -m "not nightly" -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Beside the types, on the other core: asserts of the tests are rewritten once, and not by each worker.
collected: $(VENV)/.dev-installed ## find the tests, and say why where some cannot be found
	@said=$$($(BIN)/python -m pytest tests --collect-only -q 2>&1) || { echo "$$said" | tail -n 40; exit 1; }

quick: $(VENV)/.dev-installed ## run the tests that need no server and little time, under 30 s on two idle cores
	$(BIN)/python -m pytest $(QUICK) $(addprefix --ignore=,$(SLOW)) -m "not nightly" -n $(WORKERS) --dist loadfile

nightly: $(VENV)/.dev-installed ## run the tests that make test leaves out, fail the power 10,000 times, kill 1,000 writers, feed a million hostile cases to each parser, draw 100 therapies of each kind: hours (CRASHES=, KILLS=, CASES=, DRAWN=, WORKERS=)
	RIG_CRASHES=$(CRASHES) RIG_KILLS=$(KILLS) $(BIN)/python -m pytest tests/record/test_power_loss.py tests/record/test_bit_flips.py tests/record/test_kill.py -n $(WORKERS)
	$(BIN)/python -m tests.fuzz --cases $(CASES) --workers $(WORKERS)
	$(BIN)/python -m pytest tests -m "nightly or hypothesis" -n $(WORKERS)
	RIG_DRAWN=$(DRAWN) $(BIN)/python -m pytest test_plans/test_therapies*.py test_plans/test_bounded_therapies.py --bench $(BENCH) --runs $(RUNS) -n $(WORKERS) --dist worksteal

check: $(VENV)/.dev-installed ## set up, then lint, format, types and import contracts, no tests
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types style

types: $(VENV)/.dev-installed ## check the types
	$(BIN)/mypy

style: $(VENV)/.dev-installed ## lint, check the format and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

hooks: $(VENV)/.dev-installed ## install a git hook that checks what is about to be committed
	@hooks=$$(git rev-parse --git-path hooks) && mkdir -p "$$hooks" && cp .ci/pre-commit "$$hooks/pre-commit" && chmod +x "$$hooks/pre-commit" && echo "installed $$hooks/pre-commit"

bench: $(VENV)/.dev-installed ## print the speed table, each row when it is measured
	$(BIN)/python -m benchmarks

coverage: $(VENV)/.dev-installed ## draw the worlds of docs/coverage.md anew, then each kind of number, some minutes (DRAWS=, WORKERS=)
	$(BIN)/python -m tests.worlds.table --runs $(DRAWS) --workers $(WORKERS)
	$(BIN)/python -m tests.worlds.quantities --runs $(DRAWS) --workers $(WORKERS)

# Quick when repeated. The tests start processes of their own; Debian's services are not used.
servers: ## install the servers and the browser that tests use (Debian, root; InfluxDB 1.8.3 where Go is)
	@PATH="$$PATH:/usr/sbin"; for server in influxd victoria-metrics nginx chromium; do command -v $$server >/dev/null || missing="$$missing $$server"; done; \
	test -n "$$missing" || exit 0; \
	command -v apt-get >/dev/null || { echo "missing:$$missing; this is no Debian: install InfluxDB 1.x, VictoriaMetrics, nginx and Chromium by hand"; exit 1; }; \
	test "$$(id -u)" = 0 || { echo "missing:$$missing; run this as root: sudo make servers"; exit 1; }; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends influxdb victoria-metrics nginx-light chromium
	@command -v $(INFLUXD_1_8) >/dev/null || ! command -v go >/dev/null || { echo "building InfluxDB 1.8.3; without it Debian's stands in for it"; \
	built=$$(mktemp -d) && { timeout 600 env GOBIN=$$built go install github.com/influxdata/influxdb/cmd/influxd@v1.8.3 >$$built/said 2>&1 \
	&& install $$built/influxd $(INFLUXD_PLACE)/$(INFLUXD_1_8) || { echo "it could not be built:"; tail -n 3 $$built/said; }; rm -rf $$built; }; }

influxdb: $(VENV)/.dev-installed ## build InfluxDB 2.7 (Go, cargo; up to an hour) and run the tests of streaming and dashboards on it
	@command -v influxd-2.7 >/dev/null || sh tests/streaming/build_influxdb_2.sh $(INFLUXD_PLACE)
	RIG_INFLUXDB=2 $(BIN)/python -m pytest tests/streaming tests/dashboards tests/commands/test_streaming.py -n $(WORKERS) --dist loadfile

extras: $(VENV)/.run-installed ## add what signing PDFs (PAdES), the system's key store and TDMS export need
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/extras.txt

lock: | $(BIN)/python ## resolve the dependencies anew
	$(BIN)/python -m pip install --quiet "uv>=0.13,<0.14"
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev --extra keyring --extra pades --extra tdms -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra keyring --extra pades --extra tdms -c requirements/dev.txt pyproject.toml -o requirements/extras.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-deps requirements/axe.in -o requirements/axe.txt

clean: ## remove the virtual environment and what was built
	rm -rf $(VENV) build *.egg-info
