"""A bench that cannot be opened while its pump runs from an earlier run: the pump is stopped all the same."""

import subprocess

from rig.bench_file.reading import load_bench_file
from rig.clock import WallClock
from rig.driving import DriverContext
from tests.fixtures.plan_support import ROOT, environment_of_its_own
from tests.patience import patient
from tests.safety.stand import stand

BALANCE = """
[instruments.balance]
driver = "mettler_mt_sics"
port = "/dev/there-is-none"
sample_every_s = 1
calibration = { id = "c", due = 2030-01-01 }
"""


def test_it_is_stopped_and_so_said(tmp_path, children):
    with stand(tmp_path / "stand", watchdog_s=300) as one:
        _leave_it_running(one)
        one.bench.write_text(one.bench.read_text() + BALANCE, encoding="utf-8")
        one.plan("bench.dwell(seconds=60)")
        environment = {**environment_of_its_own(), "PYTHONDONTWRITEBYTECODE": ""}
        said = tmp_path / "said"
        with said.open("w") as out:
            run = children.start(one.command("-q"), cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        run.wait(patient(10))
        one.wait_until_it_rests(1.0, patient(1))
        assert one.supply_v() == 0
    assert "the port cannot be opened" in said.read_text()
    (account,) = (tmp_path / "stand" / "runs").glob("*.supervisor.jsonl")
    assert "the run left its bench unsafe" in account.read_text()


def _leave_it_running(one):
    """Let the pump deliver, and go away without a word, as a run that was killed does."""
    entries = {entry.name: entry for entry in load_bench_file(one.bench).instruments}
    context = DriverContext(WallClock(), lambda _: None)
    supply = entries["supply"].driver("supply", entries["supply"].settings, context)
    supply.set_output(voltage_v=3.0, current_limit_a=0.1)
    supply.switch(on=True)
    daq = entries["daq"].driver("daq", entries["daq"].settings, context)
    daq.set_interlock(closed=True)
    pump = entries["pump"].driver("pump", entries["pump"].settings, context)
    pump.set_link_watchdog(seconds=300)
    pump.run_continuous(rate_ul_h=1000.0)
    for driver in (pump, daq, supply):
        driver.close()
    one.wait_until_it_moves(patient(1))
