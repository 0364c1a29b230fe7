"""What comes on the pan while the pump is to stand still: from when on it is a danger, and what is none."""

import numpy as np
import pytest

from rig.bench.rest_watch import Gained, RestWatch, _Pan
from rig.channels import Channel
from rig.clock import VirtualClock
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed


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


# A flow sensor good to 7.2 µL/h: what it sees is a flow, what it must have seen and did not the balance's own.
@pytest.mark.parametrize(
    "flow_ul_h, gained_mg_h, motor_counted, only_the_balance, alone",
    [
        (30.0, 30.0, True, False, False),
        (0.1, 30.0, True, True, True),
        (0.1, 7.0, True, True, False),
        (0.1, 30.0, False, False, False),
    ],
    ids=["free flow", "a zero that moves", "too slow to be seen", "no motor was counted"],
)
def test_whose_a_gain_is_goes_by_motor_and_flow_sensor(
    tmp_path, flow_ul_h, gained_mg_h, motor_counted, only_the_balance, alone
):
    flow = {"capability": "flow", "sample_every_s": 60.0, "accuracy": {"percent": 5.0, "absolute": 7.2}}
    start = {**START, "instruments": {**START["instruments"], "flow": flow}}
    with weighed(tmp_path, lambda _: 1000.0, hours=1, zero_flow=(), start=start) as record:
        record.descriptor("flow", (Channel("flow", "µL/h"),), {})
        t_ns = EPOCH_NS + np.arange(60) * (HOUR_NS // 60)
        record.samples("flow", Block(t_ns, {"flow": np.full(60, flow_ul_h)}))
        watch = RestWatch(None, record, VirtualClock(EPOCH_NS + HOUR_NS), lambda _: None)
        watch._since_ns = EPOCH_NS
        with record.reader() as reader:
            seen = watch._gained(reader, Gained(gained_mg_h, 60.0, gained_mg_h), motor_counted=motor_counted)
    assert (seen.only_the_balance, seen.alone) == (only_the_balance, alone)
