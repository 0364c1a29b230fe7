import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.bolus_levels import bolus_steps
from rig.metrology.dosing.reading_noise import ReadingNoise

COMMANDS_S = 600.0 + 300.0 * np.arange(25)


def record(volumes_ul, *, basal_ul_h=20.0, noise_ul=0.0, seed=0):
    """Readings each 5 s; each bolus takes 30 s."""
    t = np.arange(0.0, 8100.0, 5.0)
    v = basal_ul_h * t / 3600
    for command, volume in zip(COMMANDS_S, volumes_ul, strict=True):
        v = v + volume * np.clip((t - command) / 30, 0, 1)
    return t, v + noise_ul * np.random.default_rng(seed).normal(size=t.size)


@pytest.mark.parametrize("basal_ul_h", [0.0, 20.0])
def test_volumes_and_basal_rate_are_read_off_exactly(basal_ul_h):
    volumes = np.random.default_rng(5).uniform(4, 6, 25)
    found = bolus_steps(*record(volumes, basal_ul_h=basal_ul_h), COMMANDS_S, settling_s=60)
    assert found.volume_ul == pytest.approx(volumes)
    assert found.basal.value == pytest.approx(basal_ul_h)
    assert found.total.value == pytest.approx(volumes.sum())


def test_uncertainties_hold_the_truth():
    outside = totals = 0
    for seed in range(60):
        found = bolus_steps(*record([5.0] * 25, noise_ul=0.1, seed=seed), COMMANDS_S, settling_s=60)
        outside += np.sum(np.abs(found.volume_ul - 5.0) > 2 * found.u_volume_ul)
        totals += abs(found.total.value - 125.0) > 2 * found.total.u
    assert outside / 1500 == pytest.approx(0.0455, abs=0.02)
    assert totals <= 60 * 0.0455 + 3 * (60 * 0.0455) ** 0.5


def test_level_uncertainty_enters_at_both_levels():
    found = bolus_steps(*record([5.0] * 25), COMMANDS_S, settling_s=60, noise=ReadingNoise(level_ul=0.1))
    assert found.u_volume_ul == pytest.approx(np.full(25, 0.1 * 2**0.5))


def test_bolus_that_never_came_is_zero():
    volumes = [5.0] * 25
    volumes[7] = 0.0
    assert bolus_steps(*record(volumes), COMMANDS_S, settling_s=60).volume_ul[7] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("commands, settling_s", [([], 60.0), ([100.0, 130.0], 60.0), ([100.0], 0.0), ([np.nan], 60.0)])
def test_commands_that_are_no_series_are_refused(commands, settling_s):
    with pytest.raises(MetrologyError):
        bolus_steps(*record([5.0] * 25), commands, settling_s=settling_s)


def test_level_without_readings_is_refused():
    with pytest.raises(SeriesError, match="level 25"):
        bolus_steps(*record([5.0] * 25), COMMANDS_S, settling_s=298.0)


def test_nan_is_refused():
    t, v = record([5.0] * 25)
    v[3] = np.nan
    with pytest.raises(SeriesError):
        bolus_steps(t, v, COMMANDS_S, settling_s=60)


def test_readings_of_one_moment_count_as_their_mean():
    t, v = record([5.0] * 25, noise_ul=0.1)
    off = 0.3 * np.random.default_rng(6).normal(size=t.size)
    twice = np.repeat(t, 2), np.column_stack((v + off, v - off)).ravel()
    once, of_pairs = (bolus_steps(*readings, COMMANDS_S, settling_s=60) for readings in ((t, v), twice))
    assert of_pairs.volume_ul == pytest.approx(once.volume_ul)
    assert of_pairs.u_volume_ul == pytest.approx(once.u_volume_ul)
