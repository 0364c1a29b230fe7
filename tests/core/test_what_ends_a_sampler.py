"""A measuring instrument that is busy, refuses or whose driver fails is a gap with its name; nothing ends unheard."""

import contextlib
import struct
from dataclasses import replace

import numpy as np
import pytest

from instruments.hosting.pty_host import PtyHost
from instruments.mettler_mt_sics.twin import BalanceMalfunction, BalanceParameters, Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.bench.sampling import Sampler
from rig.bench.way_back import WayBack
from rig.bench_file.reading import load_bench_file
from rig.channels import Channel
from rig.clock import VirtualClock, ns_from_s
from rig.driving import DriverContext
from rig.errors import DriverFailedError, OutOfRangeError, RefusedError
from rig.record.bodies.absences import InstrumentLost, SamplingGap
from rig.record.bodies.events import SamplerFailed
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.core.bench_support import bench_text

EPOCH_NS = 1_767_600_000_000_000_000


def events(record, kind):
    with record.reader() as reader:
        return [entry.body for entry in reader.events(kind)]


@pytest.fixture
def clock():
    return VirtualClock(EPOCH_NS)


@pytest.fixture
def record(tmp_path, clock):
    with RunRecord.create(tmp_path, "a-run", Start(bench="b"), clock.now_ns(), clock) as record:
        yield record


