"""Three measurements of one delivery: agreement is seen as agreement, and each mishap by its own pattern."""

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.paths.diagnosis import diagnose
from rig.metrology.paths.two_paths import Path, compare, volume_from_flow

HOURS = 10.0
RATE_UL_H = 100.0
STROKE_UL = 2.0
T_S = np.arange(0.0, HOURS * 3600.0 + 1.0, 10.0)
T_H = T_S / 3600.0
# Two hours of rest in the middle: only a varying flow tells a loss of time from a loss of liquid.
FLOWING_H = np.minimum(T_H, 4.0) + np.maximum(T_H - 6.0, 0.0)


def paths(balance=0.0, sensor=0.0, motor=0.0, seed=1):
    """Return balance, sensor and motor of one delivery, each with what deviates from it in µL."""
    rng = np.random.default_rng(seed)
    true = RATE_UL_H * FLOWING_H
    return [
        Path(
            kind="balance",
            t_s=T_S,
            volume_ul=true + balance + rng.normal(0.0, 0.1, T_S.size),
            u_reading_ul=0.1,
            relative_u=2e-4,
            u_rate_ul_h=0.005,
        ),
        Path(
            kind="flow sensor",
            t_s=T_S,
            volume_ul=true + sensor + rng.normal(0.0, 0.2, T_S.size),
            u_reading_ul=0.2,
            relative_u=1e-3,
            u_rate_ul_h=0.05,
        ),
        Path(
            kind="motor counts",
            t_s=T_S,
            volume_ul=STROKE_UL * np.floor(true / STROKE_UL) + motor,
            u_reading_ul=STROKE_UL / np.sqrt(12.0),
            relative_u=5e-4,
            u_rate_ul_h=0.0,
        ),
    ]


def after(hour):
    return (hour <= T_H).astype(float)


@pytest.mark.parametrize("seed", range(20))
def test_paths_that_agree_give_no_finding(seed):
    comparison = compare(paths(seed=seed))
    assert comparison.consistent
    assert diagnose(comparison) == ()


@pytest.mark.parametrize(
    "deviation, odd, cause",
    [
        ({"balance": -20.0 * after(3.0)}, "balance", "bubble"),
        ({"balance": -20.0 * (after(3.0) - after(5.0))}, "balance", "bubble"),
        ({"balance": -3.0 * np.maximum(0.0, T_H - 7.0) * 5.0}, "balance", "leak"),
        ({"balance": -30.0 * np.clip(T_H - 4.0, 0.0, 2.0)}, "balance", "leak"),
        ({"balance": -0.05 * RATE_UL_H * FLOWING_H}, "balance", "leak"),
        ({"balance": -2.0 * T_H}, "balance", "evaporation"),
        ({"balance": +2.0 * T_H}, "balance", "evaporation"),
        ({"balance": +30.0 * after(3.0)}, "balance", "disturbed weighing"),
        ({"sensor": 0.03 * RATE_UL_H * FLOWING_H}, "flow sensor", "sensor drift"),
        ({"sensor": 0.4 * T_H**2}, "flow sensor", "sensor drift"),
        ({"sensor": -15.0 * after(2.0)}, "flow sensor", "bubble"),
        ({"motor": STROKE_UL * 4 * (after(2.0) + after(3.5) + after(7.2))}, "motor counts", "missed strokes"),
        ({"motor": 0.05 * RATE_UL_H * FLOWING_H}, "motor counts", "leak"),
        ({"motor": -12.0 * after(2.0)}, "motor counts", "lost counts"),
    ],
)
def test_each_mishap_is_named_by_its_pattern(deviation, odd, cause):
    comparison = compare(paths(**deviation))
    assert comparison.odd_one_out == odd
    first = diagnose(comparison, stroke_ul=STROKE_UL)[0]
    assert (first.cause, first.path) == (cause, odd)


def test_the_evidence_says_when_how_much_and_how_surely():
    comparison = compare(paths(balance=-20.0 * after(3.0)))
    finding = diagnose(comparison)[0]
    assert finding.pattern.onset_s == pytest.approx(3.0 * 3600.0, abs=120.0)
    assert finding.pattern.size_ul == pytest.approx(-20.0, abs=1.0)
    assert "step at 3.0" in finding.evidence
    assert "standard uncertainties" in finding.evidence


def test_a_steady_loss_beyond_what_a_vessel_evaporates_is_a_leak_alone():
    comparison = compare(paths(balance=-5.0 * T_H))
    causes = {finding.cause for finding in diagnose(comparison, plausible_evaporation_ul_h=0.5)}
    assert causes == {"leak"}


