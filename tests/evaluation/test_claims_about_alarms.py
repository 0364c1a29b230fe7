"""Alarms that a plan claims: within a time of their cause, by status and log, with their priority; or none."""

import pytest

from rig.evaluation.pump_alarms import shown_before
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.events import ReadingMissed, WindowEnds
from tests.evaluation.happenings import WINDOW, challenge, clock_ahead, judged, log, ns, put, status, tell
from tests.evaluation.records import weighed


def level_mg(_hour):
    return 30_000.0


@pytest.fixture
def run(tmp_path):
    """A record whose pump is read each minute, and in which nothing has happened yet."""
    with weighed(tmp_path, level_mg, hours=33, noise_mg=0) as record:
        status(record, (-100, "stopped", ()))
        yield record


def came(record, within_s=200.0, **more):
    return judged(record, "an alarm came", alarm="occlusion", within_s=within_s, **more)


def test_an_alarm_that_came_in_time_came(run):
    status(run, (120, "alarm", ("occlusion",)))
    result = came(run)
    assert (result.verdict, result.fact) == (
        "PASS",
        "occlusion came 60 to 120 s after the window's begin (the status is read each 60 s)",
    )


@pytest.mark.parametrize("within_s, verdict", [(130.0, "PASS"), (90.0, "INVALID"), (50.0, "FAIL")])
def test_what_lies_between_two_readings_of_the_status_is_not_known(run, within_s, verdict):
    status(run, (120, "alarm", ("occlusion",)))
    assert came(run, within_s).verdict == verdict


@pytest.mark.parametrize("within_s, verdict", [(66.0, "PASS"), (64.0, "FAIL")])
def test_the_logs_stamp_dates_an_alarm_between_two_readings(run, within_s, verdict):
    clock_ahead(run, 40.0)
    status(run, (120, "alarm", ("occlusion",)))
    log(run, (65, "occlusion"), ahead_s=40.0, read_at_s=121)
    assert came(run, within_s).verdict == verdict


def test_the_sample_that_told_of_an_alarm_is_no_reading_before_it(run):
    clock_ahead(run, 0.0)
    status(run, (120.05, "alarm", ("occlusion",)))
    assert came(run).details["soonest_s"] == pytest.approx(60.0, abs=0.1)


def test_a_stamp_that_lies_outside_of_the_readings_dates_nothing(run):
    clock_ahead(run, 0.0)
    status(run, (120, "alarm", ("occlusion",)))
    log(run, (5, "occlusion"), read_at_s=121)
    assert came(run, 90.0).verdict == "INVALID"


def test_readings_that_were_missed_say_nothing_of_when_an_alarm_rose(run):
    for at_s in (60, 120):
        put(run, at_s, ReadingMissed("pump", "no reply"))
    status(run, (180, "alarm", ("occlusion",)))
    assert came(run, 300.0).details["soonest_s"] == 0.0


def test_time_counts_from_the_challenge_that_the_plan_names(run):
    challenge(run, 1000, u_s=0.5)
    status(run, (1100, "alarm", ("occlusion",)))
    result = came(run, 110.0, after="occlusion")
    assert result.verdict == "PASS"
    assert (result.details["soonest_s"], result.details["latest_s"]) == (39.0, 101.0)


def test_time_counts_from_the_command_that_the_plan_names(run):
    tell(run, 500, "set_low_reservoir", volume_ul=10.0)
    status(run, (600, "alarm", ("occlusion",)))
    assert came(run, 101.0, after="set_low_reservoir").verdict == "PASS"


@pytest.mark.parametrize("after", ["link lost", "link_lost"])
def test_a_challenge_is_the_cause_under_the_plans_word_and_the_records(run, after):
    """The alarm bears the challenge's name: counted from itself it would always be in time."""
    challenge(run, 60, ChallengeKind.LINK_LOST)
    status(run, (660, "alarm", ("link_lost",)))
    result = judged(run, "an alarm came", alarm="link_lost", within_s=200.0, after=after)
    assert result.verdict == "FAIL"
    assert "s after link lost" in result.fact


def test_a_cause_that_did_not_happen_is_told_with_what_did(run):
    challenge(run, 1000, ChallengeKind.KINK)
    result = came(run, after="kinky")
    assert result.verdict == "INVALID"
    assert "did you mean 'kink'" in result.reasons[0]


def test_an_alarm_that_stood_before_its_cause_did_not_come_of_it(run):
    status(run, (500, "alarm", ("occlusion",)))
    challenge(run, 1000)
    result = came(run, after="occlusion")
    assert result.verdict == "FAIL"
    assert "stood already before occlusion" in result.reasons[0]


def test_an_alarm_that_the_log_dates_before_its_cause_did_not_come_of_it(run):
    clock_ahead(run, 0.0)
    challenge(run, 1050)
    status(run, (1079, "alarm", ("occlusion",)))
    log(run, (1030, "occlusion"), read_at_s=1080)
    assert "rose before occlusion" in came(run, after="occlusion").reasons[0]


def test_an_alarm_that_stands_in_the_log_alone_did_not_show(run):
    clock_ahead(run, 0.0)
    log(run, (65, "occlusion"), read_at_s=121)
    result = came(run)
    assert result.verdict == "FAIL"
    assert "though its log has a line of it" in result.reasons[0]


