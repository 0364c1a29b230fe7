"""The rows of a second and of a minute say what the samples in them say."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.bodies.others import Stop
from rig.samples import Block
from rig.streaming import encoder
from tests.streaming.records import EPOCH_NS, SECOND_NS, begin
from tests.streaming.test_derived import lines_of


def fields_of(line):
    """Return the fields of a line and its stamp."""
    _, fields, t_ns = line.rsplit(" ", 2)
    return {key: float(value.rstrip("i")) for key, _, value in (one.partition("=") for one in fields.split(","))}, int(
        t_ns
    )


@pytest.fixture(scope="module")
def samples():
    """125 s of 20 samples a second, some of them no numbers: stamps and values."""
    t_ns = EPOCH_NS + np.arange(2_500, dtype=np.int64) * 50_000_000
    values = np.random.default_rng(1).normal(50.0, 20.0, len(t_ns))
    values[100:130] = np.nan
    values[50:60] = np.nan  # the end of a second
    return t_ns, values


@pytest.fixture(scope="module")
def record(samples, tmp_path_factory):
    t_ns, values = samples
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path_factory.mktemp("coarser"), clock=clock) as record:
        record.descriptor("daq", [Channel("pressure", "kPa"), Channel("pressure_kpa_min", "1")], {})
        for start in range(0, len(t_ns), 10):
            part = slice(start, start + 10)
            clock.wait_until(int(t_ns[part][-1]))
            block = {"pressure": values[part], "pressure_kpa_min": np.zeros(len(t_ns[part]))}
            record.samples("daq", Block(t_ns[part], block))
        record.stop(Stop("FINISHED"))
    return record.path


@pytest.mark.parametrize("measurement, length_s", [("samples_1s", 1), ("samples_1m", 60)])
def test_a_row_says_what_its_samples_say(record, samples, measurement, length_s):
    t_ns, values = samples
    # The first sample is nobody's second: it is shown at once.
    place = np.where(np.arange(len(t_ns)) == 0, -1, t_ns // (length_s * SECOND_NS))
    rows = [fields_of(line) for line in lines_of(record, measurement)]
    assert len(rows) == len(np.unique(place))
    for (found, stamp), one in zip(rows, np.unique(place), strict=True):
        of_it = values[place == one]
        finite = of_it[np.isfinite(of_it)]
        assert stamp == t_ns[place == one][-1]
        assert found["samples_counted"] == len(of_it)
        if len(finite):
            wanted = (finite.mean(), finite.min(), finite.max(), finite[-1])
            keys = ("pressure_kpa", "pressure_kpa_min_", "pressure_kpa_max", "pressure_kpa_last")
            assert [found[key] for key in keys] == pytest.approx(wanted)
        else:
            assert "pressure_kpa" not in found


def test_a_channel_is_never_taken_for_the_least_of_another(record):
    assert {fields_of(line)[0]["pressure_kpa_min"] for line in lines_of(record, "samples_1m")} == {0.0}


@pytest.mark.parametrize("values", [31, 1_001])
def test_rows_are_the_same_in_whatever_pieces(record, values, monkeypatch):
    whole = sorted(lines_of(record, "samples_1"))
    monkeypatch.setattr(encoder, "VALUES_PER_GROUP", values)
    assert sorted(lines_of(record, "samples_1", resume=values > 1_000)) == whole


def test_a_sample_a_minute_is_shown_at_once(tmp_path):
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        record.descriptor("balance", [Channel("mass", "mg")], {})
        for minute in range(3):
            clock.wait_s(60.0)
            record.samples("balance", Block(np.array([clock.now_ns()]), {"mass": np.array([float(minute)])}))
    assert len(lines_of(record.path, "samples_1m")) == 3


def test_a_sample_a_minute_is_shown_at_once_in_whatever_pieces(tmp_path, monkeypatch):
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        record.descriptor("balance", [Channel("mass", "mg")], {})
        for minute in range(3):
            clock.wait_s(60.0)
            record.samples("balance", Block(np.array([clock.now_ns()]), {"mass": np.array([float(minute)])}))
    monkeypatch.setattr(encoder, "ENTRIES_PER_GROUP", 1)
    assert len(lines_of(record.path, "samples_1m", resume=True)) == 3


def rows_of(folder, measurement, channels, t_ns, columns):
    """Return what the rows of a stream say."""
    clock = VirtualClock(EPOCH_NS)
    with begin(folder, clock=clock) as record:
        record.descriptor("daq", [Channel(*channel) for channel in channels], {})
        clock.wait_until(int(t_ns[-1]))
        block = {channel[0]: np.asarray(values, np.float64) for channel, values in zip(channels, columns, strict=True)}
        record.samples("daq", Block(t_ns, block))
        record.stop(Stop("FINISHED"))
    return [fields_of(line)[0] for line in lines_of(record.path, measurement)]


def test_a_missing_value_is_not_made_up_of_another_channels_least(tmp_path):
    t_ns = EPOCH_NS + np.arange(3, dtype=np.int64) * SECOND_NS
    channels = (("pressure", "kPa"), ("pressure_kpa_min", "1"))
    rows = rows_of(tmp_path, "samples_1s", channels, t_ns, ([5.0, 6.0, 7.0], [0.0, np.nan, 0.0]))
    assert [row.get("pressure_kpa_min") for row in rows] == [0.0, None, 0.0]


def test_the_mean_of_what_does_not_change_is_just_that(tmp_path):
    # Ten times 0.1 added up is less than 1.
    t_ns = EPOCH_NS + np.arange(200, dtype=np.int64) * SECOND_NS // 10
    rows = rows_of(tmp_path, "samples_1s", (("pressure", "kPa"),), t_ns, (np.full(200, 0.1),))
    assert {row["pressure_kpa"] for row in rows} == {0.1}


def test_a_sample_a_second_is_a_row_that_says_it_alone(tmp_path):
    values = np.random.default_rng(2).normal(50.0, 20.0, 30)
    t_ns = EPOCH_NS + np.arange(30, dtype=np.int64) * SECOND_NS
    rows = rows_of(tmp_path, "samples_1s", (("pressure", "kPa"),), t_ns, (values,))
    keys = ("pressure_kpa", "pressure_kpa_min", "pressure_kpa_max", "pressure_kpa_last", "samples_counted")
    assert [tuple(row[key] for key in keys) for row in rows] == [(value,) * 4 + (1.0,) for value in values]


def test_a_clock_that_leaps_over_all_of_time_makes_rows_of_their_own(tmp_path):
    # Farther apart than 64 bits of nanoseconds tell.
    t_ns = np.array([-9 * 10**18, 9 * 10**18, 9 * 10**18 + 1], np.int64)
    rows = rows_of(tmp_path, "samples_1s", (("pressure", "kPa"),), t_ns, ([1.0, 2.0, 3.0],))
    assert [row["pressure_kpa"] for row in rows] == [1.0, 2.0, 3.0]
