"""A prime, and the rate beside a bolus, from synthetic records with known volumes and rates."""

import numpy as np
import pytest

from rig.errors import NotShownError
from rig.evaluation.claims.beside_basal import basal_change
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation.courses import EVAPORATION_MG_H, line, span
from tests.evaluation.happenings import judged, tell
from tests.evaluation.records import START, Z_UL_MG, weighed

BASAL_UL_H = 100.0
PERCENT, VOLUME = Limit(unit="%", lower=-5.0, upper=5.0), Limit(unit="µL", lower=145.0, upper=155.0)


def mass_of(volume_of):
    return lambda hour: 30_000 + volume_of(hour - 4.0) / Z_UL_MG - EVAPORATION_MG_H * hour


def beside_bolus(folder, behind_ul_h, *orders, window=(1, 9), start=None):
    """25 µL at 5 h, beside 100 µL/h that are another rate behind it."""

    def volume(hour):
        basal = BASAL_UL_H * np.clip(hour, 0.0, 5.0) + behind_ul_h * np.clip(hour - 5.0, 0.0, 6.0)
        return basal + 25.0 * np.clip((hour - 5.0) * 10.0, 0.0, 1.0)

    with weighed(folder, mass_of(volume), hours=33, start=start) as record:
        tell(record, 0, "run_continuous", rate_ul_h=BASAL_UL_H)
        for at_h, verb, arguments in orders or ((5, "give_bolus", {"volume_ul": 25.0, "rate_ul_h": 250.0}),):
            tell(record, at_h * 3600.0, verb, **arguments)
        tell(record, 11 * 3600.0, "stop")
        return judged(record, "basal change by a bolus", PERCENT, span(*window))


@pytest.mark.parametrize("behind_ul_h, verdict", [(100.0, "PASS"), (101.0, "PASS"), (93.0, "FAIL")])
def test_the_rate_behind_a_bolus_is_held_to_the_one_before(tmp_path, behind_ul_h, verdict):
    result = beside_bolus(tmp_path, behind_ul_h)
    assert result.number.value == pytest.approx(behind_ul_h - BASAL_UL_H, abs=result.number.expanded)
    assert result.verdict == verdict


def test_a_loss_that_may_have_changed_is_in_the_budget(tmp_path):
    result = beside_bolus(tmp_path, 100.0)
    # The bench's floor of 0.01 mg/h is 0.01 % of 100 µL/h; 5 % of 0.05 mg/h are less.
    assert line(result, "change of evaporation").contribution == pytest.approx(0.0103, rel=0.15)


def test_a_loss_is_a_share_of_what_the_balance_shows(tmp_path):
    # A needle half as wide as the vessel takes a quarter of the loss and of the rate that it is held to.
    needle = {"weighing": {**START["weighing"], "needle_diameter_mm": 15.0}}
    result = beside_bolus(tmp_path, 100.0, start=needle)
    assert line(result, "change of evaporation").contribution == pytest.approx(0.0103, rel=0.15)


def test_two_boluses_have_no_behind(tmp_path):
    bolus = {"volume_ul": 25.0, "rate_ul_h": 250.0}
    result = beside_bolus(tmp_path, 100.0, (5, "give_bolus", bolus), (6, "give_bolus", bolus))
    assert "let the window hold one bolus and no other; give_bolus, give_bolus was given" in result.reasons[0]


def test_a_bolus_that_is_ordered_at_the_window_s_last_moment_is_none_of_it(tmp_path):
    bolus = {"volume_ul": 25.0, "rate_ul_h": 250.0}
    result = beside_bolus(tmp_path, 100.0, (5, "give_bolus", bolus), (9, "give_bolus", bolus))
    assert result.number is not None, result.reasons


def test_a_rate_that_was_changed_by_order_is_no_effect_of_the_bolus(tmp_path):
    bolus = (5, "give_bolus", {"volume_ul": 25.0, "rate_ul_h": 250.0})
    result = beside_bolus(tmp_path, 100.0, bolus, (7, "run_continuous", {"rate_ul_h": 50.0}))
    assert "a bolus beside a basal infusion: the programme changes" in result.reasons[0]


def test_a_window_that_ends_too_soon_is_refused(tmp_path):
    result = beside_bolus(tmp_path, 100.0, window=(1, 5.2))
    assert "before the delivery has settled" in result.reasons[0]


def primed(folder, basal_ul_h, given_ul):
    """A prime of 150 µL at 5 h, over 6 min, for which an infusion waits."""

    def volume(hour):
        basal = basal_ul_h * (np.clip(hour, 0.0, 5.0) + np.clip(hour - 5.1, 0.0, 5.9))
        return basal + given_ul * np.clip((hour - 5.0) * 10.0, 0.0, 1.0)

    with weighed(folder, mass_of(volume), hours=33) as record:
        if basal_ul_h:
            tell(record, 0, "run_continuous", rate_ul_h=basal_ul_h)
        tell(record, 5 * 3600.0, "prime", volume_ul=150.0, rate_ul_h=1500.0)
        tell(record, 11 * 3600.0, "stop")
        return judged(record, "prime volume", VOLUME, span(1, 9))


@pytest.mark.parametrize("basal_ul_h", [0.0, 100.0])
@pytest.mark.parametrize("given_ul, verdict", [(150.0, "PASS"), (140.0, "FAIL")])
def test_what_a_prime_delivers_is_beyond_what_waits(tmp_path, basal_ul_h, given_ul, verdict):
    result = primed(tmp_path, basal_ul_h, given_ul)
    assert result.number.value == pytest.approx(given_ul, abs=result.number.expanded)
    assert result.number.u < 0.3
    assert result.verdict == verdict


def test_what_waits_for_a_prime_is_as_uncertain_as_the_rate_behind_it(tmp_path):
    # 0.01 mg of noise about the line through 224 readings of 3.73 h, for the 0.1 h that the prime takes.
    u_rate_ul_h = Z_UL_MG * 0.01 * np.sqrt(12.0 / 224.0) / 3.73
    waited = line(primed(tmp_path, 100.0, 150.0), "rate behind the prime")
    assert waited.contribution == pytest.approx(0.1 * u_rate_ul_h, rel=0.4)


def test_a_basal_rate_that_never_came_is_the_pumps(tmp_path):
    bolus = {"volume_ul": 25.0, "rate_ul_h": 250.0}
    with weighed(tmp_path, mass_of(lambda hour: -np.clip(hour, 0.0, 11.0)), hours=33) as record:
        tell(record, 0, "run_continuous", rate_ul_h=BASAL_UL_H)
        tell(record, 5 * 3600.0, "give_bolus", **bolus)
        tell(record, 11 * 3600.0, "stop")
        with record.reader() as reader, pytest.raises(NotShownError, match="100 µL/h were asked for"):
            basal_change(Recipe("basal change by a bolus", {}, *span(1, 9)), reader)
