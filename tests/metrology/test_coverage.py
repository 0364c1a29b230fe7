"""Coverage is proven by simulation: the k = 2 interval of the mean flow error holds the true error as often as it says.

Each run draws its own pump, balance, weather and mishaps from the distributions that the budget is told about; the
simulated laboratory shares no code with the evaluation but the declared characteristics.
"""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import combine_evaporation, evaporation_rate
from rig.metrology.weighing.flow import MeanFlow, mean_flow
from tests.worlds.physics import air_kg_m3, water_kg_m3

WINDOW_H = 25.0
ZERO_FLOW_H = 4.0
POLL_S = 60.0
RUNS = 2000


@dataclass(frozen=True)
class SimulatedRun:
    rate_ul_h: float
    true_error_percent: float
    bubbles: int
    result: MeanFlow

    @property
    def held(self):
        return abs(self.result.error.value - self.true_error_percent) <= 2.0 * self.result.error.u


class Laboratory:
    """One run of one pump on one balance; masses in mg, times in hours."""

    def __init__(self, rng):
        self.rng = rng
        u = rng.uniform
        self.rate = 2.0 * 500.0 ** u()
        self.pump_error = rng.normal(0.0, 0.03)
        self.stroke_ul = 0.1 * 20.0 ** u() if u() < 0.7 else 0.0
        self.balance = BalanceSpecification(
            readability_mg=float(rng.choice([0.01, 0.1])),
            repeatability_mg=0.03 * 5.0 ** u(),
            linearity_mg=0.2 * u(),
            calibration_relative_u=1e-5 * 50.0 ** u(),
        )
        self.tip = TipInVessel(
            needle_mm=0.8192,
            vessel_mm=u(10.0, 40.0),
            u_diameter_mm=0.01,
            capillary_mg=0.1 * u(),
            liquid_ul=20_000.0,
            u_warming_k_h=0.005 * u(),
            clock_relative_u=2e-5,
            u_stamp_s=0.1,
        )
        self.ambient = Ambient(
            liquid_temperature_c=u(20.0, 37.0),
            air_temperature_c=u(19.0, 26.0),
            air_pressure_hpa=u(950.0, 1030.0),
            relative_humidity_percent=u(30.0, 70.0),
            u_liquid_temperature_k=0.3,
            u_air_temperature_k=0.3,
            u_air_pressure_hpa=1.0,
            u_relative_humidity_percent=3.0,
        )
        self.loss_mg_h = u(0.0, 0.4)
        self.loss_trend = rng.normal(0.0, 1e-4)
        self.drift_mg_h = rng.normal(0.0, 0.02)
        self.walk_mg = 0.003 * 20.0 ** u() if u() < 0.5 else 0.0
        self.bubbles = rng.poisson(1.0)

    def run(self):
        before = self.zero_flow(-ZERO_FLOW_H)
        t_s, mass, volume_ul, true_h = self.measure()
        after = self.zero_flow(WINDOW_H)
        evaporation = combine_evaporation(evaporation_rate(*before), evaporation_rate(*after))
        result = mean_flow(
            t_s,
            mass,
            programmed_ul_h=self.rate,
            corrections=Corrections(evaporation, self.ambient, self.balance, self.tip),
        )
        return SimulatedRun(self.rate, 100.0 * (volume_ul / (self.rate * true_h) - 1.0), self.bubbles, result)

    def zero_flow(self, start_h):
        t = np.arange(0.0, ZERO_FLOW_H, POLL_S / 3600.0)
        return t * 3600.0, self.read(self.losses(t, start_h))

    def losses(self, t, start_h):
        """Return what evaporates, drifts and wanders, mg since `start_h`; the loss changes slowly all the time."""
        middle = start_h + t - WINDOW_H / 2.0
        loss = self.loss_mg_h * t + 0.5 * self.loss_trend * (middle**2 - middle[0] ** 2)
        walk = self.walk_mg * np.cumsum(self.rng.normal(0.0, math.sqrt(POLL_S / 3600.0), t.size))
        return -loss + self.drift_mg_h * t + walk

    def read(self, mass):
        noisy = mass + self.rng.normal(0.0, self.balance.repeatability_mg, mass.size)
        return np.round(noisy / self.balance.readability_mg) * self.balance.readability_mg

    def measure(self):
        rng, amb = self.rng, self.ambient
        t = np.arange(0.0, WINDOW_H, POLL_S / 3600.0)
        true_t = t * (1.0 + rng.normal(0.0, self.tip.clock_relative_u))
        volume = self.rate * (1.0 + self.pump_error) * true_t
        if self.stroke_ul:
            volume = self.stroke_ul * np.floor(volume / self.stroke_ul + rng.uniform())
        for _ in range(self.bubbles):  # while a bubble passes no liquid comes
            begin, size = rng.uniform(0.0, WINDOW_H), min(rng.exponential(1.0), 0.02 * volume[-1])
            lost = np.clip(self.rate * (true_t - begin), 0.0, size)
            volume = volume - lost
        volume = volume - volume[0]
        density = water_kg_m3(amb.liquid_temperature_c + rng.normal(0.0, amb.u_liquid_temperature_k))
        air = air_kg_m3(
            amb.air_temperature_c + rng.normal(0.0, amb.u_air_temperature_k),
            amb.air_pressure_hpa + rng.normal(0.0, amb.u_air_pressure_hpa),
            amb.relative_humidity_percent + rng.normal(0.0, amb.u_relative_humidity_percent),
        )
        needle = self.tip.needle_mm + rng.normal(0.0, self.tip.u_diameter_mm)
        warming = rng.normal(0.0, self.tip.u_warming_k_h)
        pushed = self.tip.liquid_ul * amb.liquid_expansion_per_k * warming * true_t
        indicated = (volume + pushed) * (density - air) / 1000.0 / (1.0 - air / 8000.0)
        indicated = indicated / (1.0 - (needle / self.tip.vessel_mm) ** 2)
        indicated = indicated * (1.0 + rng.normal(0.0, self.balance.calibration_relative_u))
        indicated = indicated + rng.uniform(-1.0, 1.0) * self.balance.linearity_mg * t / WINDOW_H
        wetting = rng.normal(0.0, self.tip.capillary_mg, 2)
        indicated = indicated + np.where(t < rng.uniform(0.1, 0.9) * WINDOW_H, wetting[0], wetting[1])
        return t * 3600.0, self.read(indicated + self.losses(t, 0.0)), float(volume[-1]), float(true_t[-1])


