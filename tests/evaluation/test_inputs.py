"""What a bench file says of its weighing, and a record of its balance, as the evaluation takes it: in numbers."""

from dataclasses import replace

import numpy as np
import pytest

from rig.evaluation import inputs
from rig.metrology.weighing.conditions import BalanceSpecification, TipInVessel
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import WeighingFacts
from tests.evaluation.happenings import WINDOW, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed

# No two figures are alike: none can stand in another's place.
FACTS = WeighingFacts(
    readability_mg=0.01,
    repeatability_mg=0.02,
    linearity_mg=0.03,
    calibration_u_percent=0.004,
    needle_diameter_mm=0.8,
    vessel_diameter_mm=32.0,
    capillary_mg=0.05,
    u_temperature_k=0.3,
    u_pressure_hpa=2.0,
    u_humidity_percent=7.0,
    clock_ppm=60.0,
    u_needle_mm=0.06,
    u_vessel_mm=0.4,
    evaporation_floor_mg_h=0.012,
    evaporation_floor_percent=5.0,
    liquid_in_line_ul=200.0,
    u_warming_k_h=0.011,
    u_stamp_s=0.5,
)
RECIPE = Recipe("mean flow error", {"programmed_ul_h": 40.0}, *WINDOW)


def loses(rate_mg_h, later_mg_h=None):
    """Return a mass that shrinks by one rate until the 16th hour and by another from there on."""
    later_mg_h = rate_mg_h if later_mg_h is None else later_mg_h
    return lambda hour: 30_000.0 - rate_mg_h * min(hour, 16.0) - later_mg_h * max(0.0, hour - 16.0)


def read(folder, function, mass=lambda _hour: 30_000.0, **different):
    with weighed(folder, mass, hours=33, noise_mg=0.0, **different) as record, record.reader() as reader:
        return function(reader)


def test_a_balance_is_worth_what_the_bench_file_says():
    assert inputs.balance_of(FACTS) == BalanceSpecification(
        readability_mg=0.01, repeatability_mg=0.02, linearity_mg=0.03, calibration_relative_u=0.004 / 100.0
    )


def test_a_tip_is_what_the_bench_file_says():
    assert inputs.tip_of(FACTS) == TipInVessel(
        needle_mm=0.8,
        vessel_mm=32.0,
        u_diameter_mm=0.06,
        u_vessel_mm=0.4,
        capillary_mg=0.05,
        liquid_ul=200.0,
        u_warming_k_h=0.011,
        clock_relative_u=60.0 * 1e-6,
        u_stamp_s=0.5,
    )


@pytest.mark.parametrize(
    "name, value",
    [
        ("liquid_temperature_c", 21.5),
        ("air_temperature_c", 23.0),
        ("air_pressure_hpa", 990.0),
        ("relative_humidity_percent", 45.0),
        ("u_liquid_temperature_k", 0.3),
        ("u_air_temperature_k", 0.3),
        ("u_air_pressure_hpa", 2.0),
        ("u_relative_humidity_percent", 7.0),
    ],
)
def test_stated_air_is_taken_as_it_is_stated(tmp_path, name, value):
    stated = {
        "air_temperature_c": 23.0,
        "liquid_temperature_c": 21.5,
        "air_pressure_hpa": 990.0,
        "air_humidity_percent": 45.0,
    }
    facts = {**START["weighing"], "u_temperature_k": 0.3, "u_pressure_hpa": 2.0, "u_humidity_percent": 7.0}
    start = {"ambient": stated, "weighing": facts}
    taken = read(tmp_path, lambda reader: inputs.corrections(reader, RECIPE).ambient, start=start)
    assert getattr(taken, name) == value


# Two-sided quantiles of Student's t at 0.001: 3.2905 with no end of degrees of freedom, 4.587 with 10.
@pytest.mark.parametrize("dof, factor", [(np.inf, 3.2905), (10.0, 4.587)])
def test_a_comparison_is_wrong_once_in_a_thousand_times(dof, factor):
    assert inputs.widening(dof) == pytest.approx(factor, abs=6e-4)


def test_a_gain_is_what_exceeds_its_uncertainty_and_twice_the_floor():
    rate = EvaporationRate(-0.1, 0.005, 10.0)
    # 0.1 less 2 · 0.012 and 4.587 · 0.005.
    assert inputs.gain_mg_h(rate, FACTS) == pytest.approx(0.1 - 0.024 - 0.022935, abs=5e-6)


