"""Lanes of time stand on the page as they are: in their places, in words, in a shape beside each colour."""

import pytest

from reports.drawing.intervals import TRUTH_WIDTH, truth_of
from reports.drawing.lanes import WIDTH, lanes_of
from reports.facts.run_facts import TruthRow, TruthTable
from reports.facts.timelines import Lane, Moment, Stretch, Timeline, Tone
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.events import PlanBegins, PlanEnds
from rig.record.bodies.pump_events import PumpStateChanged
from tests.reports.records import PLAN
from tests.reports.written import html_of


def timeline(*lanes, begin=0.0, end=10.0):
    return Timeline("t", "Title", "Caption.", "the begin", "h", begin, end, lanes)


def drawn(*moments, **ends):
    return lanes_of(timeline(Lane("lane", moments=moments), **ends))


def test_what_is_half_way_lies_in_the_middle():
    (moment,) = drawn(Moment(5.0, Tone.GOOD, "here")).lanes[0].moments
    assert moment.x == WIDTH / 2.0


def test_what_lies_beyond_the_axis_lies_at_its_end():
    first, last = drawn(Moment(-5.0, Tone.GOOD, "before"), Moment(50.0, Tone.GOOD, "behind")).lanes[0].moments
    assert 0.0 <= first.x < last.x <= WIDTH


def test_what_lasts_for_a_moment_can_be_seen():
    (stretch,) = lanes_of(timeline(Lane("lane", stretches=(Stretch(5.0, 5.0, Tone.BAD, "short"),)))).lanes[0].stretches
    assert stretch.width >= 2.0


@pytest.mark.parametrize("begin, end", [(0.0, 10.0), (-0.003, 0.02), (100.0, 700.0)])
def test_ticks_are_few_round_numbers_within_the_axis(begin, end):
    ticks = lanes_of(timeline(begin=begin, end=end)).ticks
    assert 2 <= len(ticks) <= 8
    assert all(0.0 <= tick.x <= WIDTH for tick in ticks)


def test_a_lane_says_what_lies_in_it():
    words = drawn(*(Moment(float(n), Tone.GOOD, f"thing {n}") for n in range(7))).lanes[0].words
    assert words == "lane: thing 0, thing 1, thing 2, thing 3, thing 4, and 2 more"


@pytest.fixture
def page(write):
    """The page of a plan in which the line was closed, and of an alarm that nobody expected."""
    scribe = write()
    scribe.record.event(PlanBegins(PLAN))
    scribe.clock.wait_s(3600)
    now_ns = scribe.clock.now_ns()
    scribe.record.event(ChallengeBegins(ChallengeKind.OCCLUSION, "twin", now_ns, 0.0))
    scribe.record.event(PumpStateChanged("pump", "infusing", now_ns, ("stall",), 1))
    scribe.clock.wait_s(3600)
    scribe.record.event(ChallengeEnds(ChallengeKind.OCCLUSION, "twin", scribe.clock.now_ns(), 0.0))
    scribe.record.event(PlanEnds(PLAN))
    return html_of(scribe)


@pytest.mark.parametrize(
    "words",
    [
        '<figcaption id="chart-1">Alarms, and what was done to the pump</figcaption>',
        'role="img" aria-label="occlusion: occlusion from 1.000 to 2.000 h"',
        "<title>stall from 1.000 to 2.000 h</title>",
        'stall <span class="muted">not expected</span>',
    ],
)
def test_the_page_has_them_without_a_script(page, words):
    assert words in page


def row(name, off, u_ul=0.5, of="the pump's own books"):
    volume = None if off is None else 100.0 * (1.0 + off / 100.0)
    return TruthRow(of, name, volume, u_ul, off, "", told=True)


def pictured(*rows):
    table = TruthTable(rows, (), ())
    return [truth_of(one, table) for one in rows]


def test_a_truth_that_is_the_programme_lies_on_it():
    (found,) = pictured(row("count", 0.0))
    assert found.value == found.programme == TRUTH_WIDTH / 2.0


def test_a_truth_that_is_off_lies_apart_with_its_interval_on_one_side():
    _, found = pictured(row("count", 0.0), row("weighed", -10.0, of="weighed"))
    assert found.interval.x + found.interval.width < found.programme


def test_a_flow_sensor_far_off_is_drawn_at_the_edge():
    _, found = pictured(row("count", 0.2), row("flow sensor", 60.0, of="beside them"))
    assert (found.beyond, found.value) == (1, TRUTH_WIDTH - 4.0)


def test_a_truth_in_words_has_no_picture():
    assert pictured(row("log", None)) == [None]
