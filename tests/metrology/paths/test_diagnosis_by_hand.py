"""What fits a step between paths, and which pair is told of where several disagree."""

import numpy as np
import pytest

from rig.errors import PathsDisagreeError
from rig.metrology.paths.diagnosis import alike_of, diagnose
from rig.metrology.paths.fused import fuse
from rig.metrology.paths.two_paths import Path, compare

T_S = np.linspace(0.0, 36_000.0, 401)
STROKE_UL = 0.5


def path(kind, gained_ul=500.0, step_ul=0.0, **uncertainties):
    """Return a path of 10 h in which as much came evenly, and a step after 5 h."""
    known = {"u_reading_ul": 0.05, "relative_u": 0.0, "u_rate_ul_h": 0.0, **uncertainties}
    volume_ul = gained_ul * T_S / 36_000.0 + step_ul * (T_S >= 18_000.0)
    return Path(kind=kind, t_s=T_S, volume_ul=volume_ul, **known)


@pytest.mark.parametrize(
    "strokes, causes",
    [
        (4.0, ["missed strokes", "bubble"]),
        (4.2, ["missed strokes", "bubble"]),  # nearer to a whole number than a quarter of a stroke
        (4.3, ["bubble"]),
        (4.5, ["bubble"]),
        (-4.5, ["lost counts"]),
    ],
)
def test_a_motor_that_turned_for_nothing_missed_whole_strokes(strokes, causes):
    paths = [path("balance"), path("flow sensor"), path("motor counts", step_ul=strokes * STROKE_UL)]
    found = diagnose(compare(paths), stroke_ul=STROKE_UL)
    of_steps = [one for one in found if one.pattern.shape == "step"]
    assert [(one.cause, one.path) for one in of_steps] == [(cause, "motor counts") for cause in causes]
    assert of_steps[0].pattern.size_ul == pytest.approx(strokes * STROKE_UL)
    assert of_steps[0].pattern.onset_s == pytest.approx(18_000.0, abs=T_S[1])


@pytest.mark.parametrize("gained_ul, way", [(520.0, "more"), (470.0, "less")])
def test_of_pairs_that_disagree_the_farthest_apart_by_their_uncertainties_is_told(gained_ul, way):
    # A tenth of the flow sensor's ±1 % is what the balance is known to.
    paths = [path("balance"), path("flow sensor", 500.3, relative_u=0.01), path("motor counts", gained_ul)]
    with pytest.raises(PathsDisagreeError) as told:
        fuse(paths)
    off_ul = gained_ul - 500.0
    assert str(told.value).startswith(f"motor counts shows {abs(off_ul):.3g} µL {way} than balance, from 0.")
    assert "motor counts is off" in str(told.value)
    assert (told.value.lying, told.value.apart_ul) == (("motor counts",), pytest.approx(off_ul))


@pytest.mark.parametrize("first_ul_h, causes", [(49.8, {"leak", "evaporation"}), (40.0, {"leak"})])
def test_shapes_that_fit_nearly_as_well_are_named_too(first_ul_h, causes):
    """A leak of 1 % beside a rate that changes after 5 h: where it hardly does, a steady loss fits as well."""
    hours = T_S / 3600.0
    truth_ul = first_ul_h * np.minimum(hours, 5.0) + (100.0 - first_ul_h) * np.maximum(hours - 5.0, 0.0)
    noise_ul = 0.5 * np.random.default_rng(5).normal(size=T_S.size)
    noise_ul[0] = 0.0
    known = {"u_reading_ul": 0.1, "relative_u": 0.0, "u_rate_ul_h": 0.0}
    paths = [
        Path(kind=kind, t_s=T_S, volume_ul=volume_ul, **known)
        for kind, volume_ul in (
            ("balance", 0.99 * truth_ul + noise_ul),
            ("flow sensor", truth_ul),
            ("motor counts", truth_ul),
        )
    ]
    assert {one.cause for one in diagnose(compare(paths))} == causes


def test_a_step_of_less_than_half_a_stroke_is_no_stroke_that_was_missed():
    paths = [path("balance"), path("flow sensor"), path("motor counts", step_ul=0.4)]
    of_steps = [one.cause for one in diagnose(compare(paths), stroke_ul=2.0) if one.pattern.shape == "step"]
    assert of_steps == ["bubble"]


def test_shapes_that_cost_the_same_are_told_together():
    # At one rate a share of it and a steady loss are one curve.
    found = diagnose(compare([path("balance", 370.0), path("motor counts")]))
    alike = alike_of(found)
    assert [(one.cause, one.path) for one in alike[:3]] == [
        ("leak", "balance"),
        ("leak", "motor counts"),
        ("missed strokes", "motor counts"),
    ]
    assert alike[3].cause == "evaporation"
    assert "in proportion to what was delivered, or as well steadily from the start, -13 µL/h" in alike[0].evidence
    assert "costs +0" not in alike[0].evidence


def test_a_shape_that_fits_better_is_told_alone():
    (first, *_) = diagnose(compare([path("balance", step_ul=-20.0), path("flow sensor"), path("motor counts")]))
    assert "or as well" not in first.evidence


@pytest.mark.parametrize(
    "gained_ul, plausible_ul_h, offered", [(490.0, 0.9, False), (490.0, 1.1, True), (510.0, 0.9, False)]
)
def test_an_evaporation_beyond_what_is_plausible_is_not_offered(gained_ul, plausible_ul_h, offered):
    # 10 µL in 10 h: 1 µL/h less, or more.
    paths = [path("balance", gained_ul), path("flow sensor"), path("motor counts")]
    found = diagnose(compare(paths), plausible_evaporation_ul_h=plausible_ul_h)
    assert ("evaporation" in {one.cause for one in found}) is offered


def test_a_loss_that_grows_beyond_what_is_plausible_is_no_evaporation():
    grows_ul = 500.0 * T_S / 36_000.0 - 10.0 * (T_S / 36_000.0) ** 2
    known = {"u_reading_ul": 0.05, "relative_u": 0.0, "u_rate_ul_h": 0.0}
    paths = [Path(kind="balance", t_s=T_S, volume_ul=grows_ul, **known), path("flow sensor"), path("motor counts")]
    (first, *_) = diagnose(compare(paths), plausible_evaporation_ul_h=0.9)
    assert (first.cause, first.pattern.shape) == ("leak", "growing")
