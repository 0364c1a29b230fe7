"""Boluses settled from synthetic records: 25 µL each hour on 100 µL/h that comes in strokes of 0.5 µL."""

import math

import numpy as np
import pytest

from rig.evaluation.settle import Asked, settle
from rig.exchange import Exchange
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

BASAL_UL_H, VOLUME_UL, FIRST_H, DOSES = 100.0, 25.0, 6.0, 4
EVAPORATION_MG_H = 0.05
WITHIN = Limit(unit="%", lower=-5.0, upper=5.0)


def on_basal(volume_ul=VOLUME_UL, stroke_ul=0.5, phase=0.37):
    """Mass in mg at an hour: strokes from hour 4 to 11, a bolus of two minutes at 6, 7, 8 and 9 h."""

    def mass(hour):
        wanted = BASAL_UL_H * np.clip(hour - 4.0, 0.0, 7.0)
        wanted += volume_ul * sum(np.clip((hour - FIRST_H - i) * 30.0, 0.0, 1.0) for i in range(DOSES))
        given = stroke_ul * math.floor(wanted / stroke_ul + phase) if stroke_ul else wanted
        return 30_000 + given / Z_UL_MG - EVAPORATION_MG_H * hour

    return mass


def asked(function="mean bolus error", *, on_basal=True, doses=DOSES, plateau_minutes=40.0):
    spans = [
        [EPOCH_NS + round((FIRST_H + i) * HOUR_NS), EPOCH_NS + round((FIRST_H + i + 1) * HOUR_NS)] for i in range(doses)
    ]
    parameters = {"doses": spans, "plateau_minutes": plateau_minutes, "on_basal": on_basal, "programmed_ul": VOLUME_UL}
    window_ns = (spans[0][0] - HOUR_NS, spans[-1][1])
    unit = "µL" if function == "bolus volume" else "%"
    limit = WITHIN if unit == "%" else Limit(unit="µL", lower=0.0)
    return Asked(Recipe(function, parameters, *window_ns), limit)


CHANGE = "change of evaporation in between"


def settled(folder, mass, claim, stroke_ul=0.5):
    start = {"dut": {"model": "pump", "serial": "1", "stroke_ul": stroke_ul}}
    with weighed(folder, mass, hours=16, start=start) as record, record.reader() as reader:
        return settle(claim, reader)


def line(result, name):
    return next(one for one in result.number.budget if one.name == name)


@pytest.mark.parametrize("error_percent, verdict", [(0.0, "PASS"), (3.0, "PASS"), (-12.0, "FAIL")])
def test_the_error_that_was_put_in_comes_out(tmp_path, error_percent, verdict):
    result = settled(tmp_path, on_basal(VOLUME_UL * (1 + error_percent / 100)), asked())
    assert result.number.value == pytest.approx(error_percent, abs=result.number.expanded)
    assert result.verdict == verdict


@pytest.mark.parametrize("function", ["mean bolus error", "largest bolus error", "bolus volume"])
def test_strokes_that_the_levels_cut_are_a_line_of_the_budget(tmp_path, function):
    result = settled(tmp_path, on_basal(), asked(function))
    assert line(result, "strokes cut by the levels").contribution > 0


def test_strokes_that_nobody_declared_are_found(tmp_path):
    result = settled(tmp_path, on_basal(stroke_ul=2.0), asked(), stroke_ul=0.0)
    assert result.details["stroke_ul"] == pytest.approx(2.0, rel=0.2)


def test_evaporation_is_no_line_of_boluses_whose_slope_holds_it(tmp_path):
    """A steady loss shifts slope and levels alike: an evaporation that is wrong by a constant changes no volume."""
    result = settled(tmp_path, on_basal(), asked("bolus volume"))
    common = line(result, "common to all boluses")
    # What remains of the doses' common part is calibration, density and needle: 0.012 % of a dose.
    assert common.u < 2e-4 * VOLUME_UL


def test_linearity_is_of_the_outermost_levels_however_many_doses_lie_between(tmp_path):
    result = settled(tmp_path, on_basal(), asked("bolus volume"))
    assert line(result, "linearity").u == pytest.approx(Z_UL_MG * 0.03 / math.sqrt(3), rel=1e-2)


def test_a_loss_that_varies_beside_the_slope_is_each_dose_s_own(tmp_path):
    def u(function):
        return line(settled(tmp_path / function.split()[0], on_basal(), asked(function)), CHANGE).u

    assert u("bolus volume") == pytest.approx(math.sqrt(DOSES) * u("largest bolus error"))


