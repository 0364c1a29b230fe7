"""Lines of the budgets of volumes, counts and clocks of a steady run, worked out by hand."""

import math

import numpy as np
import pytest

from rig.errors import NotShownError
from rig.evaluation.case import WeighedCourse
from rig.evaluation.claims import pump_account
from rig.evaluation.inputs import Weighing
from rig.evaluation.programme import Programme
from rig.evaluation.pump_told import PumpTold
from rig.evaluation.weighed_window import WeighedWindow
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation import steady
from tests.evaluation.courses import given, line, span
from tests.evaluation.happenings import judged, tell
from tests.evaluation.records import weighed

CORRECTIONS = Corrections(
    EvaporationRate(0.1, 0.004, wander_mg2_h=0.0025, u_between_mg_h=0.006),
    Ambient(
        liquid_temperature_c=20.0,
        air_temperature_c=20.0,
        air_pressure_hpa=1013.25,
        relative_humidity_percent=50.0,
        u_liquid_temperature_k=0.3,
        u_air_temperature_k=0.0,
        u_air_pressure_hpa=0.0,
        u_relative_humidity_percent=0.0,
        u_relative_density=0.0007,
    ),
    BalanceSpecification(readability_mg=0.2, repeatability_mg=0.3, linearity_mg=0.15, calibration_relative_u=2e-4),
    TipInVessel(needle_mm=3.0, vessel_mm=30.0, u_diameter_mm=0.03, u_vessel_mm=0.4, capillary_mg=0.05),
)
# Z of water at 20 °C in such air, times 1 − (3/30)².
PER_MG = 1.0028512 * 0.99
# Calibration, water's expansion of 2.068e-4 per kelvin, composition, and the needle's 2·(d/D)²·√((u_d/d)² + (u_D/D)²).
RELATIVE = math.hypot(2e-4, 2.068e-4 * 0.3, 0.0007, 0.02 * math.hypot(0.01, 0.4 / 30.0))


def window():
    nothing = Weighing(np.empty(0), np.empty(0), 180.0, ())
    return WeighedWindow(0, 1, nothing, Programme((), 1), CORRECTIONS, 0.5, 0, ())


def test_one_reading_is_worth_its_repeatability():
    assert window().reading_ul == pytest.approx(PER_MG * 0.3, rel=1e-6)


def test_a_level_is_worth_drop_digit_and_linearity():
    expected_mg = math.sqrt(0.05**2 + 0.2**2 / 12.0 + 0.15**2 / 3.0)
    assert window().level_ul == pytest.approx(PER_MG * expected_mg, rel=1e-6)


def test_the_scale_is_worth_calibration_liquid_and_needle():
    assert window().u_relative == pytest.approx(RELATIVE, rel=1e-3)


def course():
    """Return a course of three readings an hour apart, whose readings scatter by 0.4 mg."""
    return WeighedCourse(np.array([0, 3600, 7200]) * 10**9, np.array([0.0, 30.0, 70.0]), CORRECTIONS, 0.5, 0.4)


@pytest.mark.parametrize("hours, volume_ul", [(0.0, 0.0), (24.0, 0.0), (0.0, 1000.0), (24.0, 1000.0)])
def test_a_difference_of_two_readings_is_worth_readings_loss_strokes_and_scale(hours, volume_ul):
    readings = 2.0 * (0.4**2 + 0.2**2 / 12.0 + 0.05**2) + 0.15**2 / 3.0
    loss = 0.0025 * hours + (0.004**2 + 0.006**2) * hours**2
    expected_ul = math.sqrt(PER_MG**2 * (readings + loss) + 0.5**2 / 6.0 + (RELATIVE * volume_ul) ** 2)
    assert float(course().u_ul(hours, volume_ul)) == pytest.approx(expected_ul, rel=1e-3)


def test_a_course_stands_between_its_readings_and_a_little_beyond_its_ends():
    # Three intervals beyond the ends, and not a second more.
    at_s = np.array([-3 * 3600 - 1, -3 * 3600, 1800, 5400, 7200 + 3 * 3600, 7200 + 3 * 3600 + 1])
    assert course().at(at_s * 10**9) == pytest.approx([math.nan, 0.0, 15.0, 50.0, 70.0, math.nan], nan_ok=True)


def settled(folder, function, limit, of, *tells, **parameters):
    """Settle a claim about a part of a steady run of 40 µL/h; its hours count from the first order."""
    mass, rests = given((0, 40.0), (25, 0.0)), ((0, 3), (-3, 0))
    with weighed(folder, mass, hours=33, noise_mg=0.0, zero_flow=rests, start=steady.start()) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=40.0)
        for one in tells:
            one(record)
        tell(record, 25 * 3600.0, "stop")
        return judged(record, function, limit, of, **parameters)


VOLUME = Limit("µL", 0.0, 2000.0)


@pytest.mark.parametrize("of, ends", [((1, 24), 2), ((-0.5, 24), 1), ((1, 25.5), 1)])
def test_strokes_are_cut_at_the_ends_at_which_the_pump_runs(tmp_path, of, ends):
    cut = line(settled(tmp_path, "delivered volume", VOLUME, span(*of)), "phase of the strokes at both ends")
    # 0.5 µL, rectangular, at each of them; of one rate it is the flow's, from the middle of a minute at each end.
    assert cut.contribution == pytest.approx(0.5 * math.sqrt(ends / 12.0), rel=1e-3)


