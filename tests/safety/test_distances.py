"""Any two ways to know what was delivered trip when they part, and none does while they agree."""

from itertools import combinations

import pytest

from rig.bench.distances import Distances
from rig.clock import NS_PER_S
from rig.errors import InterlockError
from rig.record.bodies.pump_events import EdgesCounted
from rig.safety.volume_path import VolumePath
from tests.core.bench_support import opened
from tests.fixtures.plan_support import ROOT

WHOLE = (ROOT / "benches" / "mocked.toml").read_text(encoding="utf-8")
INTERLOCK = "\n[interlocks]\nmost_distance_percent = 10\n"
PATHS = ("count", "balance", "flow", "motor")
PAIRS = tuple(combinations(PATHS, 2))
RATE_UL_H = 1000.0
EVERY_S = {"count": 60, "balance": 10, "flow": 300, "motor": 77}


def trips(pair, wrong="", factor=1.0, hours=1.0):
    """Return the first trip while the paths of one delivery are read, of which one shows `factor` times what came."""
    paths = {name: VolumePath(name, 60.0, percent=5.0 * (name == "flow")) for name in pair}
    distances = Distances(10.0, 100.0)
    for second in range(int(hours * 3600)):
        for name, path in paths.items():
            if second % EVERY_S[name] == 0:
                rate = RATE_UL_H * (factor if name == wrong else 1.0)
                if name == "flow":
                    path.flowed(second * NS_PER_S, rate)
                else:
                    path.read(second * NS_PER_S, second * rate / 3600)
                if found := list(distances.found(list(paths.values()))):
                    return found
    return []


@pytest.mark.parametrize("pair", PAIRS)
def test_two_that_agree_do_not_trip(pair):
    assert trips(pair) == []


@pytest.mark.parametrize("wrong", [0, 1])
@pytest.mark.parametrize("pair", PAIRS)
def test_two_that_part_trip_whichever_is_wrong(pair, wrong):
    (trip,) = trips(pair, pair[wrong], 0.7)
    assert set(trip.streams) == set(pair)
    assert trip.value == pytest.approx(30.0, abs=2)


def test_two_are_compared_as_soon_as_both_have_passed_a_reading_of_the_slower():
    """A count each minute, a balance each 7 s from the third second on: at one moment both are read after 6 min."""
    count, balance = VolumePath("count", 60.0), VolumePath("balance", 60.0)
    distances, found = Distances(10.0, 10.0), []
    for second in range(360):
        if second % 60 == 0:
            count.read(second * NS_PER_S, second * RATE_UL_H / 3600)
        if second % 7 == 3:
            balance.read(second * NS_PER_S, 0.5 * second * RATE_UL_H / 3600)
        found += distances.found([count, balance])
    # At the minute the count stood at 16.67 µL, the balance at 7.92: half of what came since its own beginning.
    assert found[0].from_ns == found[0].to_ns == 60 * NS_PER_S
    assert found[0].value == pytest.approx(100.0 * (1.0 - 0.5 * 57.0 / 60.0))


def test_a_flow_sensor_is_allowed_what_it_may_be_wrong_by():
    assert trips(("count", "flow"), "flow", 0.87) == []


def test_one_whose_flow_was_not_known_for_a_while_is_not_compared():
    count, flow = VolumePath("count", 60.0), VolumePath("flow", 60.0)
    for hour, rate in enumerate([RATE_UL_H, float("nan"), RATE_UL_H]):
        count.read(hour * 3600 * NS_PER_S, hour * RATE_UL_H)
        flow.flowed(hour * 3600 * NS_PER_S, rate)
    assert list(Distances(10.0, 100.0).found([count, flow])) == []


def bench_with(place, added):
    return WHOLE.replace(place, place + added, 1) + INTERLOCK


PUMP = '[instruments.pump]\ndriver = "intrathecal_pump"\n'
FLOW = '[instruments.flow]\ndriver = "sensirion_scc1"\n'


@pytest.mark.parametrize(
    ("place", "broken", "stream"),
    [
        ("[laboratory]\n", "line_leak_percent = 30\n", "balance"),
        (PUMP, "twin = { rate_error_percent = -30 }\n", "balance"),
        (PUMP, "twin = { motor_edges_per_stroke = 5 }\n", "daq"),
        (FLOW, "twin = { gain_percent = -30 }\n", "flow"),
    ],
)
def test_a_bench_on_which_one_parts_from_the_others_trips_and_names_it(tmp_path, place, broken, stream):
    with opened(tmp_path, bench_with(place, broken)) as (bench, _):
        with pytest.raises(InterlockError) as caught, bench.plan():
            bench.instruments.pump().run_continuous(rate_ul_h=RATE_UL_H)
            bench.dwell(hours=2)
        assert caught.value.interlock == "most_distance_percent"
        assert stream in bench.interlocks.tripped.streams


def test_a_healthy_bench_that_compares_them_all_does_not(tmp_path):
    with opened(tmp_path, WHOLE + INTERLOCK) as (bench, record), bench.plan():
        bench.instruments.pump().run_continuous(rate_ul_h=RATE_UL_H)
        bench.dwell(hours=1)
        bench.instruments.pump().run_continuous(rate_ul_h=100.0)
        bench.dwell(hours=1)
        assert bench.interlocks.tripped is None
        with record.reader() as reader:
            assert len(reader.events(EdgesCounted)) > 20
