"""A snapshot gives what a reader gives, to the last sample and the last one that is missing."""

import numpy as np
import pytest

from reports.facts.snapshot import Snapshot
from rig.channels import Channel
from rig.errors import RecordError
from rig.record.bodies.events import ZeroFlow
from rig.samples import Block
from tests.reports.records import EPOCH_NS


@pytest.fixture
def gappy(write):
    """A stream of blocks of many lengths, out of order now and then, with samples lost in some places."""
    scribe = write()
    dice = np.random.default_rng(3)
    scribe.record.descriptor("balance", [Channel("mass", "mg"), Channel("drift", "mg/h")], {})
    at = 0
    for _ in range(80):
        count = int(dice.integers(0, 6))
        stamps = EPOCH_NS + at + np.sort(dice.integers(-3, 40, count))
        at += 40
        values = {name: dice.normal(size=count) for name in ("mass", "drift")}
        scribe.record.samples("balance", Block(stamps.astype(np.int64), values, int(dice.integers(0, 3))))
        scribe.clock.wait_s(40e-9)
    return scribe


def both(scribe):
    reader = scribe.reader
    return reader, Snapshot(reader.path, reader.last_seq())


@pytest.fixture
def minutely(write):
    """A stream of one reading at a time, as most instruments give them."""
    scribe = write()
    scribe.record.descriptor("balance", [Channel("mass", "mg"), Channel("drift", "mg/h")], {})
    for minute in range(50):
        values = {"mass": np.array([minute / 3]), "drift": np.array([-minute / 7])}
        scribe.record.samples("balance", Block(np.array([EPOCH_NS + 60 * minute]), values))
    return scribe


@pytest.fixture(params=["gappy", "minutely"])
def recorded(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("columns", [None, ["mass"], ["drift", "mass"]], ids=str)
def test_every_interval_holds_the_same(recorded, columns):
    reader, snapshot = both(recorded)
    with reader, snapshot:
        dice = np.random.default_rng(4)
        for begin, end in [*dice.integers(-50, 3300, (200, 2)).tolist(), (0, 0), (-9, 4000)]:
            asked = ("balance", EPOCH_NS + begin, EPOCH_NS + end, columns)
            wanted, got = reader.series(*asked), snapshot.series(*asked)
            assert (got.lost, got.units, list(got.columns)) == (wanted.lost, wanted.units, list(wanted.columns))
            assert got.t_ns.tolist() == wanted.t_ns.tolist()
            for name, values in wanted.columns.items():
                assert got.columns[name].tolist() == values.tolist()


def test_all_of_a_stream_is_the_same(recorded):
    reader, snapshot = both(recorded)
    with reader, snapshot:
        assert snapshot.series("balance").t_ns.tolist() == reader.series("balance").t_ns.tolist()


def test_nothing_newer_is_seen(gappy):
    reader, snapshot = both(gappy)
    with reader, snapshot:
        gappy.record.event(ZeroFlow(EPOCH_NS, EPOCH_NS + 1))
        assert (len(reader.events(ZeroFlow)), len(snapshot.events(ZeroFlow))) == (1, 0)


def test_an_unknown_column_is_refused_as_ever(gappy):
    reader, snapshot = both(gappy)
    with reader, snapshot, pytest.raises(RecordError, match="has no weight"):
        snapshot.series("balance", columns=["weight"])