def test_the_loss_of_a_window_is_the_mean_of_both_weighings(tmp_path):
    rate = read(tmp_path, lambda reader: inputs.evaporation_around(reader, RECIPE), loses(0.04, 0.10))
    assert rate.rate_mg_h == pytest.approx(0.07, rel=1e-6)


def test_what_a_line_still_gives_as_it_runs_empty_is_no_part_of_a_loss(tmp_path):
    # 5 mg come in the first half hour of the weighing that begins at the 29th hour.
    def mass(hour):
        return loses(0.04)(hour) + float(np.interp(hour, (29.0, 29.5), (0.0, 5.0)))

    start = {"limits": {"evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 30.0}}}
    rate = read(tmp_path, lambda reader: inputs.evaporation_around(reader, RECIPE), mass, start=start)
    assert rate.rate_mg_h == pytest.approx(0.04, rel=1e-6)


def test_what_a_vessel_gained_at_zero_flow_is_uncertain_in_full(tmp_path):
    rate = read(tmp_path, lambda reader: inputs.evaporation_around(reader, RECIPE), loses(-0.2))
    # The floor is 0.01 mg/h: 0.2 mg/h of gain outweigh it.
    assert rate.u_between_mg_h == pytest.approx(np.hypot(0.2, 0.01), rel=0.01)


def test_a_loss_that_is_yet_to_be_weighed_again_may_stray_by_its_floor(tmp_path):
    def so_far(reader):
        before, _ = inputs.weighings_around(reader, RECIPE)
        return inputs.evaporation_so_far(reader, before)

    rate = read(tmp_path, so_far, loses(0.4))
    # 0.01 mg/h and 5 % of 0.4 mg/h.
    assert (rate.rate_mg_h, rate.u_between_mg_h) == pytest.approx((0.4, np.hypot(0.01, 0.02)), rel=1e-6)


def test_the_weighings_next_to_a_window_are_taken(tmp_path):
    spans = ((0, 1), (2, 3), (30, 31), (32, 33))
    before, after = read(tmp_path, lambda reader: inputs.weighings_around(reader, RECIPE), zero_flow=spans)
    hours = [(one - EPOCH_NS) // HOUR_NS for one in (before.from_ns, before.to_ns, after.from_ns, after.to_ns)]
    assert hours == [2, 3, 30, 31]


def test_hours_between_weighings_and_window_are_told(tmp_path):
    around = read(tmp_path, lambda reader: inputs.surroundings(reader, RECIPE), zero_flow=((0, 3), (31, 33)))
    assert (around.lead_h, around.lag_h) == pytest.approx((1.0, 2.0))


def steady_before(folder, since_h):
    """Return the surroundings of a window from the 8th hour on, when the flow is steady since another hour."""
    recipe = replace(RECIPE, from_ns=EPOCH_NS + 8 * HOUR_NS)
    with weighed(folder, lambda hour: 30_000.0 + 40.0 * hour, hours=33, noise_mg=0.0) as record:
        tell(record, (since_h - 4.0) * 3600.0, "run_continuous", rate_ul_h=40.0)
        with record.reader() as reader:
            return inputs.surroundings(reader, recipe)


def test_steady_flow_before_a_window_is_on_the_windows_own_axis(tmp_path):
    ((t_s, _),) = steady_before(tmp_path, 5.0).stretches
    assert (t_s[0], t_s[-1]) == (-3 * 3600.0, -60.0)


def test_two_hours_of_steady_flow_before_a_window_say_nothing(tmp_path):
    assert not steady_before(tmp_path, 6.0).stretches


def test_a_third_reading_in_a_row_that_is_missing_is_a_gap(tmp_path):
    # Three of a pace of a minute.
    assert read(tmp_path, lambda reader: inputs.weighing(reader, *WINDOW)).max_gap_s == 180.0


def physical(due):
    calibration = {"id": "C-1", "due": due}
    instruments = {**START["instruments"], "balance": {**START["instruments"]["balance"], "calibration": calibration}}
    return {"kind": "physical", "instruments": instruments}


# The window ends on 2026-01-06: the records begin on 2026-01-05 at 08:00 UTC and the window 4 h later, for 25 h.
@pytest.mark.parametrize("due, reasons", [("2026-01-05", 1), ("2026-01-06", 0)])
def test_a_calibration_holds_on_the_day_that_it_is_due(tmp_path, due, reasons):
    found = read(tmp_path, lambda reader: inputs.standing_invalid(reader, WINDOW[1]), start=physical(due))
    assert len(found) == reasons
