"""Whatever role a pump has on a bench, it is stopped, watched over and followed into the record."""

import pytest

from rig.bench.instruments import OnBench
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, SafetyError
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.reader import RecordReader
from tests.core.bench_support import bench_text, opened
from tests.core.test_bench import Stubborn

SECOND = """
[instruments.other]
driver = "intrathecal_pump"
role = "comparison"
sample_every_s = 60
"""


def verbs(reader, pump):
    return [entry.body.verb for entry in reader.commands(pump)]


def test_leaving_a_bench_stops_every_pump(tmp_path):
    with opened(tmp_path, bench_text() + SECOND) as (bench, _):
        for role in ("pump", "comparison"):
            bench.instruments.pump(role).run_continuous(rate_ul_h=100.0)
        bench.dwell(minutes=5)
    with RecordReader(tmp_path / "a-run.rig.db") as reader:
        assert verbs(reader, "pump")[-1] == verbs(reader, "other")[-1] == "stop"


def test_a_pump_that_serves_in_no_usual_role_is_stopped_too(tmp_path):
    text = bench_text().replace('driver = "intrathecal_pump"', 'driver = "intrathecal_pump"\nrole = "comparison"')
    with opened(tmp_path, text) as (bench, _):
        bench.instruments.pump("comparison").run_continuous(rate_ul_h=100.0)
    with RecordReader(tmp_path / "a-run.rig.db") as reader:
        assert verbs(reader, "pump")[-1] == "stop"


@pytest.mark.parametrize("stubborn, other", [("pump", "other"), ("other", "pump")])
def test_a_pump_that_does_not_stop_keeps_no_other_from_stopping(tmp_path, stubborn, other):
    with opened(tmp_path, bench_text() + SECOND) as (bench, record):
        bench.instruments.pump(other).run_continuous(rate_ul_h=100.0)
        real = next(one for one in bench.instruments if one.name == stubborn)
        bench.instruments.add(OnBench(real.name, real.capability, real.role, Stubborn(real.driver)))
        with pytest.raises(SafetyError, match="STOP IT BY HAND"):
            bench.stop_pump()
        assert "did not stop" in bench.unsafe
        with record.reader() as reader:
            assert verbs(reader, other)[-1] == "stop"
        bench.instruments.add(real)


def test_every_pump_has_its_link_watchdog_set_and_its_state_followed(tmp_path):
    with opened(tmp_path, bench_text() + SECOND) as (bench, record):
        bench.instruments.pump("comparison").run_continuous(rate_ul_h=100.0)
        bench.dwell(minutes=5)
        with record.reader() as reader:
            assert "set_link_watchdog" in verbs(reader, "other")
            changes = [entry.body for entry in reader.events(PumpStateChanged)]
    assert [one.state for one in changes if one.instrument == "other"] == ["stopped", "infusing"]


def test_every_pump_is_polled_often_enough_for_its_watchdog(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(bench_text() + SECOND.replace("60", "100"), encoding="utf-8")
    with pytest.raises(BenchFileError, match=r"a sample_every_s of 100 of other, which is .* at least twice"):
        load_bench_file(path)


def test_only_the_pump_under_test_is_on_the_line(tmp_path):
    first, second = bench_text().replace("[instruments.pump]", SECOND + "[instruments.pump]"), bench_text() + SECOND
    for number, text in enumerate((first, second)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with opened(folder, text) as (bench, record):
            bench.instruments.pump("comparison").run_continuous(rate_ul_h=1000.0)
            bench.dwell(hours=2)
            with record.reader() as reader:
                mass_mg = reader.series("balance", columns=["mass"]).columns["mass"]
        assert mass_mg[-1] - mass_mg[0] < 1.0
