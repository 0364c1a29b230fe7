"""What the driver hands on beyond the range is refused by it or by the pump: no other error comes of any number."""

import contextlib
from itertools import product

import pytest

from rig.errors import OutOfRangeError, RefusedError, RigError

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


BEYOND = [
    (lambda d: d.run_continuous(rate_ul_h=2_000.0), "OUT_OF_RANGE"),
    (lambda d: d.give_bolus(volume_ul=20.25), "NOT_A_STEP"),
    (lambda d: d.set_dose_limit(volume_ul=1e6, window_hours=2), "OUT_OF_RANGE"),
    (lambda d: d.give_square_bolus(volume_ul=450.0, over_minutes=20), "ABOVE_TOTAL_RATE"),
]


@pytest.mark.parametrize("do, why", BEYOND)
def test_what_is_handed_on_the_pump_itself_refuses(driver, do, why):
    driver.run_continuous(rate_ul_h=400.0)
    with driver.handing_on(), pytest.raises(RefusedError) as raised:
        do(driver)
    assert raised.value.code == why
    with pytest.raises(OutOfRangeError):  # and nothing is behind it
        do(driver)


@pytest.mark.parametrize(
    "do",
    [
        lambda d: d.run_continuous(rate_ul_h=-1.0),
        lambda d: d.run_continuous(rate_ul_h=5e6),
        lambda d: d.give_square_bolus(volume_ul=20.0, over_minutes=0),
        lambda d: d.allow_patient_boluses(volume_ul=20.0, lockout_minutes=40, most_in_24_h=70_000),
        lambda d: d.refilled(volume_ul=float("nan")),
    ],
)
def test_what_no_field_can_hold_is_handed_on_by_nobody(driver, do):
    with driver.handing_on(), pytest.raises(OutOfRangeError):
        do(driver)
