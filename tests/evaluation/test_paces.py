"""A balance that a plan read seldom: as good as its pace, and no better than the gaps in it."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.paces import pace_s
from rig.record.bodies.judging import Limit
from tests.evaluation.happenings import judged
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

RATE_UL_H = 40.0
WINDOW = (EPOCH_NS + 6 * HOUR_NS, EPOCH_NS + 24 * HOUR_NS + 1)
CHANNELS = (Channel("mass", "mg"), Channel("stable", "1"))


def flow(folder, *, told=True, missing=()):
    """Settle a mean flow over 18 h that were weighed each hour, but for the hours that are missing."""

    def kept(minutes):
        hourly = (minutes % 60 == 0) & ~np.isin(minutes // 60, missing)
        return (minutes <= 300) | (minutes >= 1500) | hourly

    course = np.vectorize(lambda h: 30_000.0 + RATE_UL_H * np.clip(h - 4, 0, 25) / Z_UL_MG)
    with weighed(folder, course, hours=33, keep=kept) as record:
        for at_h, every_s in ((5, 3600.0), (25, 60.0)) if told else ():
            record._clock.wait_until(EPOCH_NS + at_h * HOUR_NS)
            record.descriptor("balance", CHANNELS, {"every_s": every_s})
        return judged(record, "mean flow error", Limit("%", -5.0, 5.0), window=WINDOW, programmed_ul_h=RATE_UL_H)


def test_readings_of_each_hour_are_whole_when_the_record_knows_of_the_pace(tmp_path):
    result = flow(tmp_path)
    assert result.number.value == pytest.approx(0.0, abs=result.number.expanded)
    assert not [reason for reason in result.reasons if "apart" in reason or "gap" in reason]


@pytest.mark.parametrize(
    "how", [{"told": False}, {"missing": (10, 11, 12, 13)}], ids=["pace not told", "hours missing"]
)
def test_what_is_missing_for_the_pace_that_holds_is_a_gap(tmp_path, how):
    result = flow(tmp_path, **how)
    assert (result.verdict, result.number) == ("INVALID", None)


@pytest.mark.parametrize("from_h, to_h, longest_s", [(6, 8, 60.0), (6, 12, 600.0), (16, 24, 600.0), (21, 24, 5.0)])
def test_of_several_paces_in_a_window_the_longest_is_what_a_gap_is_held_to(tmp_path, from_h, to_h, longest_s):
    with weighed(tmp_path, lambda _: 30_000.0, hours=33) as record:
        for at_h, every_s in ((10, 600.0), (20, 5.0)):
            record._clock.wait_until(EPOCH_NS + at_h * HOUR_NS)
            record.descriptor("balance", CHANNELS, {"every_s": every_s})
        with record.reader() as reader:
            assert pace_s(reader, "balance", EPOCH_NS + from_h * HOUR_NS, EPOCH_NS + to_h * HOUR_NS) == longest_s