def test_what_doses_have_in_common_adds_up_dose_by_dose(tmp_path):
    common = line(settled(tmp_path, on_basal(), asked("bolus volume")), "common to all boluses")
    assert common.contribution == pytest.approx(DOSES * common.u)


def test_the_largest_error_names_both_coverage_factors(tmp_path):
    result = settled(tmp_path, on_basal(), asked("largest bolus error"))
    assert (result.details["accept_k"], result.details["reject_k"]) == (2.0, pytest.approx(2.53, abs=0.01))


def test_the_mean_of_doses_that_share_plateaus_rests_on_the_outermost_two(tmp_path):
    def mass(hour):
        given = sum(np.clip((hour - FIRST_H - i) * 30.0, 0.0, 1.0) for i in range(DOSES)) * VOLUME_UL
        return 30_000 + given / Z_UL_MG - EVAPORATION_MG_H * hour

    result = settled(tmp_path, mass, asked("bolus volume", on_basal=False, plateau_minutes=10.0))
    assert result.number.value == pytest.approx(DOSES * VOLUME_UL, abs=result.number.expanded)
    # Eleven readings of 0.02 mg make a plateau; four doses in a row rest on the first and the last.
    noise = line(result, "noise of the levels")
    assert noise.u == pytest.approx(0.02 * math.sqrt(2 / 11), rel=0.25)


def apart(folder, function="largest bolus error"):
    """Settle doses one of which is 10 % too small, none more than 3 % too large, weighed between plateaus."""
    shares = (1.03, 0.9, 1.0, 1.02)

    def mass(hour):
        given = sum(np.clip((hour - FIRST_H - i) * 30.0, 0.0, 1.0) * share for i, share in enumerate(shares))
        return 30_000 + given * VOLUME_UL / Z_UL_MG - EVAPORATION_MG_H * hour

    return settled(folder, mass, asked(function, on_basal=False, plateau_minutes=10.0))


def test_the_dose_that_is_farthest_off_may_be_too_small(tmp_path):
    assert apart(tmp_path).number.value == pytest.approx(-10.0, abs=0.3)


def test_the_farthest_dose_is_as_uncertain_as_its_two_plateaus(tmp_path):
    noise = line(apart(tmp_path), "noise of the levels")
    # Eleven readings of 0.02 mg make a plateau, in percent of the programmed volume.
    assert noise.contribution == pytest.approx(100.0 / VOLUME_UL * Z_UL_MG * 0.02 * math.sqrt(2 / 11), rel=0.25)


def test_the_farthest_dose_has_what_all_have_in_common_once(tmp_path):
    common = line(apart(tmp_path), "common to all boluses")
    assert common.contribution == pytest.approx(100.0 / VOLUME_UL * common.u)


def test_an_infusion_that_was_changed_under_the_doses_has_no_common_slope(tmp_path):
    mass = on_basal()
    start = {"dut": {"model": "pump", "serial": "1", "stroke_ul": 0.5}}
    with weighed(tmp_path, mass, hours=16, start=start) as record:
        for hour, rate in ((4.0, 100.0), (7.5, 50.0)):
            at_ns = EPOCH_NS + round(hour * HOUR_NS)
            record.command(Exchange("pump", "run_continuous", {"rate_ul_h": rate}, b"", b"", at_ns, at_ns + 1, "ok"))
        with record.reader() as reader:
            result = settle(asked(), reader)
    assert result.verdict == "INVALID"
    assert any("boluses on a basal infusion: the programme changes" in reason for reason in result.reasons)


def test_what_doses_of_several_sizes_have_in_common_is_that_of_the_largest(tmp_path):
    sizes_ul = (10.0, 40.0, 10.0, 20.0)

    def mass(hour):
        doses = sum(np.clip((hour - FIRST_H - i) * 30.0, 0.0, 1.0) * size_ul for i, size_ul in enumerate(sizes_ul))
        return 30_000 + (BASAL_UL_H * np.clip(hour - 4.0, 0.0, 7.0) + doses) / Z_UL_MG - EVAPORATION_MG_H * hour

    common = line(settled(tmp_path, mass, asked("bolus volume"), stroke_ul=0.0), "common to all boluses")
    # Calibration of 0.002 %, 2.068e-4 per kelvin of 0.2 K, and air known to 1.6e-3 of 997 kg/m³, less that of weights.
    assert common.u == pytest.approx(40.0 * math.hypot(2e-5, 4.136e-5, 1.4e-6), rel=0.01)
