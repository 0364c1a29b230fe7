"""The scatter of strokes from a synthetic record whose strokes are known one by one."""

import math

import numpy as np
import pytest

from rig.record.bodies.judging import Limit
from tests.evaluation.courses import EVAPORATION_MG_H, given, line, settled, span
from tests.evaluation.records import Z_UL_MG

# A stroke of 5 µL each quarter of an hour for 16 h.
STROKE_UL, EVERY_H, STROKES = 5.0, 0.25, 64
PROGRAMME = ((0, STROKE_UL / EVERY_H), (16, 0.0))
LIMIT = Limit(unit="%", upper=5.0)


def strokes(folder, scatter_percent):
    drawn = np.random.default_rng(7).normal(size=STROKES)
    # Exactly this standard deviation about exactly this mean.
    drawn = (drawn - drawn.mean()) / drawn.std(ddof=1)
    volumes = STROKE_UL * (1.0 + scatter_percent / 100.0 * drawn)
    filled = np.concatenate([[0.0], np.cumsum(volumes)])

    def mass(hour):
        count = int(np.clip(np.floor((hour - 4.0) / EVERY_H + 0.5), 0, STROKES))
        return 30_000 + filled[count] / Z_UL_MG - EVAPORATION_MG_H * hour

    return settled(folder, mass, PROGRAMME, "stroke scatter", LIMIT, span(0, 16))


@pytest.mark.parametrize("scatter_percent, verdict", [(2.0, "PASS"), (8.0, "FAIL")])
def test_the_scatter_that_was_put_in_comes_out(tmp_path, scatter_percent, verdict):
    result = strokes(tmp_path, scatter_percent)
    assert result.number.value == pytest.approx(scatter_percent, rel=0.1)
    # A standard deviation of 64 values is known to 1/√126 of itself.
    assert result.number.u == pytest.approx(result.number.value / 126**0.5, rel=0.1)
    assert result.verdict == verdict


def test_each_stroke_has_its_own_uncertainty_and_the_scatter_an_interval(tmp_path):
    details = strokes(tmp_path, 2.0).details
    # A reading each minute: a stroke lies anywhere between two, and a weighing is good to some hundredths of a µL.
    assert details["u_at_s"] == pytest.approx([60.0 / 12**0.5] * (STROKES - 2), rel=0.01)
    assert max(details["u_volumes_ul"]) < 0.05
    assert details["low_percent"] < 2.0 < details["high_percent"]


def test_strokes_that_are_alike_scatter_by_less_than_the_noise(tmp_path):
    result = strokes(tmp_path, 0.0)
    assert result.number.value < 0.2
    # One at each end is too near to it to be seen whole.
    assert result.details["strokes"] == STROKES - 2


def test_a_flow_without_strokes_has_none_to_scatter(tmp_path):
    mass = given(*PROGRAMME)
    result = settled(tmp_path, mass, PROGRAMME, "stroke scatter", LIMIT, span(0, 16))
    assert result.verdict == "INVALID"
    assert "no strokes" in result.reasons[0]


def test_a_scatter_in_percent_is_off_by_the_scale_s_share_of_itself(tmp_path):
    scale = line(strokes(tmp_path, 4.0), "scale")
    # Calibration of 0.002 %, and 2.068e-4 per kelvin of 0.2 K.
    assert scale.contribution == pytest.approx(scale.sensitivity * math.hypot(2e-5, 4.136e-5), rel=0.01)
    assert scale.sensitivity == pytest.approx(4.0, rel=0.3)