def test_at_constant_flow_evaporation_and_leak_are_both_named():
    steady = [
        Path(kind=kind, t_s=T_S, volume_ul=rate * T_H, u_reading_ul=0.1, relative_u=1e-4, u_rate_ul_h=0.0)
        for kind, rate in (("balance", 98.0), ("flow sensor", 100.0), ("motor counts", 100.0))
    ]
    causes = {finding.cause for finding in diagnose(compare(steady))}
    assert causes == {"evaporation", "leak"}


def test_with_two_paths_both_are_suspects():
    balance, _, motor = paths(balance=-20.0 * after(3.0))
    comparison = compare([balance, motor])
    assert comparison.odd_one_out is None
    assert {finding.path for finding in diagnose(comparison)} == {"balance", "motor counts"}


def test_values_of_the_paths_are_kept_as_they_are():
    comparison = compare(paths(balance=-20.0 * after(3.0)))
    balance, sensor = comparison.volume_ul[0, -1], comparison.volume_ul[1, -1]
    assert balance == pytest.approx(RATE_UL_H * 8.0 - 20.0, abs=1.0)
    assert sensor == pytest.approx(RATE_UL_H * 8.0, abs=1.5)


def test_constant_flow_integrates_to_rate_times_time():
    volume = volume_from_flow(T_S, np.full(T_S.size, 41.7))
    assert volume[-1] == pytest.approx(41.7 * HOURS)


def test_one_path_alone_is_refused():
    with pytest.raises(MetrologyError, match="two to four"):
        compare(paths()[:1])


def test_two_paths_of_one_kind_are_refused():
    balance = paths()[0]
    with pytest.raises(MetrologyError, match="different"):
        compare([balance, balance])


def test_paths_without_common_time_are_refused():
    balance, sensor, _ = paths()
    late = Path(
        kind="flow sensor",
        t_s=T_S + 1e6,
        volume_ul=sensor.volume_ul,
        u_reading_ul=0.1,
        relative_u=0.0,
        u_rate_ul_h=0.0,
    )
    with pytest.raises(SeriesError, match="no time in common"):
        compare([balance, late])


def test_a_path_that_claims_certainty_is_refused():
    with pytest.raises(MetrologyError, match="certainty"):
        Path(kind="balance", t_s=T_S, volume_ul=T_H, u_reading_ul=0.0, relative_u=0.0, u_rate_ul_h=0.0)


def test_a_flow_that_rises_integrates_to_the_area_under_it():
    # Steps of unequal length: 0 to 10 µL/h in an hour is 5 µL, 10 to 40 in half an hour 12.5.
    volume = volume_from_flow([0.0, 3600.0, 5400.0], [0.0, 10.0, 40.0])
    assert volume.tolist() == pytest.approx([0.0, 5.0, 17.5])


def at_the_end(microlitres, *others):
    """Return two paths of ten hours, each certain to 0.3 µL, that part by so much, evenly, and `others` half way."""
    line = np.linspace(0.0, 100.0, 11)
    u = {"u_reading_ul": 0.15, "relative_u": 0.0, "u_rate_ul_h": 0.0}
    hours = np.linspace(0.0, 36_000.0, 11)
    parted = [("balance", 0.0), ("motor counts", microlitres), *((kind, microlitres / 2.0) for kind in others)]
    return compare([Path(kind=kind, t_s=hours, volume_ul=line + np.linspace(0.0, by, 11), **u) for kind, by in parted])


# Each path is uncertain by √2·0.15 µL, their difference by 0.3 µL: k = 2 is 0.6 µL.
@pytest.mark.parametrize("microlitres, agree", [(0.55, True), (0.65, False)])
def test_two_paths_agree_at_the_end_within_twice_their_uncertainty(microlitres, agree):
    assert at_the_end(microlitres).consistent is agree


# Of three pairs or six one is as far off by chance as one in twenty alone: k = 2.4 and 2.65, 0.72 and 0.795 µL.
@pytest.mark.parametrize(
    "microlitres, others, agree",
    [
        (0.70, ("flow sensor",), True),
        (0.74, ("flow sensor",), False),
        (0.78, ("flow sensor", "pump's books"), True),
        (0.81, ("flow sensor", "pump's books"), False),
    ],
)
def test_three_paths_or_four_may_be_farther_apart_at_the_end(microlitres, others, agree):
    assert at_the_end(microlitres, *others).consistent is agree
