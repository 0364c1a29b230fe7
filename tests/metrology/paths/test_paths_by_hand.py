"""Two paths beside each other: what a difference is worth, and where two agree, worked out by hand."""

import math

import numpy as np
import pytest

from rig.metrology.paths.two_paths import Path, compare

T_S = np.linspace(0.0, 36_000.0, 101)


def path(kind, gained_ul, **uncertainties):
    """Return a path of 10 h in which as much came evenly, on top of 7 µL."""
    known = {"u_reading_ul": 0.0, "relative_u": 0.0, "u_rate_ul_h": 0.0, **uncertainties}
    return Path(kind=kind, t_s=T_S, volume_ul=7.0 + gained_ul * T_S / 36_000.0, **known)


def difference(gained_ul, **uncertainties):
    """Return the difference to a second path of 500 µL that is worth next to nothing."""
    (found,) = compare(
        [path("balance", gained_ul, **uncertainties), path("flow sensor", 500.0, u_reading_ul=1e-9)]
    ).differences
    return found


@pytest.mark.parametrize(
    "uncertainties, u_ul",
    [
        # Two readings of 0.3 µL, 0.2 % of 500 µL, and 0.05 µL/h for 10 h.
        ({"u_reading_ul": 0.3}, 0.3 * math.sqrt(2.0)),
        ({"relative_u": 0.002}, 1.0),
        ({"u_rate_ul_h": 0.05}, 0.5),
        ({"u_reading_ul": 0.3, "relative_u": 0.002, "u_rate_ul_h": 0.05}, math.sqrt(0.18 + 1.0 + 0.25)),
    ],
)
def test_a_path_is_worth_readings_scale_and_a_constant_flow(uncertainties, u_ul):
    assert difference(500.0, **uncertainties).u_ul[-1] == pytest.approx(u_ul)


def test_half_of_the_time_is_worth_half_of_a_constant_flow():
    found = difference(500.0, u_rate_ul_h=0.05)
    assert found.u_ul[len(found.u_ul) // 2] == pytest.approx(0.25)


@pytest.mark.parametrize("gained_ul, agree", [(501.99, True), (502.01, False), (498.01, True), (497.99, False)])
def test_two_paths_agree_within_two_standard_uncertainties_at_the_end(gained_ul, agree):
    # A constant 0.1 µL/h makes 1 µL in 10 h.
    assert difference(gained_ul, u_rate_ul_h=0.1).consistent is agree


def test_three_paths_are_consistent_only_if_all_are():
    third = path("motor", 600.0, u_reading_ul=0.3)
    found = compare([path("balance", 500.0, u_reading_ul=0.3), path("flow sensor", 500.0, u_reading_ul=0.3), third])
    assert (found.consistent, found.odd_one_out) == (False, "motor")
