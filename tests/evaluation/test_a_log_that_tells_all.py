"""A log that must tell all: what is missing, late, twice, out of order or of nothing is named."""

import numpy as np
import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import log as pump_log
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.pump_events import PumpLogUnreadable
from tests.evaluation.happenings import WINDOW, challenge, clock_ahead, judged, log, ns, put, status, tell
from tests.evaluation.records import weighed
from tests.evaluation.told_logs import AHEAD_S, ALL, BOLUS, BOLUS_ENDS, RUN, STOP, a_run, against


@pytest.fixture
def run(tmp_path):
    with a_run(tmp_path) as record:
        yield record


def test_a_log_that_tells_all_tells_all(run):
    assert against(run, *ALL) == []


def test_how_much_it_tells_is_said(run):
    log(run, *ALL, ahead_s=AHEAD_S, read_at_s=1000)
    assert judged(run, "log tells all").fact == "the pump's log tells of 4 of 4 that it must"


@pytest.mark.parametrize(
    "line, missing",
    [
        (RUN, "no line infusion_started tells of run_continuous at 0.000 h"),
        (BOLUS, "no line bolus_started tells of give_bolus at 0.028 h"),
        (BOLUS_ENDS, "no line bolus_ended tells of the end of give_bolus"),
        (STOP, "no line stopped tells of stop at 0.222 h"),
    ],
)
def test_an_event_without_its_line_is_named(run, line, missing):
    (found,) = against(run, *(one for one in ALL if one != line))
    assert found.startswith(missing)


def test_a_log_that_tells_nothing_misses_every_event(run):
    assert len(against(run)) == 4


def test_a_line_at_another_time_is_not_the_events_line(run):
    found = against(run, RUN, BOLUS, BOLUS_ENDS, (960, "stopped"))
    assert found[0].endswith("the nearest, number 13, is +60 s off")


def test_a_bolus_that_ends_too_soon_by_the_log_did_not_end_as_ordered(run):
    assert "no line bolus_ended" in against(run, RUN, BOLUS, (300, "bolus_ended"), STOP)[0]


def patient_bolus(record, at_s):
    """Let a patient's bolus of 6 µL be granted, at 60 µL/h."""
    tell(record, at_s, "request_patient_bolus", extra={"granted": True, "why": ""}, volume_ul=6.0, rate_ul_h=60.0)
    return (at_s, "patient_bolus_given"), (at_s, "bolus_started")


def square(record, at_s):
    tell(record, at_s, "give_square_bolus", volume_ul=6.0, over_minutes=6.0)
    return ((at_s, "square_started"),)


def ramp(record, at_s):
    tell(record, at_s, "run_ramp", from_ul_h=40.0, to_ul_h=60.0, over_hours=0.1)
    return ((at_s, "ramp_started"),)


def bridge(record, at_s):
    tell(record, at_s, "run_bridge", volume_ul=6.0, rate_ul_h=60.0, then_ul_h=40.0)
    return ((at_s, "bridge_started"),)


def prime(record, at_s):
    tell(record, at_s, "prime", volume_ul=6.0, rate_ul_h=60.0)
    return ((at_s, "prime_started"),)


# Each takes 6 min: its end is due then, give or take a tenth of that and 3 s.
SIX_MINUTES = [
    (patient_bolus, "bolus_ended"),
    (square, "square_ended"),
    (ramp, "ramp_ended"),
    (bridge, "bridge_ended"),
    (prime, "primed"),
]


@pytest.mark.parametrize("order, word", SIX_MINUTES)
@pytest.mark.parametrize("ended_s, said", [(1860, 0), (1860 - 38, 0), (1860 + 41, 1), (1500, 1)])
def test_whatever_takes_its_time_ends_in_the_log_when_it_is_over(run, order, word, ended_s, said):
    lines = order(run, 1500)
    log(run, *ALL, *lines, (ended_s, word), (2000, "watchdog_set"), ahead_s=AHEAD_S, read_at_s=2500)
    found = judged(run, "log tells all").reasons
    assert len([one for one in found if one.startswith(f"no line {word} tells of the end of ")]) == said
    # Without being asked for, the witness says the same.
    assert any(f"it tells of no {word} at 0.489 h" in one for one in found) == bool(said)


