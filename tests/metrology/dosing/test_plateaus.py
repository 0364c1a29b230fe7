import math
from dataclasses import replace

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.dosing.noise_lines import u_each
from rig.metrology.dosing.plateaus import linearity_of_plateaus, linearity_of_steps, noise_of_doses
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate

REPEATABILITY_MG, CAPILLARY_MG, WANDER_MG_RT_H = 0.03, 0.02, 0.05
T_S = np.arange(0.0, 4 * 900.0 + 1.0, 60.0)
# Each dose is followed by a plateau of 180 s, before which the next one begins: three doses, four plateaus.
PLATEAUS_S = [((900.0 * i + 720.0, 900.0 * i + 900.0), (900.0 * i + 1620.0, 900.0 * i + 1800.0)) for i in range(3)]


@pytest.fixture
def corrections():
    ambient = Ambient(
        liquid_temperature_c=20.0,
        air_temperature_c=20.0,
        air_pressure_hpa=1013.25,
        relative_humidity_percent=50.0,
        u_liquid_temperature_k=0.0,
        u_air_temperature_k=0.0,
        u_air_pressure_hpa=0.0,
        u_relative_humidity_percent=0.0,
    )
    balance = BalanceSpecification(
        readability_mg=0.001, repeatability_mg=REPEATABILITY_MG, linearity_mg=0.0, calibration_relative_u=0.0
    )
    evaporation = EvaporationRate(0.0, 0.0, wander_mg2_h=WANDER_MG_RT_H**2)
    return Corrections(evaporation, ambient, balance, TipInVessel(capillary_mg=CAPILLARY_MG))


def drawn_doses_ul(corrections, runs=20_000):
    """Weigh nothing, over and over: what the doses come to is noise."""
    rng = np.random.default_rng(11)
    step_mg = WANDER_MG_RT_H * math.sqrt(60 / 3600)
    mass = REPEATABILITY_MG * rng.normal(size=(runs, T_S.size))
    mass += np.cumsum(step_mg * rng.normal(size=mass.shape), axis=1)
    wetting = CAPILLARY_MG * rng.normal(size=(runs, 4))
    means = [
        mass[:, (begin <= T_S) & (end >= T_S)].mean(axis=1) + wetting[:, i]
        for i, (begin, end) in enumerate([PLATEAUS_S[0][0], *(after for _, after in PLATEAUS_S)])
    ]
    return corrections.per_mg * np.diff(np.array(means), axis=0).T


def test_doses_that_share_plateaus_vary_together_as_drawn(corrections):
    lines = noise_of_doses(T_S, np.zeros(T_S.size), PLATEAUS_S, corrections)
    covariance = sum(line.covariance for line in lines)
    assert covariance == pytest.approx(np.cov(drawn_doses_ul(corrections).T), rel=0.06, abs=6e-5)


def test_doses_far_apart_vary_by_themselves_but_for_nothing(corrections):
    apart_s = [((0.0, 180.0), (600.0, 780.0)), ((1800.0, 1980.0), (2400.0, 2580.0))]
    lines = noise_of_doses(T_S, np.zeros(T_S.size), apart_s, corrections)
    assert sum(line.covariance[0, 1] for line in lines) == pytest.approx(0.0, abs=1e-12)


def test_the_sum_of_successive_doses_rests_on_the_outermost_plateaus(corrections):
    lines = noise_of_doses(T_S, np.zeros(T_S.size), PLATEAUS_S, corrections)
    still = [line for line in lines if line.name != "wander of the balance"]
    total = math.sqrt(sum(line.variance(np.ones(3)) for line in still))
    assert total == pytest.approx(u_each(still, 3)[0])


def test_plateau_without_a_reading_is_refused(corrections):
    with pytest.raises(SeriesError, match="no reading"):
        noise_of_doses(T_S, np.zeros(T_S.size), [((0.0, 60.0), (9000.0, 9060.0))], corrections)


@pytest.mark.parametrize("repeatability_mg, readings", [(0.051, 4), (0.049, 1)])
def test_a_digit_is_averaged_where_noise_is_half_of_it(corrections, repeatability_mg, readings):
    balance = replace(corrections.balance, readability_mg=0.1, repeatability_mg=repeatability_mg)
    lines = noise_of_doses(T_S, np.zeros(T_S.size), PLATEAUS_S[:1], replace(corrections, balance=balance))
    (digit,) = [line for line in lines if line.name == "resolution"]
    # A plateau of 180 s holds four readings, a minute apart.
    assert u_each([digit], 1) == pytest.approx([corrections.per_mg * 0.1 * math.sqrt(2.0 / 12.0 / readings)])


def linear(corrections, linearity_mg=0.3):
    return replace(corrections, balance=replace(corrections.balance, linearity_mg=linearity_mg))


def test_linearity_of_one_dose_is_a_rectangle_and_of_successive_ones_it_is_so_once(corrections):
    line = linearity_of_plateaus(T_S, PLATEAUS_S, linear(corrections))
    u_ul = corrections.per_mg * 0.3 / math.sqrt(3.0)
    assert u_each([line], 3) == pytest.approx([u_ul] * 3)
    assert math.sqrt(line.variance(np.ones(3))) == pytest.approx(u_ul)


def test_steps_between_levels_share_linearity_as_plateaus_that_touch_do(corrections):
    found = linearity_of_steps(3, linear(corrections)).covariance
    assert found == pytest.approx(linearity_of_plateaus(T_S, PLATEAUS_S, linear(corrections)).covariance)


def test_linearity_of_doses_far_apart_is_each_one_s_own(corrections):
    apart_s = [((0.0, 180.0), (600.0, 780.0)), ((1800.0, 1980.0), (2400.0, 2580.0))]
    line = linearity_of_plateaus(T_S, apart_s, linear(corrections))
    assert line.variance(np.ones(2)) == pytest.approx(2.0 * line.covariance[0, 0])
