"""A bench that cannot be opened while its pump runs from an earlier run: the pump is stopped all the same."""

import subprocess

import pytest

from commands.main import main
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


def test_connect_leaves_a_bench_alone_that_is_in_use_from_elsewhere(tmp_path, capsys):
    with stand(tmp_path / "stand", watchdog_s=1) as one:
        _leave_it_running(one)
        code = main(["bench", "connect", str(one.bench)])
        one.wait_until_it_moves(patient(1))
        assert one.supply_v() > 0
    said = capsys.readouterr()
    assert code == 2
    assert "its pump delivers (infusing). No run of this machine has it" in said.err
    assert "pump: " in said.out


def test_a_run_leaves_a_pump_alone_that_somebody_keeps_running(tmp_path, run_on):
    with stand(tmp_path / "stand", watchdog_s=1) as one:
        _leave_it_running(one)
        said = run_on(one)
        one.wait_until_it_moves(patient(1))
        assert one.supply_v() > 0
    assert "is in use: its supply gives " in said
    assert "its pump delivers (infusing). No run of this machine has it" in said


def test_a_run_takes_a_bench_over_whose_pump_stops_by_itself(tmp_path, run_on):
    with stand(tmp_path / "stand", watchdog_s=5) as one:
        _leave_it_running(one, watchdog_s=4)  # longer than a session takes to its first look at the pump
        said = run_on(one)
        assert one.supply_v() == 0, said
    assert "DELIVERING" in said


@pytest.fixture
def run_on(children):
    """Run a plan of a moment on a stand; return what it said."""

    def run(one):
        one.plan("bench.dwell(seconds=0.1)")
        environment = {**environment_of_its_own(), "PYTHONDONTWRITEBYTECODE": ""}
        process = children.start(one.command("-q"), cwd=ROOT, env=environment, stderr=subprocess.STDOUT)
        return process.communicate(timeout=patient(30))[0]

    return run


def _leave_it_running(one, watchdog_s=300):
    """Let the pump deliver, and go away without a word, as a run that was killed does."""
    entries = {entry.name: entry for entry in load_bench_file(one.bench).instruments}
    context = DriverContext(WallClock(), lambda _: None)
    supply = entries["supply"].driver("supply", entries["supply"].settings, context)
    supply.set_output(voltage_v=3.0, current_limit_a=0.1)
    supply.switch(on=True)
    daq = entries["daq"].driver("daq", entries["daq"].settings, context)
    daq.set_interlock(closed=True)
    pump = entries["pump"].driver("pump", entries["pump"].settings, context)
    pump.set_link_watchdog(seconds=watchdog_s)
    pump.run_continuous(rate_ul_h=1000.0)
    for driver in (pump, daq, supply):
        driver.close()
    one.wait_until_it_moves(patient(1))
