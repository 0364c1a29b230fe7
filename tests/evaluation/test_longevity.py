"""How long a battery lasts, from a record with a current that is known."""

import math

import numpy as np
import pytest

from rig.channels import Channel
from rig.record.bodies.judging import Limit
from rig.samples import Block
from tests.evaluation.courses import line, span
from tests.evaluation.happenings import WINDOW, judged
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed

INSTRUMENTS = {**START["instruments"], "meter": {"capability": "meter", "sample_every_s": 60.0}}
YEARS = Limit(unit="day", lower=1000.0)


def longevity(folder, current_a):
    with weighed(folder, lambda _hour: 1000.0, hours=33, start={"instruments": INSTRUMENTS}) as record:
        minutes = np.arange(33 * 60 + 1)
        readings = current_a * (1.0 + 0.01 * np.resize([1.0, -1.0], minutes.size))
        record.descriptor("meter", (Channel("current", "A"),), {})
        record.samples("meter", Block(EPOCH_NS + minutes * (HOUR_NS // 60), {"current": readings}))
        said = {"capacity_mah": 300.0, "capacity_within_percent": 6.0, "accuracy_ma": 1e-5}
        return judged(record, "projected longevity", YEARS, span(0, 16), **said)


def test_capacity_over_current_is_days(tmp_path):
    result = longevity(tmp_path, 1e-5)
    # 300 mAh / 0.01 mA / 24 h; ± 6 % of capacity and ± 0.1 % of current, both rectangular.
    assert result.number.value == pytest.approx(1250.0, rel=1e-3)
    assert result.number.u == pytest.approx(1250.0 * (0.06**2 + 0.001**2) ** 0.5 / 3**0.5, rel=0.01)
    assert result.verdict == "PASS"


def test_no_current_uses_no_battery_up(tmp_path):
    result = longevity(tmp_path, 0.0)
    assert result.verdict == "INVALID"
    assert "the mean current is 0 mA" in result.reasons[0]


@pytest.mark.parametrize(
    "steps, u_ma, dof",
    [
        # Sixteen parts, half of them of 1 mA and half of 3: a standard deviation of √(16/15), over √16.
        (np.repeat([1.0, 3.0], 32), math.sqrt(16.0 / 15.0) / 4.0, 15.0),
        # Neighbours that differ: the same scatter of 64 readings, and the parts do not wander.
        (np.tile([1.0, 3.0], 32), math.sqrt(64.0 / 63.0) / 8.0, 63.0),
    ],
    ids=["wanders", "alternates"],
)
def test_a_current_that_wanders_is_known_from_its_parts(tmp_path, steps, u_ma, dof):
    with weighed(tmp_path, lambda _hour: 1000.0, hours=33, start={"instruments": INSTRUMENTS}) as record:
        record.descriptor("meter", (Channel("current", "A"),), {})
        t_ns = WINDOW[0] + np.arange(64) * (HOUR_NS // 60)
        record.samples("meter", Block(t_ns, {"current": steps / 1000.0}))
        found = line(
            judged(record, "supply current", Limit("mA", None, 5.0), accuracy_ma=0.001), "scatter of the readings"
        )
    assert (found.value, found.contribution, found.dof) == pytest.approx((2.0, u_ma, dof))
