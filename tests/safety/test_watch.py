"""A supervisor holds a pump to its bounds by what the pump tells it, whatever the run does meanwhile."""

import threading

import pytest

from instruments.intrathecal_pump.driver import Driver
from rig.bench.unattended import bounds_of
from rig.bench_file.reading import load_bench_file
from rig.channels import Channel
from rig.clock import NS_PER_S, Deadline, WallClock
from rig.held_ports import Held as HeldPort
from rig.held_ports import held_by_another
from rig.safety.supervisor.orders import PortAct, PumpBounds, Saying, ValueBound
from rig.safety.supervisor.relay import Relay
from rig.safety.supervisor.watching import Holding, Watch
from rig.transports import ByteStream
from tests.patience import patient
from tests.safety.far import Far

EVERY_S = 0.02
BENCH = """
[bench]
name = "hot"
kind = "physical"
[dut]
model = "m"
serial = "s"
[safety]
link_watchdog_s = 1
[interlocks]
most_volume_ul = 100
most_rate_ul_h = 1000
most_temperature_c = 40
most_current_ma = 5
[instruments.pump]
driver = "tests.safety.test_watch:HotPump"
port = "/dev/pump"
sample_every_s = 1
"""
HOT = (ValueBound("most_temperature_c", "housing", 40.0), ValueBound("most_current_ma", "current", 5.0, 1000.0))
ALL = PumpBounds("pump", HOT, "delivered", most_volume_ul=100.0, most_rate_ul_h=1200.0)


def numbers_of(answer):
    """Return what a far end here tells: `housing=38.5;`."""
    name, found, value = answer.decode().rpartition(";\n")[0].rpartition("=")
    return {name: float(value)} if found else None


def held(*told):
    """Return what holding a pump to its bounds comes to, after it told these numbers a second apart each."""
    holding = Holding(ALL)
    for second, numbers in enumerate(told):
        holding.told(second * NS_PER_S, numbers)
    return holding


def counted(rate_ul_h, seconds):
    return [{"delivered": 5000 + second * rate_ul_h / 3600, "housing": 37.0} for second in range(seconds)]


def test_none_trips_while_the_pump_keeps_to_them():
    assert held(*counted(1000.0, 300)).trip is None


@pytest.mark.parametrize(
    ("told", "interlock", "value"),
    [
        (counted(1000.0, 400), "most_volume_ul", 100.0),
        (counted(2000.0, 70), "most_rate_ul_h", 2000.0),
        ([{"housing": 41.0}], "most_temperature_c", 41.0),
        ([{"current": 0.006}], "most_current_ma", 6.0),
    ],
)
def test_one_trips_where_it_does_not(told, interlock, value):
    trip = held(*told).trip
    assert trip.interlock == interlock
    assert trip.value == pytest.approx(value, rel=0.01)


def test_a_volume_is_counted_from_the_begin_of_a_plan():
    holding = held(*counted(1000.0, 200))
    holding.plan_begins()
    for second, numbers in enumerate(counted(1000.0, 250)):
        holding.told((1000 + second) * NS_PER_S, {"delivered": numbers["delivered"] + 55})
    assert holding.trip is None


@pytest.fixture
def watching():
    """What has a watch look at a far end that answers by a table."""
    opened = []

    def watch(answers):
        far = Far(answers)
        tells = "tests.safety.test_watch:numbers_of"
        act = PortAct("pump", "stopped", far.port, (Saying(b"stop;", b"stopped"),), b"tell;", b"\n", tells=tells)
        relay = Relay(act)
        one = Watch(relay, ALL, EVERY_S, WallClock().now_ns)
        opened.extend([one, relay, far])
        return one, relay, far

    yield watch
    for one in opened:
        one.close()


def until(what):
    deadline = Deadline(patient(2))
    while not what() and not deadline.passed():
        deadline.nap(0.01)
    assert what()


def test_what_it_hears_over_the_wire_trips(watching):
    watch, _, _ = watching({b"tell": b"housing=44.5;\n"})
    until(lambda: watch.trip)
    assert "housing of pump was 44.5, at most 40 is allowed" in str(watch.trip)
    assert watch.told[-1].numbers == {"housing": 44.5}


def test_a_pump_that_tells_nothing_readable_is_not_watched_and_so_said(watching):
    watch, _, _ = watching({b"tell": b"what?\n"})
    until(lambda: watch.blind(0.1))
    assert "nobody holds it to its interlocks" in watch.blind(0.1)


def test_while_a_plan_keeps_the_pump_from_answering_nothing_is_missed(watching):
    watch, _, _ = watching({b"tell": b"what?\n"})
    until(lambda: watch.blind(0.1))
    watch.be_patient(on=True)
    assert watch.blind(0.0) == ""


def test_a_run_that_never_pauses_keeps_nobody_from_asking(watching):
    watch, relay, far = watching({b"ask": b"told\n", b"tell": b"housing=44.5;\n"})
    ended = threading.Event()

    def talk():
        while not ended.is_set():
            answers.append(stream.exchange(b"ask;", b"\n"))

    answers = []
    with (
        held_by_another(far.port, HeldPort(relay.url, relay.token)),
        ByteStream("pump", far.port, timeout_s=patient(1)) as stream,
    ):
        talking = threading.Thread(target=talk)
        talking.start()
        until(lambda: watch.trip and len(answers) > 20)
        ended.set()
        talking.join()
    assert set(answers) == {b"told\n"}


class HotPump(Driver):
    """A pump that tells how warm it is, and what it draws in ampere."""

    channels = (*Driver.channels, Channel("housing", "°C"), Channel("motor", "A"))


def test_every_channel_of_the_pump_that_an_interlock_is_about_is_watched(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    (bounds,) = bounds_of(load_bench_file(path))
    watched = {(one.interlock, one.channel, one.factor) for one in bounds.values}
    assert watched == {
        ("most_temperature_c", "housing", 1.0),
        ("most_current_ma", "motor", 1000.0),
        ("most_rate_ul_h", "rate", 1.0),
    }
    assert bounds.keys == ("most_current_ma", "most_rate_ul_h", "most_temperature_c", "most_volume_ul")
