import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.priming import bridge, dead_volume, lumen_ul_cm, priming
from rig.metrology.dosing.reservoir import prediction, refill, time_left
from rig.quantities import Measured


def mL(value, u=0.0):  # noqa: N802 - the unit is written so
    return Measured(value, u, "mL")


def test_ratio_of_a_pump_that_delivered_more_than_it_believes():
    # Filled 20 mL, 4.5 mL found, 5 mL predicted: 15.5/15.
    found = refill(mL(20), mL(4.5), mL(5))
    assert found.ratio.value == pytest.approx(15.5 / 15)
    assert (found.difference.value, found.difference_percent.value) == pytest.approx((500, 100 * 0.5 / 15))


def test_fill_hardly_matters_to_the_ratio_when_it_is_one():
    # ∂ratio/∂fill = (1 − ratio)/predicted: nothing for a truthful pump.
    found = refill(mL(20, 1.0), mL(5, 0.3), mL(5))
    assert found.ratio.u == pytest.approx(0.3 / 15)


def test_ratio_budget_agrees_with_monte_carlo():
    rng = np.random.default_rng(0)
    filled, measured, predicted = (
        rng.normal(value, u, 400_000) for value, u in ((20.0, 0.2), (4.0, 0.15), (5.0, 0.05))
    )
    drawn = (filled - measured) / (filled - predicted)
    found = refill(mL(20, 0.2), mL(4, 0.15), mL(5, 0.05))
    assert found.ratio.u == pytest.approx(drawn.std(), rel=0.01)


@pytest.mark.parametrize("measured, predicted", [(21, 5), (-1, 5), (5, 21), (5, 20)])
def test_residuals_that_cannot_be_are_refused(measured, predicted):
    with pytest.raises(MetrologyError):
        refill(mL(20), mL(measured), mL(predicted))


def test_statement_of_the_pump_is_compared_with_what_is_left():
    t = np.linspace(0, 86_400, 145)
    delivered = 1000 * t / 86_400
    found = prediction(
        t, delivered, stated_s=[0, 43_200, 86_400], stated_ul=[20_000, 19_510, 19_030], filled=mL(20, 0.01)
    )
    assert found.deviation_ul == pytest.approx([0, 10, 30])
    assert (found.largest.value, found.last.value) == (30, 30)


def test_deviation_knows_scale_reading_and_resolution():
    found = prediction(
        [0, 100],
        [0, 1000],
        stated_s=[100],
        stated_ul=[19_000],
        filled=mL(20),
        u_relative=0.003,
        u_reading_ul=1.0,
        resolution_ul=10.0,
    )
    assert found.last.u == pytest.approx((3.0**2 + 2 * 1.0**2 + 100 / 12) ** 0.5)


def test_statement_outside_of_the_record_is_refused():
    with pytest.raises(MetrologyError):
        prediction([0, 100], [0, 10], stated_s=[101], stated_ul=[19_000], filled=mL(20))


def test_statement_that_is_no_number_is_refused():
    with pytest.raises(SeriesError):
        prediction([0, 100], [0, 10], stated_s=[50], stated_ul=[float("nan")], filled=mL(20))


def test_time_to_the_low_alarm():
    # 18 mL above the alarm at 1 mL/day are 18 days.
    found = time_left(mL(20), mL(2), Measured(1, 0.01, "mL/day"))
    assert found.value == pytest.approx(18 * 86_400)
    assert found.u == pytest.approx(0.01 * 18 * 86_400)


@pytest.mark.parametrize("residual, rate", [(1, 1), (20, 0), (20, -1)])
def test_reservoir_that_does_not_empty_is_refused(residual, rate):
    with pytest.raises(MetrologyError):
        time_left(mL(residual), mL(2), Measured(rate, 0.01, "mL/day"))


def test_lumen_of_the_reference_catheter():
    # 0.53 mm: 0.00221 mL per cm.
    assert lumen_ul_cm(0.53) / 1000 == pytest.approx(0.00221, abs=5e-6)


def test_dead_volume_and_its_uncertainty():
    found = dead_volume(mL(0.2, 0.01), catheter_cm=89.0, lumen_mm=0.53, u_catheter_cm=0.5, u_lumen_mm=0.01)
    assert found.value == pytest.approx(200 + 2.2062 * 89, abs=0.01)
    # 10 µL inside, 0.5 cm of 2.206 µL/cm, and 2·0.01/0.53 of the catheter's 196.35 µL.
    assert found.u == pytest.approx((10**2 + 1.103**2 + 7.410**2) ** 0.5, abs=0.01)


def test_priming_time_is_volume_over_rate():
    found = priming(mL(0.4, 0.01), Measured(1, 0.02, "mL/h"))
    assert found.time.value == pytest.approx(0.4 * 3600)
    assert found.time.u == pytest.approx(1440 * (0.025**2 + 0.02**2) ** 0.5)


def test_bridge_from_10_to_20_micrograms_per_microlitre():
    # 240 µg/day = 10 µg/h at 10 µg/µL is 1 µL/h, 400 µL take 400 h, programmed as 400 µL of 20 µg/µL.
    found = bridge(mL(0.4, 0.01), dose_ug_h=10, old_ug_ul=10, new_ug_ul=20)
    values = (found.rate.value, found.time.value / 3600, found.programmed_ug.value)
    assert values == pytest.approx((1.0, 400.0, 8000.0))


@pytest.mark.parametrize("changes", [{"dose_ug_h": 0}, {"old_ug_ul": -1}, {"new_ug_ul": float("nan")}])
def test_bridge_without_dose_or_concentration_is_refused(changes):
    with pytest.raises(MetrologyError):
        bridge(mL(0.4), **{"dose_ug_h": 10, "old_ug_ul": 10, "new_ug_ul": 20, **changes})


@pytest.mark.parametrize("diameter_mm", [0.0, -0.5, float("inf")])
def test_lumen_without_diameter_is_refused(diameter_mm):
    with pytest.raises(MetrologyError):
        lumen_ul_cm(diameter_mm)
