"""The machine's clock is set while a run delivers: nothing of the run is stepped with it, and nothing stops late."""

import os
import signal
import subprocess

from rig.clock import NS_PER_S
from rig.record.reader import RecordReader
from tests.patience import patient
from tests.safety.stand import ROOT, UNHURRIED, stand

# Steps the clock of each process that starts with it, run and supervisor alike, some time after its start. `time.time`
# stays: gRPC hands moments of it to its C core, whose clock is not stepped with it here.
STEPPING = """
import time
begun_ns, now_ns = time.monotonic_ns(), time.time_ns
def stepped_ns():
    return now_ns() + (BY_S * 10**9 if time.monotonic_ns() - begun_ns > AFTER_S * 10**9 else 0)
time.time_ns = stepped_ns
"""
BY_S = -86_400
AFTER_S = 2.0  # a session delivers by then, or is about to
DWELL_S = 2.0


def test_a_run_outlives_a_step_and_still_stops_when_told(tmp_path, children):
    stepping = tmp_path / "stepping"
    stepping.mkdir()
    (stepping / "sitecustomize.py").write_text(STEPPING.replace("BY_S", str(BY_S)).replace("AFTER_S", str(AFTER_S)))
    with stand(tmp_path / "stand", **UNHURRIED) as one:
        one.plan(f'bench.dwell(seconds={DWELL_S})\nprint("OUTLIVED", flush=True)\nbench.dwell(seconds=120)')
        environment = {**os.environ, "PYTHONPATH": f"{stepping}:{ROOT}", "PYTHONDONTWRITEBYTECODE": ""}
        run = children.start(
            one.command("-q"), cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert run.stdout is not None
        said = ""
        while "OUTLIVED" not in said:
            line = run.stdout.readline()
            assert line, said
            said += line
        one.wait_until_it_moves(patient(1))
        run.send_signal(signal.SIGINT)
        one.wait_until_it_rests(1.0, patient(3))
        run.communicate(timeout=patient(30))
        assert one.supply_v() == 0
        (record,) = (one.folder / "runs").glob("*.rig.db")
    with RecordReader(record) as reader:
        stamps = [entry.t_ns for entry in reader.entries()]
        assert stamps == sorted(stamps)
        assert stamps[-1] - stamps[0] < abs(BY_S) * NS_PER_S / 2
