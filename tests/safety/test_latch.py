"""A bench that was left tripped or unsafe is latched: nothing opens it until somebody has cleared it by name."""

import json
import stat

import pytest

from rig.bench.bench import Bench
from rig.bench_file.reading import load_bench_file
from rig.clock import WallClock
from rig.errors import BenchConnectionError, BenchLatchedError, InterlockError, SafetyError
from rig.record.bodies.others import Stop
from rig.record.bodies.safety import BenchLatched
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.safety.latch import clear, demand_clear, history, latch, latched
from tests.fixtures.plan_support import ROOT, environment_of_its_own
from tests.patience import patient
from tests.safety.stand import AT_EASE, stand

WHY = "interlock most_pressure_kpa tripped"


def test_a_latched_bench_is_refused_by_name_with_its_reason(tmp_path):
    latch("lab-2", WHY, "run r", folder=tmp_path)
    with pytest.raises(
        BenchLatchedError, match=rf"bench lab-2 is latched since 20.* by run r: {WHY}\n.*rig clear lab-2"
    ):
        demand_clear("lab-2", folder=tmp_path)


def test_another_bench_is_free(tmp_path):
    latch("lab-2", WHY, "run r", ports=["/dev/ttyUSB0"], folder=tmp_path)
    demand_clear("lab-3", ["/dev/ttyUSB1"], tmp_path)


def test_another_bench_that_reaches_the_same_pump_is_not(tmp_path):
    latch("lab-2", WHY, "run r", ports=["/dev/ttyUSB0"], folder=tmp_path)
    with pytest.raises(BenchLatchedError, match="bench lab-2 is latched"):
        demand_clear("lab-3", ["/dev/ttyUSB0"], tmp_path)


def test_a_cleared_bench_is_free_and_its_history_names_who_cleared_it(tmp_path):
    latch("lab-2", WHY, "run r", folder=tmp_path)
    assert clear("lab-2", "A. Operator", "rig clear", tmp_path).why == WHY
    demand_clear("lab-2", folder=tmp_path)
    assert [(line.what, line.by) for line in history("lab-2", tmp_path)] == [
        ("latched", "run r"),
        ("cleared", "A. Operator"),
    ]


def test_a_bench_that_was_cleared_may_be_latched_again(tmp_path):
    for _ in range(2):
        latch("lab-2", WHY, "run r", folder=tmp_path)
        clear("lab-2", "A. Operator", "rig clear", tmp_path)
    latch("lab-2", WHY, "run r", folder=tmp_path)
    assert latched("lab-2", tmp_path) is not None


@pytest.mark.parametrize("torn", ['{"what": "cle', "\x00\x00", json.dumps({"what": "cleared"}), "[1]"])
def test_a_line_that_nobody_can_read_latches(tmp_path, torn):
    latch("lab-2", WHY, "run r", folder=tmp_path)
    clear("lab-2", "A. Operator", "rig clear", tmp_path)
    (path,) = tmp_path.iterdir()
    with path.open("a", encoding="utf-8") as file:
        file.write(torn)
    with pytest.raises(BenchLatchedError, match="a line that nobody can read"):
        demand_clear("lab-2", folder=tmp_path)
    clear("lab-2", "A. Operator", "rig clear", tmp_path)
    demand_clear("lab-2", folder=tmp_path)


def test_every_user_may_read_and_clear_it(tmp_path):
    latch("lab-2", WHY, "run r", folder=tmp_path)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o666}


INTERLOCKS = "[interlocks]\nmost_rate_ul_h = 500\n"


def open_once(one, name, *, rate_ul_h=1000.0, seconds=1.0):
    """Let a plan deliver on the stand's bench for so long, as a run of that name."""
    bench_file = load_bench_file(one.bench)
    clock = WallClock()
    runs = one.folder / "runs"
    with RunRecord.create(runs, name, Start(bench="b"), clock.now_ns(), clock) as record:
        try:
            with Bench(bench_file, record, clock, 1) as bench, bench.plan():
                bench.instruments.pump().run_continuous(rate_ul_h=rate_ul_h)
                bench.dwell(seconds=seconds)
        finally:
            record.stop(Stop("FINISHED"))


def test_a_trip_latches_a_physical_bench_until_it_is_cleared(tmp_path, children):
    with stand(tmp_path / "stand", interlocks=INTERLOCKS, **AT_EASE) as one:
        with pytest.raises(InterlockError, match="interlock most_rate_ul_h tripped: rate of pump was 1000"):
            open_once(one, "first", seconds=patient(1))
        assert one.supply_v() == 0
        with pytest.raises(BenchLatchedError, match="by run first: interlock most_rate_ul_h tripped"):
            open_once(one, "second", rate_ul_h=100.0)
        one.plan("bench.dwell(seconds=1)")
        refused = children.run(one.command("-q"), cwd=ROOT, env=environment_of_its_own())
        assert refused.returncode == 4
        assert "is latched since" in refused.stdout + refused.stderr
        again = children.run(one.command("-q", "--after-trip"), cwd=ROOT, env=environment_of_its_own())
        assert "interlock most_rate_ul_h tripped" in again.stdout
        assert [line.what for line in history(one.name)] == ["latched", "cleared", "latched"]
        clear(one.name, "A. Operator", "a test")
        open_once(one, "third", rate_ul_h=100.0)
    with RecordReader(tmp_path / "stand" / "runs" / "first.rig.db") as reader:
        assert len(reader.events(BenchLatched)) == 1


def test_a_bench_whose_pump_does_not_stop_is_latched(tmp_path):
    with stand(tmp_path / "stand", firmware="tests.fixtures.test_safety_of_a_session:DeafFirmware", **AT_EASE) as one:
        with pytest.raises(SafetyError, match="the pump did not stop when it was told to; interlock opened"):
            open_once(one, "first")
        with pytest.raises(BenchLatchedError, match="by run first: the pump did not stop when it was told to"):
            open_once(one, "second")


def test_a_bench_that_could_not_be_reached_is_not_latched(tmp_path):
    with stand(tmp_path / "stand", **AT_EASE) as one:
        text = one.bench.read_text(encoding="utf-8").replace(one.host.ports["pump"], str(tmp_path / "unplugged"))
        one.bench.write_text(text, encoding="utf-8")
        with pytest.raises(BenchConnectionError):
            open_once(one, "first")
        assert latched(one.name) is None
