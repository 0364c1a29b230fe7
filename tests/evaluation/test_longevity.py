"""How long a battery lasts, from a record with a current that is known."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.record.bodies.judging import Limit
from rig.samples import Block
from tests.evaluation.courses import span
from tests.evaluation.happenings import judged
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
