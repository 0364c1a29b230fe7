"""What the status line says of a window before its end: the value so far, with its expanded uncertainty."""

import re

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.projection import ProjectedVerdict, Projection
from rig.record.bodies.events import ProjectionSeen
from rig.record.bodies.judging import Limit
from rig.samples import Block
from tests.evaluation.courses import given
from tests.evaluation.happenings import WINDOW, ns
from tests.evaluation.records import EPOCH_NS, HOUR_NS, weighed

_MINUTES = np.arange(33 * 60 + 1)


def running(folder, rate_ul_h, stroke_ul):
    """Return the record of 25 h at 40 µL/h, open, in which the pump tells a rate."""
    start = {"dut": {"stroke_ul": stroke_ul}}
    record = weighed(folder, given((0, 40.0), (25, 0.0)), hours=33, noise_mg=0.001, start=start)
    record.descriptor("pump", (Channel("rate", "µL/h"),), {})
    told = np.full(_MINUTES.size, rate_ul_h)
    record.samples("pump", Block(EPOCH_NS + _MINUTES * (HOUR_NS // 60), {"rate": told}))
    return record


def so_far(folder, rate_ul_h, stroke_ul):
    """Return value and U of the line after 20 h at 40 µL/h, where the pump tells a rate; and its unit."""
    with running(folder, rate_ul_h, stroke_ul) as record:
        said = Projection(record).text(WINDOW[0], ns(20 * 3600.0))
    value, expanded, unit = re.fullmatch(r"so far (\S+) ± (\S+) (\S+)", said).groups()
    return float(value), float(expanded), unit


def test_an_error_so_far_has_what_strokes_leave_open(tmp_path):
    value, expanded, unit = so_far(tmp_path, 40.0, stroke_ul=20.0)
    # A stroke of 20 µL cut at both ends of 800 µL: 20/√6, in percent; a triangle, with k a little below 2.
    assert (value, unit) == (pytest.approx(0.0, abs=0.1), "%")
    assert expanded == pytest.approx(2.0 * 100.0 * 20.0 / 6**0.5 / 800.0, rel=0.04)


def test_of_a_pump_that_rests_the_volume_is_told(tmp_path):
    value, expanded, unit = so_far(tmp_path, 0.0, stroke_ul=0.0)
    assert (value, unit) == (pytest.approx(800.0, abs=0.5), "µL")
    # Readings of 0.02 and drops of 0.05 mg at both ends, 0.03 mg of linearity; a loss that may stray by 0.0103 mg/h.
    readings_sq = 2.0 * (0.02**2 + 0.05**2) + 0.03**2 / 3.0 + (0.0103 * 20.0) ** 2
    assert expanded == pytest.approx(2.0 * 1.0029 * readings_sq**0.5, rel=0.1)


@pytest.mark.parametrize("limit_percent, hours", [(5.0, 0.0), (1.9, 20.0 * 2.041 / 1.9 - 20.0), (1.0, None)])
def test_hours_to_a_verdict_are_from_now_on(tmp_path, limit_percent, hours):
    # After 20 h a stroke of 20 µL leaves U at 2.041 %, and less as time goes on: 1.9 % after 21.5 h, 1 % after 41.
    with running(tmp_path, 40.0, 20.0) as record:
        limit = Limit("%", -limit_percent, limit_percent)
        ProjectedVerdict(record, "plan", limit, virtual=True).look(WINDOW[0], ns(20 * 3600.0), ns(25 * 3600.0))
        with record.reader() as reader:
            (seen,) = (entry.body for entry in reader.events(ProjectionSeen))
    assert seen.hours_to_verdict == (None if hours is None else pytest.approx(hours, abs=0.6))
