"""How far apart two witnesses may be before it is a contradiction, worked out by hand: just inside, and just beyond."""

import math
import re

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import SeriesError
from rig.evaluation.case import Case
from rig.evaluation.directions import moved
from rig.evaluation.evidence import books, flow_sensor, motor, programme
from rig.evaluation.evidence import log as log_witness
from rig.samples import Block
from tests.evaluation import steady
from tests.evaluation.courses import given
from tests.evaluation.happenings import WINDOW, clock_ahead, log, tell
from tests.evaluation.records import HOUR_NS, weighed
from tests.evaluation.steady import ONCE_IN_A_THOUSAND, PROGRAMMED_UL, RATE_UL_H, case_of

# Of one difference of two readings a whole delivery apart, from the bench's figures and the two weighings.
INSIDE, BEYOND = 0.97, 1.1


def against(folder, module, tells, **different):
    return case_of(folder, module.WITNESS.testify, tells=tells, **different).against


@pytest.fixture(scope="module")
def u_ul(tmp_path_factory):
    """The standard uncertainty of the whole volume that was weighed."""

    def of(case):
        (u,) = programme.whole_of(case, case.weighed).u_ul
        return float(u)

    return case_of(tmp_path_factory.mktemp("steady"), of)


def test_all_that_was_weighed_is_the_delivery_and_no_more(tmp_path):
    def volumes(case):
        whole = programme.whole_of(case, case.weighed)
        return float(whole.weighed_ul.sum()), float(whole.programmed_ul.sum())

    assert case_of(tmp_path, volumes, rate_ul_h=40.8) == pytest.approx((1020.0, PROGRAMMED_UL), abs=0.05)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("reaches, said", [(INSIDE, 0), (BEYOND, 1)])
def test_the_total_may_be_off_by_its_limit_and_what_the_weighing_is_worth(tmp_path, u_ul, sign, reaches, said):
    off_ul = sign * (0.02 * PROGRAMMED_UL + reaches * ONCE_IN_A_THOUSAND * u_ul)
    found = against(tmp_path, programme, (), rate_ul_h=RATE_UL_H * (1.0 + off_ul / PROGRAMMED_UL))
    assert len([one for one in found if one.startswith("from the first order")]) == said


def of_books(folder, counted_ul):
    told = case_of(folder, books.testify_books, tells=[steady.books(counted_ul=counted_ul)])
    return len(told.against)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("reaches, said", [(INSIDE, 0), (BEYOND, 1)])
def test_a_count_may_be_off_by_its_limit_and_what_the_weighing_is_worth(tmp_path, u_ul, sign, reaches, said):
    off_ul = sign * (0.05 * PROGRAMMED_UL + reaches * ONCE_IN_A_THOUSAND * u_ul)
    assert of_books(tmp_path, PROGRAMMED_UL + off_ul) == said


def test_books_that_were_not_read_behind_the_delivery_say_nothing_of_it(tmp_path):
    with pytest.raises(SeriesError, match="was not read before and after the delivery"):
        case_of(tmp_path, books.testify_books, tells=[steady.books(until_h=20.0)])


@pytest.mark.parametrize("fallen_ul, said", [(1011.9, 0), (1012.1, 1), (988.1, 0), (987.9, 1)])
def test_a_reservoir_may_be_off_by_a_percent_two_strokes_and_a_microlitre(tmp_path, fallen_ul, said):
    # Of a thousand that were counted: 10 + 2 · 0.5 + 1 µL.
    told = case_of(tmp_path, books.testify_reservoir, tells=[steady.books(fallen_ul=fallen_ul)])
    assert len(told.against) == said


def test_each_filling_of_a_reservoir_is_held_to_its_count(tmp_path):
    def refilled(record):
        hours = np.arange(33 * 60 + 1) / 60.0 - 4.0
        counted_ul = RATE_UL_H * np.clip(hours, 0.0, 25.0)
        clock_ahead(record, 0.0, delivered=counted_ul, reservoir=9_000.0 - counted_ul + 5_000.0 * (hours > 10.0))
        tell(record, 10 * 3600.0, "refilled", volume_ul=13_600.0)

    # 10 h of 40 µL/h, to the last reading a minute before it, and 15 h from the first reading a minute behind it on.
    before, behind = case_of(tmp_path, books.fallen_of, tells=[refilled])
    a_minute_ul = 40.0 / 60.0
    assert (before.fallen_ul, before.gained_ul) == pytest.approx((400.0 - a_minute_ul, 400.0 - a_minute_ul))
    assert (behind.fallen_ul, behind.gained_ul) == pytest.approx((600.0 - a_minute_ul, 600.0 - a_minute_ul))


