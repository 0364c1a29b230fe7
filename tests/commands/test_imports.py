"""A command imports only what it needs: looking at runs waits for no library that it does not use."""

import json
import subprocess
import sys

import pytest

from tests.fixtures.plan_support import ROOT
from tests.streaming.records import everything

HEAVY = {"numpy", "scipy", "pydantic", "grpc", "influxdb_client", "uncertainties", "jinja2", "pyarrow", "nidaqmx"}
HEAVY |= {"typst"}
CALL = """
import json, sys
from commands.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print()
print(json.dumps(sorted(sys.modules)))
"""
# What each command may import of the above, and no more; RUN stands for a record that is there.
MAY = {
    ("--help",): set(),
    ("bench", "--help"): set(),
    ("twins", "--help"): set(),
    ("runs",): {"numpy"},
    ("history",): {"numpy"},
    ("index",): {"numpy", "jinja2"},
    ("sync",): {"numpy"},
    ("sync", "none"): {"numpy"},
    ("stream", "none"): {"numpy"},
    ("replay", "none"): {"numpy"},
    ("report", "none"): {"numpy"},
    ("dashboards", "--run", "none"): {"numpy"},
    ("dashboards", "--run", "RUN"): {"numpy"},
    ("export", "--format", "csv", "RUN"): {"numpy"},
    ("bundle", "none"): {"numpy"},
    ("compare", "none", "none"): {"numpy"},
    ("notes", "RUN"): {"numpy"},
    ("keys", "--help"): set(),
    ("sign", "--help"): set(),
    ("verify", "--help"): set(),
    ("report", "RUN"): {"numpy", "scipy", "pydantic", "uncertainties", "jinja2"},
    ("report", "--format", "json", "RUN"): {"numpy", "scipy", "pydantic", "uncertainties"},
    ("report", "--format", "pdf", "RUN"): {"numpy", "scipy", "pydantic", "uncertainties", "typst"},
    ("bench", "check", "benches/mocked.toml"): {"numpy", "pydantic"},
    ("requirements",): {"numpy", "pydantic"},
    ("requirements", "--format", "html"): {"numpy", "pydantic", "jinja2"},
    ("requirements", "import", "--help"): set(),
    ("impact",): {"numpy", "pydantic", "scipy"},  # asks which claims have curves, for [trumpet] has changed
    ("impact", "--on", "plan:test_a.py"): {"numpy"},
}


@pytest.mark.parametrize("words", MAY, ids=" ".join)
def test_a_command_imports_no_library_that_it_does_not_use(words, tmp_path):
    folder = tmp_path / "none" if words == ("sync",) else tmp_path
    record = everything(tmp_path, "run-1")
    said = [str(record) if word == "RUN" else word for word in words]
    where = [] if "--help" in words or "bench" in words else ["--runs", str(folder)]
    where = [str(folder)] if words == ("history",) else where
    done = subprocess.run(
        [sys.executable, "-c", CALL, *said, *where], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = json.loads(done.stdout.splitlines()[-1])
    assert HEAVY & set(imported) - MAY[words] == set()


PLUGINS = """
import sys
from importlib import import_module
from fixtures import PLUGINS
for name in PLUGINS:
    import_module(name)
"""
CLAIMS = """
from rig.evaluation.registry import kinds
from rig.evaluation.witnesses import witnesses
kinds(), witnesses()
"""
# Each takes up to a second to import, which a session that asks for nothing of it would wait for.
ASKED_BY_FEW = {"scipy.signal", "scipy.stats", "scipy.optimize", "scipy.spatial", "scipy.integrate"}


def imported_by(code):
    words = [sys.executable, "-c", f"{code}\nprint(*sys.modules)"]
    return set(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_a_session_begins_without_what_only_verdicts_need():
    assert {"scipy", "grpc", "jinja2", "influxdb_client"} & imported_by(PLUGINS) == set()


def test_knowing_every_claim_and_witness_imports_nothing_that_only_some_of_them_need():
    assert ASKED_BY_FEW & imported_by(PLUGINS + CLAIMS) == set()


def test_looking_at_other_runs_behind_a_session_imports_nothing_that_only_some_of_them_need():
    assert ASKED_BY_FEW & imported_by("import sys, reports.history.other_runs") == set()