def test_a_window_with_the_pump_at_rest_at_both_ends_cuts_no_stroke(tmp_path):
    result = settled(tmp_path, "delivered volume", VOLUME, span(-0.5, 25.5))
    assert not [one for one in result.number.budget if "strokes" in one.name]


PERCENT = Limit("%", -5.0, 5.0)


def test_books_are_off_by_percents_of_what_was_weighed(tmp_path):
    # 1010 µL counted where 1000 were weighed.
    result = settled(tmp_path, "books error", PERCENT, span(0, 25), steady.books(counted_ul=1010.0))
    assert result.number.value == pytest.approx(1.0, abs=0.01)


def test_a_reservoir_that_falls_too_little_is_off_below(tmp_path):
    result = settled(tmp_path, "reservoir error", PERCENT, span(0, 25), steady.books(fallen_ul=980.0))
    assert result.number.value == pytest.approx(-2.0, abs=0.01)


@pytest.mark.parametrize("begin_s, hidden_ul", [(0.0, 0.5), (15.0, 0.75)])
def test_a_count_may_miss_a_stroke_at_each_end_or_what_came_before_it_was_read(tmp_path, begin_s, hidden_ul):
    counted = steady.books(counted_ul=1500.0)
    result = settled(tmp_path, "books error", PERCENT, span(begin_s / 3600.0, 25), counted)
    # A microlitre a minute, read each minute; half of one is a stroke. Rectangular, in percent of 1000 µL.
    pace = line(result, "pace of the pump's count")
    assert pace.contribution == pytest.approx(0.1 * math.hypot(hidden_ul, 0.5) / math.sqrt(12.0), rel=1e-3)


def test_a_count_is_held_to_the_programme_however_much_was_weighed(tmp_path):
    counted = steady.books(counted_ul=1020.0)
    result = settled(tmp_path, "counted error", PERCENT, span(0, 25), counted, programmed_ul=1000.0)
    # 1000 µL were asked for and weighed.
    assert result.number.value == pytest.approx(2.0, abs=1e-6)
    assert result.number.expanded == pytest.approx(1.95 * 0.05 * math.sqrt(2.0 / 12.0), rel=0.01)


def test_the_most_that_is_counted_in_any_span_is_that_of_the_fastest(tmp_path):
    result = settled(
        tmp_path, "most counted in any span", VOLUME, span(0, 25), steady.books(counted_ul=1500.0), hours=4.0
    )
    assert result.number.value == pytest.approx(240.0, abs=1e-6)


def test_what_was_weighed_is_as_uncertain_for_books_as_for_itself(tmp_path):
    books = settled(tmp_path, "books error", PERCENT, span(0, 25), steady.books(counted_ul=1500.0))
    # 100·(1500/V − 1) falls by 0.15 % for each microlitre of V: linearity of 0.03 mg, rectangular.
    expected_percent = 0.15 * 1.00285 * 0.03 / math.sqrt(3.0)
    assert line(books, "linearity").contribution == pytest.approx(expected_percent, rel=1e-3)


PPM = Limit("ppm", -500.0, 500.0)


def clocked(folder):
    """Settle the drift of a clock that tells whole seconds and gains 30 ppm, over 25 h."""
    ahead_s = 7.0 + 30e-6 * 60.0 * np.arange(33 * 60 + 1)
    return settled(folder, "pump clock drift", PPM, span(0, 25), steady.books(clock_ahead_s=ahead_s))


def test_a_clock_gains_what_it_was_told_to_gain(tmp_path):
    assert clocked(tmp_path).number.value == pytest.approx(30.0, abs=1e-3)


@pytest.mark.parametrize(
    "name, contribution_ppm",
    [
        # A second either way in 90 000 s, rectangular.
        ("drifts that agree with all readings", 1e6 / 90_000.0 / math.sqrt(3.0)),
        ("rig's clock", 50.0),
    ],
)
def test_a_drift_is_worth_a_second_over_its_span_and_the_rigs_own_clock(tmp_path, name, contribution_ppm):
    assert line(clocked(tmp_path), name).contribution == pytest.approx(contribution_ppm, rel=1e-3)


def test_books_of_a_pump_that_delivered_nothing_of_what_was_asked_for_are_its_own_fault(tmp_path):
    def books_error(case):
        return pump_account.books_error(Recipe("books error", {}, *span(0, 25)), case.reader)

    with pytest.raises(NotShownError, match="where 1000 µL were asked for: nothing to compare the books with"):
        steady.case_of(tmp_path, books_error, rate_ul_h=-0.1, tells=[steady.books()])


def test_the_most_that_is_counted_is_as_uncertain_as_its_smallest_step_where_no_stroke_is_declared():
    told = PumpTold(np.array([0, 60, 120]) * 10**9, np.array([0.0, 1.0, 3.0]))
    assert (told.own_ul(0.5), told.own_ul(0.0)) == (0.5, 1.0)