def test_a_refill_that_was_lost_is_told_though_another_came_later(tmp_path):
    def refilled(record):
        hours = np.arange(33 * 60 + 1) / 60.0 - 4.0
        counted_ul = RATE_UL_H * np.clip(hours, 0.0, 25.0)
        kept_ul = 5_000.0 * ((hours > 10.0) & (hours < 11.0)) + 7_000.0 * (hours > 20.0)
        clock_ahead(record, 0.0, delivered=counted_ul, reservoir=9_000.0 - counted_ul + kept_ul)
        for at_h in (10, 20):
            tell(record, at_h * 3600.0, "refilled", volume_ul=13_600.0)

    (said,) = case_of(tmp_path, books.testify_reservoir, tells=[refilled]).against
    assert said.startswith("the reservoir fell by 5398.7 µL since its refill at 10.00 h, the pump counted 398.67 µL")


# Beyond 0.67 µL that were counted in that minute: two strokes, 1 µL, and the step that a content is shown in.
@pytest.mark.parametrize("lost_ul, shown_ul, told", [(3.0, 0.0, 1), (1.9, 0.0, 0), (9.0, 100.0, 0)])
def test_what_a_reservoir_loses_at_once_is_held_to_what_was_counted_just_then(tmp_path, lost_ul, shown_ul, told):
    def lose(record):
        hours = np.arange(33 * 60 + 1) / 60.0 - 4.0
        counted_ul = RATE_UL_H * np.clip(hours, 0.0, 25.0)
        left_ul = 9_000.0 - counted_ul - lost_ul * (hours > 10.0)
        shown = np.round(left_ul / shown_ul) * shown_ul if shown_ul else left_ul
        clock_ahead(record, 0.0, delivered=counted_ul, reservoir=shown)

    against = case_of(tmp_path, books.testify_reservoir, tells=[lose]).against
    said = "between 10.00 and 10.02 h the reservoir fell by 3.6667 µL, the pump counted 0.66667 µL: both cannot be true"
    assert list(against) == [said] * told


def test_a_reservoir_that_rises_is_told_so_and_since_when(tmp_path):
    def refilled(record):
        hours = np.arange(33 * 60 + 1) / 60.0 - 4.0
        counted_ul = RATE_UL_H * np.clip(hours, 0.0, 25.0)
        clock_ahead(
            record,
            0.0,
            delivered=counted_ul,
            reservoir=9_000.0 - np.minimum(counted_ul, 400.0) + 80_000.0 * (hours > 11.0),
        )
        tell(record, 10 * 3600.0, "refilled", volume_ul=9_000.0)

    (said,) = case_of(tmp_path, books.testify_reservoir, tells=[refilled]).against
    assert said.startswith("the reservoir rose by 80000 µL since its refill at 10.00 h, the pump counted 599.33 µL")


@pytest.mark.parametrize("by, said", [(3.0, "rose by 3 µL"), (-3.0, "fell by 3 µL"), (-0.0, "fell by 0 µL")])
def test_a_change_is_told_without_a_sign(by, said):
    assert moved(by, "µL") == said


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("beyond_edges, said", [(-3, 0), (3, 1)])
def test_edges_may_be_off_by_the_books_limit_the_weighing_and_two_strokes(tmp_path, u_ul, sign, beyond_edges, said):
    off_ul = 0.05 * PROGRAMMED_UL + 3.3 * u_ul + 2.0 * steady.STROKE_UL
    moved = round((PROGRAMMED_UL + sign * off_ul) / steady.STROKE_UL * steady.EDGES_PER_STROKE) + sign * beyond_edges
    # The counter stood at 500 before, and was read at the very begin and at the end.
    counts = steady.edges((-1.0, 500), (0.0, 500), (25.0, 500 + int(moved)))
    assert len(against(tmp_path, motor, [counts])) == said


@pytest.mark.parametrize("turned, said", [(64, 0), (65, 1)])
def test_a_motor_at_rest_may_end_the_stroke_that_was_under_way(tmp_path, turned, said):
    moved = round(PROGRAMMED_UL / steady.STROKE_UL * steady.EDGES_PER_STROKE)
    counts = steady.edges((-2.0, 500), (-1.0, 500 + turned), (0.0, 500 + turned), (25.0, 500 + turned + moved))
    assert len(against(tmp_path, motor, [counts])) == said


# The line may empty for ten minutes behind the stop.
@pytest.mark.parametrize("minute, said", [(5, 0), (9, 0), (11, 1), (20, 1)])
def test_a_motor_may_turn_while_the_line_settles_and_not_behind(tmp_path, minute, said):
    evaporation = {"zero_flow_hours": 3.0, "settle_minutes": 10.0}
    limits = {**steady.start()["limits"], "evaporation": evaporation}
    moved = 500 + round(PROGRAMMED_UL / steady.STROKE_UL * steady.EDGES_PER_STROKE)
    hour = 25.0 + minute / 60.0
    counts = steady.edges((-1.0, 500), (0.0, 500), (25.0, moved), (hour, moved), (hour + 1 / 60.0, moved + 200))
    with weighed(tmp_path, given((0, 40.0), (25, 0.0)), hours=33, start=steady.start() | {"limits": limits}) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=40.0)
        tell(record, 25 * 3600.0, "stop")
        counts(record)
        with record.reader() as reader:
            told = motor.WITNESS.testify(Case(reader, *WINDOW)).against
    assert len([one for one in told if one.startswith("the motor made")]) == said


