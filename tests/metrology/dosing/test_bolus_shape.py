import math

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.bolus_shape import bolus_shape

COMMANDED_S, SETTLED_S = 1800.0, 2000.0


def delivery(*, bolus_ul=20.0, delay_s=5.0, duration_s=60.0, basal_ul_h=41.7, after_ul_h=None, noise_ul=0.0, seed=0):
    """One hour at 1 Hz: basal, a bolus of constant rate at half time, basal again."""
    t = np.arange(0.0, 3600.0)
    v = basal_ul_h * t / 3600 + bolus_ul * np.clip((t - COMMANDED_S - delay_s) / duration_s, 0, 1)
    if after_ul_h is not None:
        v += (after_ul_h - basal_ul_h) * np.clip(t - SETTLED_S, 0, None) / 3600
    return t, v + noise_ul * np.random.default_rng(seed).normal(size=t.size)


def shape(t, v, **changes):
    options = {"commanded_s": COMMANDED_S, "settled_s": SETTLED_S, "programmed_ul": 20.0, **changes}
    return bolus_shape(t, v, **options)


def test_bolus_of_constant_rate_is_read_off_exactly():
    found = shape(*delivery())
    assert found.volume.value == pytest.approx(20.0, abs=1e-6)
    assert found.onset_delay.value == pytest.approx(5.0, abs=1e-6)
    assert found.duration.value == pytest.approx(60.0, abs=1e-6)


def test_error_is_a_percentage_of_the_programmed_volume():
    found = shape(*delivery(bolus_ul=19.0), u_relative=0.01)
    assert found.error.value == pytest.approx(-5.0, abs=1e-6)
    assert found.error.u == pytest.approx(0.95, rel=1e-3)


def test_bolus_without_basal_rate():
    assert shape(*delivery(basal_ul_h=0.0)).volume.value == pytest.approx(20.0, abs=1e-9)


def test_changed_basal_rate_is_told_from_the_bolus():
    found = shape(*delivery(after_ul_h=30.0))
    assert found.basal_change.value == pytest.approx(-11.7, abs=1e-6)
    assert found.volume.value == pytest.approx(20.0, abs=1e-6)


def test_overshoot_is_what_flows_back():
    t, v = delivery()
    v += 1.5 * np.exp(-((t - 1870.0) ** 2) / 50)
    assert shape(t, v).overshoot.value == pytest.approx(1.5, abs=0.01)


def test_overshoot_of_noise_is_foretold():
    found = [shape(*delivery(noise_ul=0.1, seed=seed)) for seed in range(60)]
    seen = np.mean([one.overshoot.value for one in found])
    assert seen == pytest.approx(np.mean([one.overshoot_of_noise_ul for one in found]), rel=0.06)


def test_volume_and_times_hold_the_truth_within_their_uncertainties():
    outside = 0
    for seed in range(60):
        found = shape(*delivery(noise_ul=0.1, seed=seed))
        pairs = [(found.volume, 20.0), (found.onset_delay, 5.0), (found.duration, 60.0), (found.basal_change, 0.0)]
        outside += sum(abs(result.value - true) > 2 * result.u for result, true in pairs)
    # 240 statements at k = 2; 5 % of them may miss, and three standard errors more.
    assert outside <= 240 * 0.05 + 3 * (240 * 0.05 * 0.95) ** 0.5


def test_level_uncertainty_enters_at_both_levels():
    found = shape(*delivery(), u_level_ul=0.3)
    assert found.volume.u == pytest.approx(0.3 * 2**0.5, rel=1e-3)


def test_bolus_that_is_not_there_is_refused():
    with pytest.raises(MetrologyError, match="no bolus"):
        shape(*delivery(bolus_ul=0.0, noise_ul=0.1))


def test_backward_bolus_is_refused():
    with pytest.raises(MetrologyError, match="no bolus"):
        shape(*delivery(bolus_ul=-20.0, noise_ul=0.1))


@pytest.mark.parametrize("changes", [{"programmed_ul": 0.0}, {"settled_s": 1000.0}, {"settled_s": 5000.0}])
def test_plans_that_make_no_sense_are_refused(changes):
    with pytest.raises(MetrologyError):
        shape(*delivery(), **changes)


def broken_nan(t, v):
    v[1000] = np.nan
    return t, v


def broken_time(t, v):
    t[1000] = t[990]
    return t, v


def broken_gap(t, v):
    keep = (t < 300) | (t > 700)
    return t[keep], v[keep]


def broken_before(t, v):
    keep = t >= COMMANDED_S - 3
    return t[keep], v[keep]


@pytest.mark.parametrize("breaking", [broken_nan, broken_time, broken_gap, broken_before])
def test_broken_records_are_refused(breaking):
    with pytest.raises(SeriesError):
        shape(*breaking(*delivery()))


def test_times_without_noise_are_as_uncertain_as_readings_are_apart():
    # A second between readings is 1/√12 s of each crossing. The onset is 9/8 of one less 1/8 of the other, and has the
    # command's own; the duration is the difference of both over 0.8.
    found = shape(*delivery(), u_commanded_s=0.5)
    assert found.onset_delay.u == pytest.approx(math.hypot(math.hypot(9 / 8, 1 / 8) / math.sqrt(12.0), 0.5), rel=1e-3)
    assert found.duration.u == pytest.approx(math.sqrt(2.0 / 12.0) / 0.8, rel=1e-3)