@pytest.fixture
def entry(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(bench_text(), encoding="utf-8")
    return next(one for one in load_bench_file(path).instruments if one.name == "balance")


# A balance that adjusts itself, over a real port ----------------------------------------------------------------------


@pytest.fixture
def weighing(clock, record, entry):
    """A balance read each second over a terminal: its twin and its sampler."""
    twin = Twin("balance", BalanceParameters(), Laboratory(Parameters(), clock, 1))
    with contextlib.closing(PtyHost("balance", twin)) as host:
        settings = entry.settings.model_copy(update={"port": host.port})
        context = DriverContext(clock, record.command)
        driver = entry.driver("balance", settings, context)
        way_back = WayBack(entry, lambda: settings, context, record)
        way_back.leads_to(driver, contextlib.nullcontext())
        sampler = Sampler("balance", driver, 1.0, clock, record, way_back=way_back)
        sampler.start()
        yield twin, sampler
        sampler.stop()
        driver.close()


@pytest.mark.parametrize("trouble", ["busy", "overloaded", "underloaded"])
@pytest.mark.parametrize("seconds", [6, 90])
def test_a_balance_that_says_not_now_is_read_again_when_it_can(weighing, clock, record, trouble, seconds):
    twin, sampler = weighing
    clock.wait_s(10)
    twin.malfunction = BalanceMalfunction(**{trouble: True})
    clock.wait_s(seconds)
    twin.malfunction = BalanceMalfunction()
    clock.wait_s(150)
    sampler.check()
    (gap,) = events(record, SamplingGap)
    assert (gap.stream, gap.back) == ("balance", True)
    assert gap.cause.startswith("RefusedError: ")
    assert gap.to_ns - gap.from_ns >= ns_from_s(seconds)


def test_the_gap_says_that_the_balance_was_busy(weighing, clock, record):
    twin, _ = weighing
    twin.malfunction = BalanceMalfunction(busy=True)
    clock.wait_s(20)
    (lost,) = events(record, InstrumentLost)
    assert "the balance is busy" in lost.cause
    assert "adjusts itself" in lost.cause


def test_a_few_seconds_cost_the_readings_of_these_seconds(weighing, clock, record):
    twin, sampler = weighing
    clock.wait_s(10)
    twin.malfunction = BalanceMalfunction(busy=True)
    clock.wait_s(3)
    twin.malfunction = BalanceMalfunction()
    clock.wait_s(10)
    assert (sampler.counts.missed, events(record, SamplingGap)) == (3, [])


def test_a_balance_that_stays_busy_ends_the_plan_in_its_time(weighing, clock, record):
    twin, sampler = weighing
    twin.malfunction = BalanceMalfunction(busy=True)
    clock.wait_s(900 + 400)
    with pytest.raises(RefusedError, match="busy"):
        sampler.check()
    assert not events(record, SamplingGap)[0].back


# A driver of somebody else's, which raises what it likes --------------------------------------------------------------


class Foreign:
    """Gives one reading each time, or raises what it is told to; `opened` counts its openings."""

    channels = (Channel("mass", "mg", "mass"),)
    opened = 0

    def __init__(self, name, _settings, context):
        self.name, self._clock = name, context.clock
        self.troubles = getattr(self, "troubles", [])
        self.opened += 1

    def identify(self):
        return "it"

    def close(self):
        pass

    def start_sampling(self):
        pass

    def stop_sampling(self):
        pass

    def read_block(self):
        if self.troubles:
            raise self.troubles.pop(0)
        now_ns = self._clock.now_ns()
        return Block(np.array([now_ns], np.int64), {"mass": np.array([1.0])})


@pytest.fixture
def foreign(clock, record, entry):
    context = DriverContext(clock, record.command)
    driver = Foreign("balance", None, context)
    way_back = WayBack(replace(entry, driver=Foreign), lambda: entry.settings, context, record)
    way_back.leads_to(driver, contextlib.nullcontext())
    sampler = Sampler("balance", driver, 1.0, clock, record, way_back=way_back)
    sampler.start()
    return driver, sampler


UNTYPED = [
    OSError(5, "Input/output error"),
    ValueError("could not convert"),
    struct.error("unpack requires a buffer of 4 bytes"),
    AssertionError("never"),
    KeyError("mass"),
    ZeroDivisionError("division by zero"),
]


@pytest.mark.parametrize("trouble", UNTYPED, ids=lambda one: type(one).__name__)
def test_what_a_driver_should_not_raise_is_a_gap_with_its_name(foreign, clock, record, trouble):
    driver, sampler = foreign
    clock.wait_s(5)
    driver.troubles = [trouble, trouble]
    clock.wait_s(30)
    sampler.check()
    (gap,) = events(record, SamplingGap)
    assert gap.back
    assert f"DriverFailedError: reading failed in its driver: {type(trouble).__name__}" in gap.cause
    assert driver.opened > 1


def test_a_driver_that_fails_for_ever_ends_the_plan_with_its_name(foreign, clock, record):
    driver, sampler = foreign
    driver.troubles = [ValueError("no")] * 10_000
    clock.wait_s(2000)
    with pytest.raises(DriverFailedError, match="balance: reading failed in its driver: ValueError: no"):
        sampler.check()
    assert [one.stream for one in events(record, SamplerFailed)] == ["balance"]


def test_what_is_no_block_is_a_gap_too(foreign, clock, record):
    driver, _ = foreign
    driver.read_block = lambda: None
    clock.wait_s(5)
    assert "TypeError: None is no block of samples" in events(record, InstrumentLost)[0].cause


def test_a_listener_that_fails_is_heard(foreign, clock):
    _, sampler = foreign
    sampler.listeners = (lambda block: 1 / len(block.columns["mass"][1:]),)
    clock.wait_s(5)
    with pytest.raises(DriverFailedError, match=r"taking what it read failed.*ZeroDivisionError"):
        sampler.check()


def test_without_a_way_back_the_plan_hears_of_it_at_once(clock, record):
    driver = Foreign("pump", None, DriverContext(clock, record.command))
    sampler = Sampler("pump", driver, 1.0, clock, record)
    sampler.start()
    driver.troubles = [OSError(5, "Input/output error")]
    clock.wait_s(2)
    with pytest.raises(DriverFailedError, match="pump: reading failed in its driver: OSError"):
        sampler.check()


def test_what_a_driver_refuses_by_itself_is_not_looked_for(foreign, clock, record):
    driver, sampler = foreign
    driver.troubles = [OutOfRangeError("balance", "no", advice="-")]
    clock.wait_s(5)
    with pytest.raises(OutOfRangeError):
        sampler.check()
    assert events(record, InstrumentLost) == []