def test_a_clock_that_was_set_in_a_bolus_tells_nothing_of_how_long_it_took(tmp_path):
    later_s = 90_000.0
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(PlanBegins("plan"))
        clock_ahead(record, np.where((np.arange(33 * 60 + 1) - 240) * 60 > 300, later_s, 0.0))
        status(record, (-100, "stopped", ()))
        tell(record, 100, "run_continuous", rate_ul_h=40.0)
        tell(record, 200, "give_bolus", volume_ul=10.0, rate_ul_h=100.0)
        log(record, RUN, BOLUS, (300 + later_s, "clock_set"), (560 + later_s, "bolus_ended"), read_at_s=1000)
        assert not any(" took " in one for one in judged(record, "log tells all").reasons)


def test_an_end_that_a_clock_set_since_dates_badly_may_be_the_one_that_is_due(tmp_path):
    # An hour between two readings, in which a bolus ended and the clock was set: by the later one it ended later.
    minutes = np.array([*range(241), 300, *range(360, 33 * 60 + 1)])
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(PlanBegins("plan"))
        clock_ahead(record, np.where(minutes > 240, -3000.0, 0.0), minutes=minutes)
        status(record, (-100, "stopped", ()))
        for at_s in (-1200, 100):
            patient_bolus(record, at_s)
        tell(record, 1500, "set_clock", t_ns=ns(1500 - 3000))
        log(record, (-1200, "bolus_started"), (-840, "bolus_ended"), read_at_s=-60)
        log(record, (100, "bolus_started"), (460, "bolus_ended"), (1500 - 3000, "clock_set"), read_at_s=3600, first=12)
        with record.reader() as reader:
            against = pump_log.testify(Case(reader, *WINDOW)).against
    assert not any("tells of no bolus_ended" in one for one in against)


@pytest.mark.parametrize("order, word", SIX_MINUTES)
def test_what_a_stop_cuts_short_may_end_in_the_log_at_any_time(run, order, word):
    lines = order(run, 1500)
    tell(run, 1600, "stop")
    assert not any(word in one for one in against(run, *ALL, *lines, (1600, word), (1600, "stopped")))


def test_a_stop_may_cut_a_bolus_short(run):
    tell(run, 1200, "give_bolus", volume_ul=10.0, rate_ul_h=100.0)
    tell(run, 1300, "stop")
    more = ((1200, "bolus_started"), (1300, "bolus_ended"), (1300, "stopped"))
    assert against(run, *ALL, *more) == []


@pytest.mark.parametrize("word", ["infusion_started", "bolus_ended", "power_on", "stall"])
def test_a_line_of_what_did_not_happen_is_named(run, word):
    (found,) = against(run, RUN, BOLUS, BOLUS_ENDS, (700, word), STOP)
    assert found == f"it tells of {word} at 0.167 h, which nothing provoked"


def test_a_word_that_no_table_knows_is_not_judged(run):
    log(run, *ALL, (950, "barometer_read"), ahead_s=AHEAD_S, read_at_s=1000)
    assert judged(run, "log tells all").details == {"not_judged": ["barometer_read"]}


def test_lines_in_another_order_than_their_stamps_are_named(run):
    assert any("older than the line before it" in one for one in against(run, BOLUS, RUN, BOLUS_ENDS, STOP))


def test_an_alarm_has_its_line(run):
    status(run, (600, "alarm", ("stall",)))
    assert any(one.startswith("no line stall tells of the alarm stall") for one in against(run, *ALL))


def test_the_line_of_an_alarm_lies_between_two_readings_of_the_status(run):
    status(run, (640, "alarm", ("stall",)))
    assert against(run, RUN, BOLUS, BOLUS_ENDS, (600, "stall"), STOP) == []


@pytest.mark.parametrize(
    "granted, words", [(True, ("patient_bolus_given", "bolus_started")), (False, ("patient_bolus_refused",))]
)
def test_each_answer_to_a_patient_has_its_line(run, granted, words):
    tell(run, 1500, "request_patient_bolus", extra={"granted": granted, "why": "", "volume_ul": 1.0, "rate_ul_h": 60.0})
    assert against(run, *ALL, *((1500, word) for word in words)) == []