@pytest.fixture(scope="module")
def runs():
    """Return the runs that gave a result, and how many were refused for evaporation that disagreed."""
    rng = np.random.default_rng(20_250_101)
    found, refused = [], 0
    while len(found) < RUNS:
        laboratory = Laboratory(rng)
        try:
            found.append(laboratory.run())
        except SeriesError:
            refused += 1
    return found, refused


def test_the_interval_holds_the_true_error_in_95_of_100_runs(runs):
    # A little more often: with bubbles the difference of end points and regression is in the budget as well.
    assert 0.945 < np.mean([run.held for run in runs[0]]) < 0.98


@pytest.mark.parametrize("low, high", [(2.0, 10.0), (10.0, 100.0), (100.0, 1000.0)])
def test_it_does_so_in_each_decade_of_flow(runs, low, high):
    held = [run.held for run in runs[0] if low <= run.rate_ul_h < high]
    assert len(held) > 400
    assert 0.93 < np.mean(held) < 0.99


def test_the_error_is_not_biased(runs):
    z = [(run.result.error.value - run.true_error_percent) / run.result.error.u for run in runs[0]]
    assert np.mean(z) == pytest.approx(0.0, abs=4.0 / math.sqrt(RUNS))


def test_without_bubbles_end_point_and_regression_agree(runs):
    assert np.mean([run.result.agree for run in runs[0] if not run.bubbles]) > 0.9


def test_no_run_is_refused(runs):
    assert runs[1] == 0