@pytest.mark.parametrize(
    "accuracy, flow_ul_h, said",
    [
        # 5 % of 40 µL/h are more than 1 µL/h, and 3 µL/h are more than 5 %: the wider one holds.
        ({"percent": 5.0, "absolute": 1.0}, 42.0, 0),
        ({"percent": 5.0, "absolute": 1.0}, 38.0, 0),
        ({"percent": 5.0, "absolute": 1.0}, 42.2, 1),
        ({"percent": 5.0, "absolute": 1.0}, 37.8, 1),
        ({"percent": 5.0, "absolute": 3.0}, 43.0, 0),
        ({"percent": 5.0, "absolute": 3.0}, 43.2, 1),
        # Where nothing is stated: 10 µL/h, the wider one of that and of 10 %.
        (None, 50.0, 0),
        (None, 50.2, 1),
    ],
)
def test_a_flow_sensor_may_be_off_by_the_wider_of_its_limits(tmp_path, accuracy, flow_ul_h, said):
    assert len(against(tmp_path, flow_sensor, [steady.flow(flow_ul_h)], accuracy=accuracy)) == said


@pytest.mark.parametrize(
    "flow_ul_h, u_ul_h",
    [
        # Half of the 24 parts at 38, half at 42: 2·√(24/23) over √24.
        (np.where(np.arange(1501) < 750, 38.0, 42.0), 2.0 * math.sqrt(24.0 / 23.0) / math.sqrt(24.0)),
        # By turns: whoever saw every second one alone would be off by 2, a standard deviation of √8 over √2.
        (np.where(np.arange(1501) % 2, 38.0, 42.0), 2.0),
    ],
)
def test_the_scatter_of_a_flow_sensor_makes_its_mean_uncertain(tmp_path, flow_ul_h, u_ul_h):
    seen = case_of(tmp_path, flow_sensor.flow_seen, tells=[steady.flow(flow_ul_h)])
    assert (seen.mean_ul_h, seen.u_ul_h) == pytest.approx((RATE_UL_H, u_ul_h), rel=5e-3)


def test_a_flow_that_was_not_read_for_hours_weighs_as_long_as_it_lasted(tmp_path):
    # Ten hours at 38, ten at 42, and between them five from the one to the other: 40 on the mean.
    minutes = np.concatenate([np.arange(0, 601), np.arange(900, 1501)])

    def read(record):
        record.descriptor("flow", (Channel("flow", "µL/h"),), {})
        values = np.where(minutes <= 600, 38.0, 42.0)
        record.samples("flow", Block(WINDOW[0] + minutes * (HOUR_NS // 60), {"flow": values}))

    assert case_of(tmp_path, flow_sensor.flow_seen, tells=[read]).mean_ul_h == pytest.approx(40.0, rel=1e-3)


def test_a_mean_flow_is_held_to_what_was_weighed_in_the_same_hours(tmp_path):
    seen = case_of(tmp_path, flow_sensor.flow_seen, tells=[steady.flow(RATE_UL_H)], rate_ul_h=40.8)
    # Its last sample lies a minute before the stop.
    assert (seen.weighed_ul_h, seen.hours) == pytest.approx((40.8, 25.0 - 1.0 / 60.0), rel=1e-5)


# A tenth of 6 min, and 3 s for two stamps.
@pytest.mark.parametrize("took_s, said", [(398.0, 0), (400.0, 1), (322.0, 0), (320.0, 1)])
def test_a_bolus_may_take_its_limit_and_what_stamps_are_worth_longer_by_the_log(tmp_path, took_s, said):
    def bolus(record):
        tell(record, 200.0, "give_bolus", volume_ul=10.0, rate_ul_h=100.0)
        log(record, (0, "infusion_started"), (200, "bolus_started"), (200 + took_s, "bolus_ended"), read_at_s=1000)

    found = against(tmp_path, log_witness, [steady.books(), bolus])
    assert len([one for one in found if "took" in one]) == said


def test_all_stretches_of_a_course_are_one_comparison(tmp_path):
    """The whole, and six times halves of it, half over each other: 1, 3, 7, 15, 31, 63 and 127 stretches.

    Of 247 one is off by 4.6 standard uncertainties once in a thousand times.
    """

    def short(case):
        (found,) = [one for one in programme.testify(case).against if one.startswith("between")]
        begin_h, end_h, reach_ul = (
            float(one) for one in re.findall(r"between (.*) and (.*) h .* ± (.*) µL were", found)[0]
        )
        return reach_ul / float(case.weighed.u_ul(end_h - begin_h, RATE_UL_H * (end_h - begin_h)))

    assert case_of(tmp_path, short, rate_ul_h=0.5 * RATE_UL_H) == pytest.approx(4.6, rel=0.05)
