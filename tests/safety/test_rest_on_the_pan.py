"""What comes on the pan while the pump is to stand still: from when on it is a danger, and what is none."""

import pytest

from rig.bench.rest_watch import _Pan
from tests.evaluation.records import EPOCH_NS, HOUR_NS, weighed


def gained(folder, mass_of_hour, capillary_mg):
    """Return what is said of an hour's readings, one a minute, taken in by two looks."""
    pan = _Pan("balance", capillary_mg, EPOCH_NS)
    with weighed(folder, mass_of_hour, hours=1, zero_flow=()) as record, record.reader() as reader:
        for part in (2, 1):
            pan.read(reader, EPOCH_NS + HOUR_NS // part)
    return pan.gained()


@pytest.mark.parametrize(
    "gain_mg, capillary_mg, danger",
    [
        (4.5, 0.0, False),  # 5 mg are allowed
        (5.5, 0.0, True),
        (10.0, 1.0, True),  # a wetting of 1 mg may slip at both ends: 5·√2 of it are 7.1 mg
        (10.0, 2.0, False),
        (15.0, 2.0, True),
        (-20.0, 0.0, False),
    ],
)
def test_a_steady_gain_is_a_danger_beyond_what_a_drop_makes_of_it(tmp_path, gain_mg, capillary_mg, danger):
    said = gained(tmp_path, lambda hour: 1000.0 + gain_mg * hour, capillary_mg)
    assert (said is not None) is danger
    assert not danger or (said.come_mg, said.minutes) == pytest.approx((gain_mg, 60.0), rel=0.02)


def test_what_fell_on_the_pan_in_one_piece_is_no_flow(tmp_path):
    assert gained(tmp_path, lambda hour: 1000.0 + 50.0 * (hour > 0.5), 0.0) is None
