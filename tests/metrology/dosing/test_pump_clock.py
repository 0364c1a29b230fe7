import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.pump_clock import clock_drift

DAY_S = 86_400.0


def test_clock_that_gains_a_second_a_day():
    rig = np.linspace(0, 10 * DAY_S, 50)
    found = clock_drift(rig, 1000 + rig * (1 + 1 / DAY_S), resolution_s=0.0)
    assert found.drift.value == pytest.approx(11.574074, abs=1e-5)
    assert found.per_day.value == pytest.approx(1.0, abs=1e-6)


def test_slow_clock_drifts_negative():
    rig = np.linspace(0, DAY_S, 25)
    assert clock_drift(rig, rig * (1 - 50e-6), resolution_s=0.0).drift.value == pytest.approx(-50, abs=1e-6)


@pytest.mark.parametrize("interval_s", [60.0, 61.7, 599.0])
def test_clock_that_tells_whole_seconds_is_covered_whatever_the_polling(interval_s):
    rng = np.random.default_rng(1)
    for _ in range(50):
        true_ppm = rng.uniform(-30, 30)
        rig = np.arange(0, DAY_S, interval_s)
        pump = np.floor(rng.uniform(0, 1) + rig * (1 + true_ppm * 1e-6))
        found = clock_drift(rig, pump, resolution_s=1.0).drift
        assert abs(found.value - true_ppm) <= 2 * found.u


def test_phases_that_differ_narrow_the_drift():
    rig = np.arange(0, DAY_S, 61.7)
    found = clock_drift(rig, np.floor(0.3 + rig * (1 + 20e-6)), resolution_s=1.0).drift
    assert found.value == pytest.approx(20, abs=0.2)
    assert found.u < 0.1


def test_drift_that_changes_falls_back_on_least_squares():
    rig = np.arange(0, 30 * DAY_S, 600.0)
    wandering = 20e-6 * rig + 3 * np.sin(2 * np.pi * rig / (15 * DAY_S))
    found = clock_drift(rig, np.floor(rig + wandering), resolution_s=1.0).drift
    assert {line.name for line in found.components} == {"scatter of the readings", "resolution of the pump's clock"}


def test_jitter_of_reading_is_covered():
    rng = np.random.default_rng(2)
    outside = 0
    for _ in range(200):
        rig = np.arange(0, DAY_S, 600.0)
        found = clock_drift(rig + rng.normal(size=rig.size) * 0.02, rig * (1 + 20e-6), resolution_s=0.0).drift
        outside += abs(found.value - 20) > 2 * found.u
    assert outside <= 200 * 0.05 + 3 * (200 * 0.05 * 0.95) ** 0.5


def test_uncertainty_of_the_rigs_own_clock_remains():
    rig = np.linspace(0, 10 * DAY_S, 500)
    assert clock_drift(rig, rig, resolution_s=0.0, u_rig_ppm=2.0).drift.u == pytest.approx(2.0)


def test_offset_is_pump_less_rig():
    rig = np.linspace(0, DAY_S, 25)
    assert clock_drift(rig, rig + 7.0, resolution_s=0.0).offset.value == pytest.approx(7.0)


def test_clock_that_was_set_is_not_drifting():
    rig = np.linspace(0, DAY_S, 100)
    pump = np.floor(rig * (1 + 20e-6) + 3600 * (rig > DAY_S / 2))
    with pytest.raises(SeriesError, match="was set"):
        clock_drift(rig, pump, resolution_s=1.0)


@pytest.mark.parametrize(
    "rig, pump",
    [
        ([0.0, 1.0], [0.0, 1.0]),
        ([0.0, 1.0, 2.0], [0.0, 1.0]),
        ([0.0, 2.0, 1.0], [0.0, 1.0, 2.0]),
        ([0.0, 1.0, 1.0], [0.0, 1.0, 2.0]),
        ([0.0, 1.0, 2.0], [5.0, 6.0, 1.0]),
        ([0.0, 1.0, float("nan")], [0.0, 1.0, 2.0]),
    ],
)
def test_readings_that_are_no_clock_are_refused(rig, pump):
    with pytest.raises(SeriesError):
        clock_drift(rig, pump, resolution_s=1.0)


def test_negative_resolution_is_refused():
    with pytest.raises(MetrologyError):
        clock_drift([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], resolution_s=-1.0)
