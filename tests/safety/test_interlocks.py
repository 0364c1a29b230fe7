"""Each interlock of a bench file trips in the world that it is there for, and none does in a healthy one."""

import pytest

from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, InterlockError
from rig.record.bodies.event import Severity
from rig.record.bodies.safety import InterlockTripped
from rig.record.reader import RecordReader
from tests.core.bench_support import WALL, bench_text, opened
from tests.fixtures.plan_support import ROOT

ALL = """
[interlocks]
most_volume_ul = 2000
most_rate_ul_h = 1200
most_pressure_kpa = 60
most_current_ma = 60
most_temperature_c = 30
most_distance_percent = 10
lateness_s = 5
lost_after_s = 900
"""
WHOLE = (ROOT / "benches" / "mocked.toml").read_text(encoding="utf-8")
LABORATORY = "[laboratory]\n"
PUMP = '[instruments.pump]\ndriver = "intrathecal_pump"\n'
BALANCE = '[instruments.balance]\ndriver = "mettler_mt_sics"\n'


def interlock(key, limit):
    return f"\n[interlocks]\n{key} = {limit}\n"


def tripped_by(bench, *, hours=2.0, rate_ul_h=1000.0):
    """Let a plan deliver, and return the interlock that ends it."""
    with pytest.raises(InterlockError) as caught, bench.plan():
        bench.instruments.pump().run_continuous(rate_ul_h=rate_ul_h)
        bench.dwell(hours=hours)
    return caught.value


def test_none_trips_in_a_healthy_run(tmp_path):
    with opened(tmp_path, WHOLE + ALL) as (bench, _), bench.plan():
        bench.instruments.pump().run_continuous(rate_ul_h=1000.0)
        bench.dwell(hours=1)
        bench.instruments.balance().tare()
        bench.zero_flow(hours=0.5)
        assert bench.interlocks.tripped is None


@pytest.mark.parametrize(
    ("key", "limit", "place", "broken"),
    [
        ("most_volume_ul", 1500, LABORATORY, "siphon_ul_h = 500\n"),
        ("most_rate_ul_h", 1200, PUMP, "twin = { rate_error_percent = 60 }\n"),
        ("most_distance_percent", 10, LABORATORY, "line_leak_percent = 30\n"),
        ("most_pressure_kpa", 40, LABORATORY, 'challenges = [{ kind = "occlusion", at_h = 0.2 }]\n'),
        ("most_temperature_c", 30, LABORATORY, 'challenges = [{ kind = "temperature", at_h = 0.2, liquid_c = 38 }]\n'),
        ("most_current_ma", 5, "", ""),
        ("lost_after_s", 300, BALANCE, 'twin = { faults = [{ kind = "silent", after_s = 600 }] }\n'),
    ],
)
def test_it_trips_in_its_broken_world(tmp_path, key, limit, place, broken):
    quick = WHOLE.replace(BALANCE, BALANCE + "timeout_s = 0.02\n") if key == "lost_after_s" else WHOLE
    text = (quick.replace(place, place + broken, 1) if place else quick) + interlock(key, limit)
    with opened(tmp_path, text) as (bench, _):
        error = tripped_by(bench)
    assert (error.interlock, error.limit) == (key, limit)
    assert error.value > limit or "no whole reply" in str(error)


FLOW = '[instruments.flow]\ndriver = "sensirion_scc1"\n'


@pytest.mark.parametrize(("place", "stream"), [(BALANCE, "balance"), (FLOW, "flow")])
def test_an_instrument_whose_plug_is_pulled_trips_at_once(tmp_path, place, stream):
    text = WHOLE.replace(place, place + 'twin = { faults = [{ kind = "unplugged", after_s = 600 }] }\n')
    with opened(tmp_path, text + interlock("lost_after_s", 3000)) as (bench, _):
        error = tripped_by(bench)
    assert (error.interlock, bench.interlocks.tripped.streams) == ("lost_after_s", (stream,))
    assert error.value < 3000  # it is gone: nobody waits until it has been so for long


def test_a_reading_that_comes_late_trips(tmp_path):
    text = bench_text(clock=WALL, every_s=0.2, watchdog_s=5, lease_s=5)
    late = BALANCE + 'twin = { faults = [{ kind = "late", from_answer = 5, by_s = 0.7 }] }\n'
    with opened(tmp_path, text.replace(BALANCE, late) + interlock("lateness_s", 0.3)) as (bench, _):
        error = tripped_by(bench, hours=1)
    assert error.interlock == "lateness_s"
    assert "a reading of balance was" in str(error)


@pytest.fixture(scope="module")
def after_a_trip(tmp_path_factory):
    """What a trip left: the error, and the record of the run."""
    folder = tmp_path_factory.mktemp("tripped")
    with opened(folder, WHOLE + interlock("most_volume_ul", 100)) as (bench, _):
        error = tripped_by(bench)
        with pytest.raises(InterlockError) as again, bench.plan():
            pass
    with RecordReader(folder / "a-run.rig.db") as reader:
        yield error, again.value, reader


def test_it_names_itself_what_it_found_and_when_that_was_read(after_a_trip):
    error, _, _ = after_a_trip
    assert str(error).startswith("interlock most_volume_ul tripped: ")
    assert "at most 100 µL is allowed; samples of 2026-01-05T08:" in str(error)
    assert error.from_ns == error.to_ns


def test_delivery_is_ended_by_every_way(after_a_trip):
    error, _, reader = after_a_trip
    assert "pump stopped and interlock opened and supply switched off" in str(error)
    (event,) = reader.events(InterlockTripped)
    verbs = [one.body.verb for one in reader.commands("pump", after_seq=event.seq)]
    assert verbs[0] == "stop"


def test_it_is_an_alarm_of_the_record(after_a_trip):
    error, _, reader = after_a_trip
    (event,) = reader.events(InterlockTripped)
    assert event.body.severity is Severity.ALARM
    assert (event.body.value, event.body.to_ns) == (error.value, error.to_ns)


def test_no_plan_gets_the_bench_behind_it(after_a_trip):
    error, again, _ = after_a_trip
    assert str(again) == str(error)


def test_what_a_plan_does_to_the_line_is_no_distance(tmp_path):
    with opened(tmp_path, WHOLE + interlock("most_distance_percent", 10)) as (bench, _), bench.plan():
        bench.instruments.pump().run_continuous(rate_ul_h=1000.0)
        with bench.challenge.leak(share_percent=50.0):
            bench.dwell(hours=1)
        assert bench.interlocks.tripped is None


def test_an_interlock_that_nothing_could_trip_is_a_mistake(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(
        bench_text(balance=False)
        + "[interlocks]\nmost_pressure_kpa = 50\nmost_distance_percent = 10\nmost_volume_ul = 10\n",
        encoding="utf-8",
    )
    with pytest.raises(BenchFileError) as caught:
        load_bench_file(path)
    assert [line.partition(":")[0] for line in caught.value.mistakes] == [
        "interlocks.most_distance_percent",
        "interlocks.most_pressure_kpa",
    ]
