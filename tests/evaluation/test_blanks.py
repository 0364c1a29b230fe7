"""What weighings at zero flow say together, by hand."""

import pytest

from rig.evaluation.blanks import Blank, history


def blanks(u_mg_h, *rates_mg_h):
    return [Blank("run", place, rate, u_mg_h) for place, rate in enumerate(rates_mg_h)]


def test_what_a_loss_strays_by_is_its_scatter_less_the_noise_of_each_weighing():
    # 0.04, 0.05 and 0.06 mg/h: a variance of 1e-4 with two degrees of freedom, of which 0.36e-4 are noise.
    found = history([*blanks(0.006, 0.04, 0.05, 0.06), Blank("run", 9, why_not="a draught")])
    assert (found.n, found.mean_mg_h, found.sd_mg_h, found.strays_mg_h) == pytest.approx((3, 0.05, 0.01, 0.008))


def test_a_scatter_that_noise_explains_is_no_straying():
    assert history(blanks(0.02, 0.04, 0.05, 0.06)).strays_mg_h == 0.0


def test_two_weighings_say_nothing_together():
    assert history(blanks(0.001, 0.04, 0.05)) is None