def test_an_answer_to_a_patient_that_is_not_logged_is_named(run):
    tell(run, 1500, "request_patient_bolus", extra={"granted": False, "why": "lockout"})
    assert "no line patient_bolus_refused" in against(run, *ALL)[0]


def test_a_power_cut_ends_with_a_start(run):
    challenge(run, 1500, ChallengeKind.POWER_CUT, until_s=1600)
    assert against(run, *ALL, (1605, "power_on")) == []


def test_a_start_behind_a_power_cut_that_is_not_logged_is_named(run):
    challenge(run, 1500, ChallengeKind.POWER_CUT, until_s=1600)
    assert "tells of the end of a power cut" in against(run, *ALL)[0]


def test_what_a_log_may_have_takes_no_line_from_what_it_must_have(run):
    """A button could have begun a bolus, and was refused: the lines of a bolus behind it are that one's."""
    challenge(run, 150, ChallengeKind.BUTTON)
    assert against(run, RUN, (150, "patient_bolus_refused"), BOLUS, BOLUS_ENDS, STOP) == []


def test_an_order_that_was_refused_may_stand_in_the_log(run):
    tell(run, 950, "run_continuous", result="RefusedError: no", rate_ul_h=1.0)
    assert against(run, *ALL, (950, "commit_refused")) == []


def test_a_log_in_words_of_its_own_is_not_known(run):
    log(run, (100, "pumpe_laeuft"), ahead_s=AHEAD_S, read_at_s=1000)
    assert judged(run, "log tells all").verdict == "INVALID"


def test_lines_that_could_not_be_read_are_told(run):
    put(run, 950, PumpLogUnreadable("pump", "garbled"))
    assert "it could not be read: garbled" in against(run, *ALL)


def test_a_clock_that_is_set_dates_the_lines_on_either_side(tmp_path):
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(PlanBegins("plan"))
        minutes = np.arange(33 * 60 + 1)
        clock_ahead(record, np.where(minutes >= 4 * 60 + 6, -7200.0, 0.0))
        status(record, (-100, "stopped", ()))
        tell(record, 100, "run_continuous", rate_ul_h=40.0)
        tell(record, 330, "set_clock", t_ns=1)
        tell(record, 900, "stop")
        log(record, (100, "infusion_started"), read_at_s=120)
        log(record, (330, "clock_set"), (900, "stopped"), ahead_s=-7200.0, read_at_s=960, first=11)
        assert against(record) == []


STALL = (700, "alarm", ("stall",)), (800, "stopped", ())
UNTIL_THEN = (RUN, BOLUS, BOLUS_ENDS, (700, "stall"))


def test_the_end_of_a_stall_has_its_line(run):
    status(run, *STALL)
    assert against(run, *UNTIL_THEN, (790, "stall_ended"), STOP) == []


def test_a_stall_that_is_over_without_a_line_is_named(run):
    status(run, *STALL)
    (found,) = against(run, *UNTIL_THEN, STOP)
    assert found.startswith("no line stall_ended tells of the end of the alarm stall")


def test_a_stall_that_lasts_has_no_end_to_tell_of(run):
    status(run, STALL[0])
    assert against(run, *UNTIL_THEN, STOP) == []


@pytest.mark.parametrize("late_s, missing", [(1.3, 0), (1.5, 1)])
def test_a_line_may_be_late_by_a_second_and_what_both_clocks_are_known_to(run, late_s, missing):
    # A stamp is known to 0.2 s: 1 s and twice that.
    found = against(run, (100 + late_s, "infusion_started"), BOLUS, BOLUS_ENDS, STOP)
    assert len([one for one in found if one.startswith("no line infusion_started")]) == missing


@pytest.mark.parametrize("cut_s, ends", [(None, 1), (1150, 0)])
def test_an_alarm_that_the_power_took_away_has_no_end_in_the_log(run, cut_s, ends):
    status(run, (1100, "alarm", ("stall",)))
    if cut_s is not None:
        challenge(run, cut_s, ChallengeKind.POWER_CUT, until_s=1160)
    status(run, (1200, "stopped", ()))
    found = against(run, *ALL, (1100, "stall"))
    assert len([one for one in found if "stall_ended" in one]) == ends
