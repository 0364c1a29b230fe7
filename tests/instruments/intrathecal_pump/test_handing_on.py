"""What the driver hands on beyond the range is refused by it or by the pump: no other error comes of any number."""

import contextlib
from itertools import product

import pytest

from rig.errors import RigError

VERBS = {
    "run_continuous": ("rate_ul_h",),
    "run_ramp": ("from_ul_h", "to_ul_h", "over_hours"),
    "run_bridge": ("volume_ul", "rate_ul_h", "then_ul_h"),
    "give_bolus": ("volume_ul", "rate_ul_h"),
    "give_square_bolus": ("volume_ul", "over_minutes"),
    "give_combination_bolus": ("now_ul", "then_ul", "over_minutes"),
    "allow_patient_boluses": ("volume_ul", "lockout_minutes", "most_in_24_h", "rate_ul_h"),
    "prime": ("volume_ul",),
    "set_dose_limit": ("volume_ul", "window_hours"),
    "begin_trial": ("total_ul", "over_hours"),
    "refilled": ("volume_ul",),
    "set_low_reservoir": ("volume_ul",),
    "set_link_watchdog": ("seconds",),
}


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_but_an_error_of_the_rigs_own_comes_of_it(driver, verb):
    names = VERBS[verb]
    for values in product((0, 1, 60, 60_000, 4_000_000), repeat=len(names)):
        with contextlib.suppress(RigError), driver.handing_on():
            getattr(driver, verb)(**dict(zip(names, values, strict=True)))
        driver.stop()
