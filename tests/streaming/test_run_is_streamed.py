"""A plan on a bench, with nothing but two variables set: the run is in the server, its results too."""

import os
import sys
from pathlib import Path

from rig.clock import Deadline
from rig.record.folder import list_runs
from rig.streaming.process import log_path
from rig.streaming.status import streaming_lines
from tests.fixtures.plan_support import NOT_OF_PLANS
from tests.patience import patient

ROOT = Path(__file__).parents[2]
QUICK = ROOT / "tests" / "fixtures" / "quick.toml"
LIMITS = """
[evaporation]
zero_flow_hours = 0.5
settle_minutes = 2.0
[limits."wide"]
lower = -50
upper = 50
unit = "%"
source = "a test"
"""
PLAN = """
import pytest

@pytest.mark.requirement("R-1")
def test_rate(pump, bench, verify):
    pump.run_continuous(rate_ul_h=1000.0)
    with bench.window("analysis") as window:
        bench.dwell(hours=1, doing="analysing")
    verify("mean flow error", window.flow_error(programmed_ul_h=1000.0)).within("wide")
"""


def test_a_plan_on_a_bench_is_streamed(influx_server, database, children, tmp_path):
    (tmp_path / "test_plan.py").write_text(PLAN)
    (tmp_path / "limits.toml").write_text(LIMITS)
    (tmp_path / "requirements.toml").write_text('[requirements."R-1"]\ntext = "something"\nsource = "a test"\n')
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    command = [sys.executable, "-W", "error", "-m", "pytest", "test_plan.py", "-p", "no:cacheprovider", *NOT_OF_PLANS]
    files = ["--bench", str(QUICK), "--limits", "limits.toml", "--requirements", "requirements.toml", "--runs", "runs"]
    environment = os.environ | {
        "RIG_INFLUX_URL": influx_server.url,
        "RIG_INFLUX_BUCKET": f"{database}/autogen",
        "PYTHONPATH": str(ROOT),
    }
    done = children.run([*command, *files], cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = list_runs(tmp_path / "runs")
    deadline = Deadline(patient(30))
    while "complete" not in "".join(streaming_lines(run.path)):
        assert not deadline.passed(), log_path(run.path).read_text()
        deadline.nap(0.1)
    (result,) = influx_server.rows("""SELECT * FROM "results" WHERE "result" = 'mean flow error'""", database)
    assert f"streaming to {influx_server.url} {database}/autogen" in done.stdout
    assert "counts equal" in streaming_lines(run.path)[0]
    assert (result["run"], result["test"], result["setting"]) == (run.run_id, "test_rate", "1000 µL/h")