@pytest.mark.parametrize(
    "critical, verdict, why",
    [
        (("occlusion",), "PASS", ""),
        ((), "FAIL", "as a non-critical alarm, not as a critical one"),
        (None, "INVALID", "this pump tells no priorities"),
    ],
)
def test_an_alarm_has_the_priority_that_is_claimed(run, critical, verdict, why):
    status(run, (120, "alarm", ("occlusion",), critical))
    result = came(run, priority="critical")
    assert (result.verdict, why in "".join(result.reasons)) == (verdict, True)


def test_a_priority_is_that_of_the_alarm_and_not_of_one_beside_it(run):
    status(run, (120, "alarm", ("occlusion", "stall"), ("stall",)))
    assert "as a non-critical alarm" in came(run, priority="critical").reasons[0]


def test_an_alarm_that_is_claimed_is_no_contradiction(run):
    status(run, (120, "alarm", ("occlusion",)))
    assert came(run).reasons == ()


def test_an_alarm_that_is_denied_is_one(run):
    status(run, (120, "alarm", ("occlusion",)), (240, "stopped", ()))
    result = judged(run, "no alarm")
    assert result.verdict == "FAIL"
    assert "the status showed occlusion, 120 s after the window's begin" in result.reasons


def test_no_alarm_came_where_none_did(run):
    clock_ahead(run, 0.0)
    log(run, (100, "low_mark_set"), (200, "commit_refused"))
    assert judged(run, "no alarm").fact == "no alarm came"


def test_an_alarm_between_two_readings_stands_in_the_log(run):
    clock_ahead(run, 0.0)
    log(run, (65, "stall"), read_at_s=121)
    assert "the log tells of stall" in judged(run, "no alarm").reasons[0]


def test_an_alarm_that_stands_when_the_window_begins_is_one(run):
    status(run, (-50, "alarm", ("occlusion",)))
    assert judged(run, "no alarm").verdict == "FAIL"


def test_another_alarm_is_not_the_one_that_is_denied(run):
    status(run, (120, "alarm", ("occlusion",)))
    assert judged(run, "no alarm", which="stall").fact == "stall did not come"


def test_a_pump_whose_status_was_not_followed_may_have_been_in_alarm(tmp_path):
    with weighed(tmp_path, level_mg, hours=33, noise_mg=0) as record:
        assert judged(record, "no alarm").verdict == "INVALID"


@pytest.mark.parametrize("stamp_s, between_s", [(119.9, (119.5, 120.0)), (60.1, (60.0, 60.5)), (90.0, (89.6, 90.4))])
def test_an_alarm_rose_where_status_and_log_both_have_it(run, stamp_s, between_s):
    clock_ahead(run, 0.0)
    status(run, (120, "alarm", ("occlusion",)))
    log(run, (stamp_s, "occlusion"), read_at_s=121)
    # A stamp is known to 0.2 s (k = 1).
    told = came(run).details
    assert (told["soonest_s"], told["latest_s"]) == pytest.approx(between_s)


@pytest.mark.parametrize("at_s, before", [(119, False), (120, False), (120.001, True), (300, True), (300.001, False)])
def test_what_shows_at_a_moment_did_not_show_before_it(run, at_s, before):
    status(run, (120, "alarm", ("occlusion",)), (300, "stopped", ()))
    with run.reader() as reader:
        assert shown_before(reader, "occlusion", ns(at_s)) is before


def stands(record, alarm="reset"):
    return judged(record, "an alarm stands", alarm=alarm)


def test_an_alarm_that_every_status_shows_stands(run):
    status(run, (120, "alarm", ("reset",)), (300, "alarm", ("reset",), ("reset",)))
    result = stands(run)
    assert (result.verdict, result.fact) == ("PASS", "reset stood from 120 s after the window's begin to its end")


def test_an_alarm_that_stood_before_stands_from_the_windows_begin(run):
    status(run, (-50, "alarm", ("reset",)))
    assert stands(run).details["since_s"] == 0.0


def test_an_alarm_that_one_status_lacks_does_not_stand_though_it_comes_again(run):
    status(run, (120, "alarm", ("reset",)), (300, "stopped", ()), (360, "alarm", ("reset",)))
    result = stands(run)
    assert result.verdict == "FAIL"
    assert "reset stood 120 s after the window's begin, and at 300 s no more" in result.reasons


def test_what_a_stop_behind_the_windows_end_acknowledges_stood_until_then(run):
    """On the virtual clock both bear the same time: what was recorded first came first."""
    end_s = (WINDOW[1] - WINDOW[0] - 1) / 1e9
    status(run, (120, "alarm", ("reset",)))
    put(run, end_s, WindowEnds("told", *WINDOW))
    tell(run, end_s, "stop")
    status(run, (end_s, "stopped", ()))
    assert stands(run).verdict == "PASS"


def test_an_alarm_that_is_gone_at_the_windows_last_reading_does_not_stand(run):
    end_s = (WINDOW[1] - WINDOW[0] - 1) / 1e9
    status(run, (120, "alarm", ("reset",)), (end_s, "stopped", ()))
    put(run, end_s, WindowEnds("told", *WINDOW))
    assert stands(run).verdict == "FAIL"


def test_an_alarm_that_never_showed_does_not_stand(run):
    status(run, (-50, "alarm", ("reset",)), (-20, "stopped", ()), (120, "alarm", ("stall",)))
    assert "reset did not show in the window" in stands(run).reasons


def test_whether_an_alarm_stood_of_a_pump_whose_status_was_not_followed_is_not_known(tmp_path):
    with weighed(tmp_path, level_mg, hours=33, noise_mg=0) as record:
        assert stands(record).verdict == "INVALID"
