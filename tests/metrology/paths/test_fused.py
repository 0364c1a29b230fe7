"""Paths fused: against the simulated truth, with the uncertainty that is stated, and never where they disagree."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from rig.errors import PathsDisagreeError
from rig.metrology.paths.fused import fuse
from rig.metrology.paths.two_paths import Path

HOURS = 25.0
STROKE_UL = 0.5
T_S = np.arange(0.0, HOURS * 3600.0 + 1.0, 300.0)
T_H = T_S / 3600.0
# What is stated of each: a balance of 0.1 mg among people, a thermal sensor, a pump whose strokes scatter by 0.5 %.
STATED = {
    "balance": {"u_reading_ul": 0.3, "relative_u": 1e-4, "u_rate_ul_h": 0.003, "wander_ul2_h": 2e-5},
    "flow sensor": {"u_reading_ul": 0.5, "relative_u": 0.03, "u_rate_ul_h": 0.1},
    "motor counts": {
        "u_reading_ul": STROKE_UL / 6**0.5,
        "relative_u": 0.029,
        "u_rate_ul_h": 0.0,
        "wander_ul": STROKE_UL * 0.005**2,
        "scale": "stroke",
    },
    "pump's books": {
        "u_reading_ul": STROKE_UL / 6**0.5,
        "relative_u": 0.029,
        "u_rate_ul_h": 0.0,
        "wander_ul": STROKE_UL * 0.005**2,
        "scale": "stroke",
    },
}


def delivery(rate_ul_h=20.0):
    """Return what was delivered: two hours of rest in the middle, and a bolus of 50 µL."""
    return rate_ul_h * (np.minimum(T_H, 10.0) + np.maximum(T_H - 12.0, 0.0)) + 50.0 * np.clip(T_H - 5.0, 0.0, 1.0)


def drawn(rng, truth, kinds=tuple(STATED), *, off=None, stated=STATED):
    """Return paths that err as is stated of them, each with what it is `off` besides, µL, by its kind."""
    of_scale = {"stroke": rng.normal()}
    hours = np.diff(T_H, prepend=0.0)
    found = []
    for kind in kinds:
        u = stated[kind]
        walk_sq = u.get("wander_ul2_h", 0.0) * hours + u.get("wander_ul", 0.0) * np.diff(truth, prepend=0.0)
        volume = (
            truth * (1.0 + u["relative_u"] * of_scale.get(u.get("scale"), rng.normal()))
            + u["u_rate_ul_h"] * rng.normal() * T_H
            + u["u_reading_ul"] * rng.normal(size=T_H.size)
            + np.cumsum(np.sqrt(walk_sq) * rng.normal(size=T_H.size))
        )
        found.append(Path(kind=kind, t_s=T_S, volume_ul=volume + (off or {}).get(kind, 0.0), **u))
    return found


def agreeing(seeds, truth, *, independent=400, **drawing):
    """Yield paths that do not part by chance, with what they come to together."""
    for seed in range(seeds):
        paths = drawn(np.random.default_rng(seed), truth, **drawing)
        with suppress(PathsDisagreeError):
            yield paths, fuse(paths, independent=independent)


def off_sq(found, truth, path=None):
    """Return the mean square of what the estimate, or one path alone, is off by, µL²."""
    true = np.interp(found.t_s, T_S, truth)
    if path is None:
        return float(np.mean((found.volume_ul - true) ** 2))
    return float(np.mean((np.interp(found.t_s, T_S, path.volume_ul - path.volume_ul[0]) - true) ** 2))


def test_it_is_nearer_to_the_truth_than_the_best_single_path_in_95_of_100_seeds():
    truth = delivery()
    better = [
        off_sq(found, truth) < min(off_sq(found, truth, path) for path in paths)
        for paths, found in agreeing(110, truth)
    ]
    assert len(better) >= 100
    assert sum(better[:100]) >= 95


def test_beside_a_balance_that_sees_all_the_others_do_no_harm():
    truth = delivery()
    stated = STATED | {"balance": STATED["balance"] | {"u_reading_ul": 0.02}}
    against = [
        off_sq(found, truth) / off_sq(found, truth, paths[0])
        for paths, found in agreeing(40, truth, independent=100, stated=stated)
    ]
    assert np.median(against) <= 1.02


@pytest.fixture(scope="module")
def drawn_often():
    return [found for _, found in agreeing(420, delivery(), independent=20)]


@pytest.mark.parametrize("at", [7, -1], ids=["on the way", "at the end"])
def test_its_interval_holds_the_truth_in_95_of_100_draws(drawn_often, at):
    true = np.interp(drawn_often[0].t_s, T_S, delivery())
    held = [abs(found.volume_ul[at] - true[at]) <= 2.0 * found.u_ul[at] for found in drawn_often]
    assert len(held) >= 400
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


def test_its_covariance_is_that_of_its_errors(drawn_often):
    errors = [found.volume_ul - np.interp(found.t_s, T_S, delivery()) for found in drawn_often]
    of_one = [
        error @ np.linalg.solve(found.covariance_ul2, error) for error, found in zip(errors, drawn_often, strict=True)
    ]
    # χ² of 20 values, of which 400 draws know the mean to 1.6 %.
    assert np.mean(of_one) == pytest.approx(20.0, rel=0.06)


def test_it_is_least_squares_with_the_whole_covariance():
    """The same from the matrix that it stands for, written out."""
    truth = delivery()
    (_, found), *_ = agreeing(3, truth, independent=25)
    hours, volume, n = found.t_s / 3600.0, found.volume_ul, found.t_s.size
    scaled, together = np.outer(volume, volume), np.zeros((4 * n, 4 * n))
    for i, u in enumerate(STATED.values()):
        own = slice(i * n, (i + 1) * n)
        together[own, own] = (
            u["u_reading_ul"] ** 2 * (np.eye(n) + 1.0)
            + u["relative_u"] ** 2 * scaled
            + u["u_rate_ul_h"] ** 2 * np.outer(hours, hours)
            + u.get("wander_ul2_h", 0.0) * np.minimum.outer(hours, hours)
            + u.get("wander_ul", 0.0) * np.minimum.outer(volume, volume)
        )
    motor, books = slice(2 * n, 3 * n), slice(3 * n, 4 * n)
    together[motor, books] = together[books, motor] = STATED["motor counts"]["relative_u"] ** 2 * scaled
    design = np.tile(np.eye(n), (4, 1))
    covariance = np.linalg.inv(design.T @ np.linalg.solve(together, design))
    assert found.covariance_ul2 == pytest.approx(covariance, rel=1e-3, abs=1e-7)


def test_shares_add_up_to_one():
    (_, found), *_ = agreeing(3, delivery(), independent=50)
    assert sum(found.shares) == pytest.approx(1.0, abs=1e-6)


def test_an_error_of_scale_does_not_pull_it_down():
    """A share of each reading instead of one volume would: the lower of two readings would count more."""
    coarse = {kind: {"u_reading_ul": 0.05, "relative_u": 0.1, "u_rate_ul_h": 0.0} for kind in STATED}
    truth = delivery()
    kinds = ("flow sensor", "balance")
    off = [
        found.volume_ul[-1] / truth[-1] - 1.0
        for _, found in agreeing(150, truth, kinds=kinds, stated=coarse, independent=5)
    ]
    # Two scales of 10 %: the mean of 150 is known to 0.6 %; the pull would be 1 %, and more where they lie apart.
    assert np.mean(off) == pytest.approx(0.0, abs=0.007)


def after(hour):
    return (hour <= T_H).astype(float)


@pytest.mark.parametrize("kind", ["balance", "flow sensor", "motor counts", "pump's books"])
def test_the_path_that_lies_is_named_with_how_much_and_from_when(kind):
    sharp = STATED | {"flow sensor": STATED["flow sensor"] | {"relative_u": 0.002, "u_rate_ul_h": 0.005}}
    paths = drawn(np.random.default_rng(1), delivery(), stated=sharp, off={kind: -60.0 * after(8.0)})
    with pytest.raises(PathsDisagreeError, match=f"{kind} shows .* less than .*: {kind} is off") as raised:
        fuse(paths)
    assert raised.value.lying == (kind,)
    assert raised.value.apart_ul == pytest.approx(-60.0, abs=25.0)
    assert raised.value.from_s == pytest.approx(8.0 * 3600.0, abs=600.0)


def test_a_stroke_that_is_too_small_is_not_put_on_the_balance():
    """Motor and books tell the same strokes: that they agree says nothing of how large one is."""
    truth = delivery()
    short = {"motor counts": 0.2 * truth, "pump's books": 0.2 * truth}
    paths = drawn(np.random.default_rng(1), truth, off=short, kinds=("balance", "motor counts", "pump's books"))
    with pytest.raises(PathsDisagreeError, match="either of the two is off") as raised:
        fuse(paths)
    assert raised.value.lying == ()


def test_with_a_sensor_that_sides_with_the_balance_it_is_the_strokes():
    truth = delivery()
    short = {"motor counts": 0.2 * truth, "pump's books": 0.2 * truth}
    with pytest.raises(PathsDisagreeError, match="motor counts and pump's books are off") as raised:
        fuse(drawn(np.random.default_rng(1), truth, off=short))
    assert raised.value.lying == ("motor counts", "pump's books")


def test_a_leak_that_only_the_balance_misses_is_refused_and_not_shared_out():
    truth = delivery()
    with pytest.raises(PathsDisagreeError):
        fuse(drawn(np.random.default_rng(2), truth, off={"balance": -3.0 * np.maximum(T_H - 6.0, 0.0)}))


def test_a_path_without_noise_does_not_break_it():
    """The first path alone tells the volume where nothing else is as sure of it."""
    truth = delivery()
    sure = Path(kind="balance", t_s=T_S, volume_ul=truth, u_reading_ul=0.0, relative_u=1e-6, u_rate_ul_h=0.0)
    rest = drawn(np.random.default_rng(4), truth, kinds=("flow sensor",))
    assert fuse([sure, *rest]).volume_ul[-1] == pytest.approx(truth[-1], rel=1e-5)


def test_where_nothing_flows_it_tells_nothing():
    paths = drawn(np.random.default_rng(5), np.zeros(T_S.size))
    total = fuse(paths, independent=50).total
    assert abs(total.value) <= 3.0 * total.u


@pytest.mark.parametrize("independent, most", [(400, 401), (399, 200), (300, 200), (150, 134)])
def test_no_more_points_are_told_than_readings_with_noise_of_their_own(independent, most):
    # 401 points are compared: each, each second or each third of them is told, from the last one back.
    rng, dense = np.random.default_rng(1), np.linspace(0.0, 25.0 * 3600.0, 2001)
    truth = 20.0 * dense / 3600.0
    paths = [
        Path(kind=kind, t_s=dense, volume_ul=truth + 0.3 * rng.normal(size=dense.size), **STATED[kind])
        for kind in ("balance", "flow sensor")
    ]
    told = fuse(paths, independent=independent).t_s
    assert len(told) <= independent
    assert len(told) == pytest.approx(most, abs=1)
    assert told[-1] == dense[-1]


def test_two_counts_of_one_stroke_know_its_volume_no_better_than_one():
    known = {"u_reading_ul": 0.01, "relative_u": 0.03, "u_rate_ul_h": 0.0, "scale": "stroke"}
    paths = [Path(kind=kind, t_s=T_S, volume_ul=20.0 * T_H, **known) for kind in ("motor counts", "pump's books")]
    together, apart = fuse(paths).total, fuse([replace(path, scale="") for path in paths]).total
    assert (together.value, together.u) == pytest.approx((500.0, 15.0), rel=1e-4)
    assert apart.u == pytest.approx(15.0 / 2**0.5, rel=1e-4)
