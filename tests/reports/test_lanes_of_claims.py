"""Claims about events are drawn in lanes of time; a broken world is seen there."""

import pytest

from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.judging import Limit
from tests.evaluation.happenings import challenge, clock_ahead, log, status, tell
from tests.reports.drawn_claims import drawn


def test_an_alarm_that_came_late_lies_behind_what_is_allowed(world):
    record = world((0, 20.0), (10, 0.0))
    clock_ahead(record, 0.0)
    status(record, (60.0, "infusing", ()), (3600.0, "infusing", ("battery_low",)))
    claim = ("an alarm came", None, {"alarm": "battery_low", "within_s": 600.0})
    (result,), graphs = drawn(record, claim)
    (timeline,) = (one for one in graphs.timelines if one.name == "alarm")
    lanes = {lane.name: lane for lane in timeline.lanes}
    assert result.verdict == "FAIL"
    assert lanes["battery_low"].stretches[0].begin > lanes["allowed"].stretches[0].end
    assert lanes["battery_low"].stretches[0].tone == "bad"


def test_the_delay_of_an_alarm_is_drawn_from_one_reading_of_the_status_to_the_next(world):
    record = world((0, 20.0), (10, 0.0))
    status(record, (-60.0, "infusing", ()), (120.0, "infusing", ("battery_low",)))
    _, graphs = drawn(record, ("alarm delay", Limit("s", upper=200.0), {"alarm": "battery_low"}))
    (timeline,) = (one for one in graphs.timelines if one.name == "alarm")
    (lane,) = (one for one in timeline.lanes if one.name == "battery_low")
    # The status is read each minute.
    assert (lane.stretches[0].begin, lane.stretches[0].end) == pytest.approx((60.0, 120.0))


def test_what_was_done_twice_ends_twice(world):
    record = world((0, 20.0), (10, 0.0))
    for begin_h, end_h in ((1, 2), (3, 5)):
        challenge(record, begin_h * 3600, ChallengeKind.OCCLUSION, until_s=end_h * 3600)
    _, graphs = drawn(record, ("no alarm", None, {}))
    (timeline,) = (one for one in graphs.timelines if one.name == "events")
    (lane,) = (one for one in timeline.lanes if one.name == "occlusion")
    assert [(one.begin, one.end) for one in lane.stretches] == [pytest.approx((1, 2)), pytest.approx((3, 5))]


def test_an_alarm_that_nobody_expects_stands_in_a_lane_of_its_own(world):
    record = world((0, 20.0), (10, 0.0))
    status(record, (60.0, "infusing", ()), (3600.0, "infusing", ("stall",)), (7200.0, "infusing", ()))
    _, graphs = drawn(record, ("no alarm", None, {}))
    (timeline,) = (one for one in graphs.timelines if one.name == "events")
    (lane,) = (one for one in timeline.lanes if one.name == "stall")
    (stood,) = lane.stretches
    assert (stood.begin, stood.end, stood.tone) == (pytest.approx(1.0), pytest.approx(2.0), "bad")


def test_an_order_that_the_log_hides_is_marked_in_it(world):
    record = world((0, 20.0), (10, 0.0))
    clock_ahead(record, 0.0)
    status(record, (60.0, "infusing", ()), (10 * 3600 + 60.0, "stopped", ()))
    log(record, (0, "infusion_started"), read_at_s=11 * 3600)
    _, graphs = drawn(record, ("log tells all", None, {}), window=(0.0, 12.0))
    (timeline,) = (one for one in graphs.timelines if one.name == "log")
    told = [moment.tone for moment in timeline.lanes[0].moments]
    assert told == ["good", "bad"]


def test_a_request_granted_within_the_lockout_lies_in_its_bar(world):
    record = world((0, 20.0), (10, 0.0))
    tell(record, 10 * 3600, "allow_patient_boluses", volume_ul=5.0, lockout_minutes=60, most_in_24_h=4)
    for at_h in (10.5, 11.0):
        tell(record, at_h * 3600, "request_patient_bolus", extra={"granted": True}, volume_ul=5.0)
    _, graphs = drawn(record, ("patient bolus given", None, {}), window=(10.0, 12.0))
    (timeline,) = (one for one in graphs.timelines if one.name == "requests")
    granted, _, locked = timeline.lanes
    assert locked.stretches[0].begin < granted.moments[1].at < locked.stretches[0].end
    # An hour each.
    assert [one.end - one.begin for one in locked.stretches] == pytest.approx([1.0, 1.0])
