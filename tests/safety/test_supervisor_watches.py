"""A supervisor ends what its run does not see, and latches a bench that it could not bring to its safe state."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from rig.clock import Deadline
from rig.errors import BenchLatchedError
from rig.record.bodies.safety import BenchLatched, InterlockTripped, SupervisorActed, SupervisorStands
from rig.record.reader import RecordReader
from rig.safety.latch import demand_clear, latched
from tests.patience import patient
from tests.processes import Children
from tests.safety.causes import supervisor_of
from tests.safety.stand import AT_EASE, ROOT, Stand, stand

# The run itself reads the pump each minute: what it does in between is the supervisor's alone to see.
SELDOM = ("sample_every_s = 0.25", "sample_every_s = 60")
MOST_MB = 30.0
DEAF = "tests.fixtures.test_safety_of_a_session:DeafFirmware"


def started(one: Stand, children: Children, body: str) -> tuple["subprocess.Popen[str]", Path]:
    """Run a plan that delivers and then does as `body` says; return its run and what that says."""
    one.plan(body)
    said = one.folder / "said"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    with said.open("w") as out:
        run = children.start(one.command("-q"), cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    return run, said


@pytest.fixture(scope="module")
def tripped(tmp_path_factory):
    """What a run left whose plan loops while the pump goes beyond its volume: words, latch and record."""
    children = Children()
    interlocks = "[interlocks]\nmost_volume_ul = 0.5\n"
    try:
        with stand(tmp_path_factory.mktemp("tripped"), interlocks=interlocks, **AT_EASE) as one:
            one.bench.write_text(one.bench.read_text().replace(*SELDOM), encoding="utf-8")
            run, said = started(one, children, "while True: pass")
            one.wait_until_it_moves(patient(6))
            mb = resident_mb(supervisor_of(run.pid))
            run.wait(patient(6))
            one.wait_until_it_rests(0.5, patient(1))
            (record,) = (one.folder / "runs").glob("*.rig.db")
            with RecordReader(record) as reader:
                yield said.read_text(), latched(one.name), reader, mb, one.supply_v()
    finally:
        children.end()


def resident_mb(pid):
    words = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()
    return float(words[0]) / 1024


def test_a_plan_that_loops_is_ended_by_the_interlock_that_the_supervisor_found(tripped):
    said, _, _, _, supply_v = tripped
    assert "interlock most_volume_ul tripped: pump shows 0." in said
    assert "as the supervisor asked it" in said
    assert "delivery was ended" in said
    assert supply_v == 0


def test_the_record_has_what_tripped_and_what_the_pump_told(tripped):
    _, _, reader, _, _ = tripped
    (trip,) = reader.events(InterlockTripped)
    (acted,) = reader.events(SupervisorActed)
    assert (trip.body.interlock, trip.body.limit, trip.body.streams) == ("most_volume_ul", 0.5, ("pump",))
    assert acted.body.told[-1].t_ns == trip.body.to_ns
    first, last = acted.body.told[0].numbers, acted.body.told[-1].numbers
    assert last["delivered"] > first["delivered"]


def test_the_record_says_what_the_supervisor_watches(tripped):
    _, _, reader, _, _ = tripped
    (stands,) = reader.events(SupervisorStands)
    assert stands.body.watches == ("most_volume_ul by pump",)


def test_the_bench_is_latched_once_by_run_and_supervisor_together(tripped):
    _, latch, reader, _, _ = tripped
    assert latch.why.startswith("interlock most_volume_ul tripped")
    assert len(reader.events(BenchLatched)) == 1


def test_a_supervisor_is_small(tripped):
    _, _, _, mb, _ = tripped
    assert mb < MOST_MB


def test_a_bench_whose_pump_did_not_confirm_to_the_supervisor_is_latched(tmp_path, children):
    with stand(tmp_path / "stand", firmware=DEAF, **AT_EASE) as one:
        run, _ = started(one, children, "bench.dwell(seconds=120)")
        one.wait_until_it_moves(patient(6))
        one.clock.wait_s(0.3)
        run.send_signal(signal.SIGKILL)
        deadline = Deadline(patient(2))
        while latched(one.name) is None and not deadline.passed():
            deadline.nap(0.02)
        why = r"by run 20\S+: the run has died.*; pump: it answered that it stopped, and goes on"
        with pytest.raises(BenchLatchedError, match=why):
            demand_clear(one.name)
        assert one.supply_v() == 0
