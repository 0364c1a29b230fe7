"""Run and supervisor frozen together, as a machine that sleeps does: the pump stops by itself, and stays at rest."""

import os
import signal
import subprocess

from rig.clock import NS_PER_S
from rig.record.bodies.safety import KeptAwake
from rig.record.reader import RecordReader
from tests.patience import patient
from tests.safety.causes import freeze_both, supervisor_of
from tests.safety.stand import ROOT, stand

# Several times the pump's watchdog of a second.
FROZEN_S = 3.0


def test_the_pump_stops_by_its_watchdog_and_the_run_that_goes_on_says_so_and_starts_nothing(tmp_path, children):
    with stand(tmp_path / "stand") as one:
        one.plan("bench.dwell(seconds=120)")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
        said = one.folder / "said"
        with said.open("w") as out:
            run = children.start(one.command("-q"), cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        one.wait_until_it_moves(patient(6))
        one.clock.wait_s(0.5)
        both = run.pid, supervisor_of(run.pid)
        frozen_ns = one.clock.now_ns()
        freeze_both(one, run)
        last_ns = one.wait_until_it_rests(FROZEN_S - 1.0, patient(1))
        assert (last_ns - frozen_ns) / NS_PER_S < 1.5
        assert one.supply_v() > 0
        for pid in reversed(both):
            os.kill(pid, signal.SIGCONT)
        run.wait(patient(3))
        assert one.last_stroke_ns() == last_ns
        assert one.supply_v() == 0
        words = said.read_text()
        assert "delivery was ended for the run: " in words
        assert "stood still for" in words or "has not been heard for" in words
        (record,) = (one.folder / "runs").glob("*.rig.db")
    with RecordReader(record) as reader:
        (awake,) = reader.events(KeptAwake)
        assert bool(awake.body.by) != bool(awake.body.why_not)
