"""Rate, boluses, warnings and dates that a pump tells, each held to what it was told and to its own readings."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.case import case_around
from rig.evaluation.evidence import foretold, the_rig, told_boluses, told_rate, warnings
from rig.evaluation.evidence import log as pump_log
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, log, ns, status, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, weighed

HOURS = 33
HOUR_OF = np.arange(HOURS * 60 + 1) / 60.0 - 4.0  # of the window, which begins 4 h after the record
UNITS = {"rate": "µL/h", "battery": "V", "reservoir": "µL", "boluses": "1"}
DAY_NS = 24 * HOUR_NS


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=HOURS) as record:
        yield record


def samples(record, **told):
    """Let the pump tell each minute."""
    record.descriptor("pump", tuple(Channel(name, UNITS[name]) for name in told), {})
    record.samples("pump", Block(EPOCH_NS + np.arange(HOURS * 60 + 1) * (HOUR_NS // 60), told))


def said(record, witness):
    with record.reader() as reader:
        return witness.testify(case_around(reader, Recipe("what a pump says", {}, *WINDOW))).against


def infused(record, *rates):
    """Order rates, µL/h, each from an hour of the window on; 0 for a stop."""
    for hour, rate_ul_h in rates:
        verb, arguments = ("run_continuous", {"rate_ul_h": rate_ul_h}) if rate_ul_h else ("stop", {})
        tell(record, hour * 3600, verb, **arguments)


@pytest.mark.parametrize("lie_ul_h, found", [(0.0, 0), (16.4, 1)])
def test_the_rate_in_the_status_is_the_rate_that_was_ordered(record, lie_ul_h, found):
    infused(record, (1, 40.0), (5, 200.0), (9, 0.0))
    rate = np.select([HOUR_OF < 1, HOUR_OF < 5, HOUR_OF < 9], [0.0, 40.0, 200.0], 0.0)
    samples(record, rate=rate + np.where((HOUR_OF > 3) & (HOUR_OF < 4), lie_ul_h, 0.0))
    against = said(record, told_rate.WITNESS)
    assert len(against) == found
    assert all("delivered 56.4 µL/h at 2.02 h, where it was told to deliver 40 µL/h" in one for one in against)


@pytest.mark.parametrize("late_s, found", [(98.0, 0), (103.0, 1)])
def test_a_rate_may_change_by_the_pumps_own_clock_which_drifts(record, late_s, found):
    infused(record, (0, 40.0), (24, 200.0))
    # A minute and a half, and 100 ppm of a day: 98.6 s; of three readings in a row the first may lie a second later.
    t_s = np.arange(120.0)
    record.descriptor("pump", (Channel("rate", "µL/h"),), {})
    record.samples(
        "pump", Block(ns(24 * 3600) + (t_s * 1e9).astype(np.int64), {"rate": np.where(t_s < late_s, 40.0, 200.0)})
    )
    assert len(said(record, told_rate.WITNESS)) == found


def test_a_pump_that_says_that_it_runs_when_it_was_stopped_is_heard(record):
    infused(record, (1, 40.0), (5, 0.0))
    samples(record, rate=np.where(HOUR_OF < 1, 0.0, 40.0))
    assert "at 4.03 h, where it was told to deliver 0 µL/h" in said(record, told_rate.WITNESS)[0]


@pytest.mark.parametrize("counted, found", [(2, ()), (1, ("its counter of boluses rose by 1, where it took 2",))])
def test_the_counter_rises_by_the_boluses_that_the_pump_took(record, counted, found):
    for hour in (2, 4):
        tell(record, hour * 3600, "give_bolus", volume_ul=25.0, rate_ul_h=600.0)
    samples(record, boluses=7.0 + np.where(HOUR_OF > 2, 1.0, 0.0) + np.where(HOUR_OF > 4, counted - 1.0, 0.0))
    assert said(record, told_boluses.WITNESS) == found


def test_a_counter_that_rose_before_the_first_order_counted_what_nobody_ordered(record):
    for hour in (2, 4):
        tell(record, hour * 3600, "give_bolus", volume_ul=25.0, rate_ul_h=600.0)
    samples(record, boluses=7.0 + np.searchsorted([1, 2, 4], HOUR_OF))
    assert said(record, told_boluses.WITNESS) == ("its counter of boluses rose by 3, where it took 2",)


@pytest.mark.parametrize("detail_nl, found", [(50_000, 0), (100_000, 1)])
def test_the_end_of_a_bolus_that_was_stopped_tells_what_was_given(record, detail_nl, found):
    tell(record, 7200, "give_bolus", volume_ul=100.0, rate_ul_h=600.0)
    tell(record, 7500, "stop")
    log(record, (7200, "bolus_started", 100_000), (7500, "bolus_ended", detail_nl), (7500, "stopped"))
    against = said(record, told_boluses.WITNESS)
    assert len(against) == found
    assert all("says that 100 of 100 µL of a bolus were given, where 50 µL were" in one for one in against)


@pytest.mark.parametrize("detail_nl, found", [(50_800, 0), (50_900, 1), (49_200, 0), (49_100, 1)])
def test_a_stop_may_take_five_seconds_of_a_bolus(record, detail_nl, found):
    # 600 µL/h give 0.833 µL in 5 s; no stroke is declared.
    tell(record, 7200, "give_bolus", volume_ul=100.0, rate_ul_h=600.0)
    tell(record, 7500, "stop")
    log(record, (7200, "bolus_started", 100_000), (7500, "bolus_ended", detail_nl), (7500, "stopped"))
    assert len(said(record, told_boluses.WITNESS)) == found


@pytest.mark.parametrize("cleared_h, found", [(6.0, 0), (5.0, 1)])
def test_a_warning_stays_until_its_reading_is_better(record, cleared_h, found):
    battery = np.where((HOUR_OF > 2) & (HOUR_OF < 6), 2.5, 3.0)
    samples(record, battery=battery)
    status(record, (0, "infusing", ()), (2 * 3600 + 60, "infusing", ("battery_low",)))
    status(record, (cleared_h * 3600, "infusing", ()))
    against = said(record, warnings.WITNESS)
    assert len(against) == found
    assert all("battery_depleted at 2.5 V (6.02 h), and did not at 2.5 V (9.03 h)" in one for one in against)


@pytest.mark.parametrize(
    "warned_h, found",
    [(3.0, ""), (5.0, "and did not show reservoir_low"), (2.0, "and showed reservoir_low")],
    ids=["in time", "late", "early"],
)
def test_the_low_mark_is_the_one_that_was_set(record, warned_h, found):
    status(record, (1800, "infusing", ()))
    tell(record, 1800, "set_low_reservoir", volume_ul=4000.0)
    samples(record, reservoir=4300.0 - 100.0 * np.clip(HOUR_OF, 0.0, 20.0))
    status(record, (warned_h * 3600, "infusing", ("reservoir_low",)))
    against = said(record, warnings.WITNESS)
    assert bool(against) == bool(found)
    assert found in "".join(against)


@pytest.mark.parametrize("content_ul, found", [(4000.0, 1), (4000.1, 0)])
def test_a_content_that_stands_at_the_mark_is_low(record, content_ul, found):
    status(record, (1800, "infusing", ()))
    tell(record, 1800, "set_low_reservoir", volume_ul=4000.0)
    samples(record, reservoir=np.full(HOUR_OF.shape, content_ul))
    assert len(said(record, warnings.WITNESS)) == found


@pytest.mark.parametrize("later_days, found", [(0, 0), (365, 1)])
def test_what_is_left_of_a_battery_is_never_more_than_before(record, later_days, found):
    infused(record, (1, 40.0))
    for hour in (2, 4):
        clock_ns = ns(hour * 3600)
        replace_by_ns = ns(0) + 900 * DAY_NS + (later_days * DAY_NS if hour == 4 else 0)
        tell(record, hour * 3600, "read_outlook", extra={"pump_clock_ns": clock_ns, "replace_by_ns": replace_by_ns})
    against = said(record, foretold.WITNESS)
    assert len(against) == found
    assert all(one.endswith("no battery gains by serving") for one in against)


# Between 2 and 4 h pass two hours: a day and these are allowed, 1.0833 days.
@pytest.mark.parametrize("later_days, found", [(1.07, 0), (1.10, 1)])
def test_a_date_may_be_told_a_day_later_and_the_time_between(record, later_days, found):
    infused(record, (1, 40.0))
    for hour, later in ((2, 0.0), (4, later_days)):
        replace_by_ns = ns(0) + round((900 + later) * DAY_NS)
        told = {"pump_clock_ns": ns(hour * 3600), "replace_by_ns": replace_by_ns}
        tell(record, hour * 3600, "read_outlook", extra=told)
    assert len(said(record, foretold.WITNESS)) == found


@pytest.mark.parametrize(
    "told, missing",
    [
        (("bolus_started", "bolus_ended", "stopped"), ""),
        (("bolus_started", "stopped"), "it has 1 lines of bolus_started and 0 of bolus_ended"),
        (("bolus_started", "bolus_ended"), "it has 0 lines of stopped, where the pump ran and was told so 1 times"),
    ],
    ids=["all", "no end", "no stop"],
)
def test_what_ended_has_a_line(record, told, missing):
    at_s = {"bolus_started": 7200, "bolus_ended": 7500, "stopped": 7500}
    tell(record, 7200, "give_bolus", volume_ul=100.0, rate_ul_h=600.0)
    tell(record, 7500, "stop")
    log(record, *((at_s[word], word, 100_000 if word == "bolus_started" else 50_000) for word in told))
    samples(record, boluses=np.full(HOUR_OF.shape, 7.0))  # its status is read on, behind the stop
    against = said(record, pump_log.WITNESS)
    assert bool(against) == bool(missing)
    assert missing in "".join(against)


def test_what_ends_behind_the_last_status_is_in_no_log_that_was_read(record):
    tell(record, 7200, "give_bolus", volume_ul=100.0, rate_ul_h=600.0)
    tell(record, 7500, "stop")
    log(record, (7200, "bolus_started", 100_000), (7500, "bolus_ended", 50_000))
    assert said(record, pump_log.WITNESS) == ()


def test_a_stop_that_is_told_twice_at_one_moment_is_one(record):
    tell(record, 7200, "give_bolus", volume_ul=100.0, rate_ul_h=600.0)
    tell(record, 7500, "stop")
    tell(record, 7500, "stop")
    log(record, (7200, "bolus_started", 100_000), (7500, "bolus_ended", 50_000), (7500, "stopped", 50_000))
    samples(record, boluses=np.full(HOUR_OF.shape, 7.0))
    assert said(record, pump_log.WITNESS) == ()


def test_each_stop_of_a_pump_that_ran_has_a_line(record):
    infused(record, (0, 40.0), (1, 0.0), (2, 40.0), (3, 0.0))
    log(record, (0, "infusion_started"), (3600, "stopped"), (7200, "infusion_started"), read_at_s=11_000)
    samples(record, boluses=np.full(HOUR_OF.shape, 7.0))
    against = said(record, pump_log.WITNESS)
    assert "it has 1 lines of stopped, where the pump ran and was told so 2 times" in against


def test_a_stop_before_a_bolus_does_not_cut_it_short(record):
    infused(record, (0, 40.0), (1, 0.0))
    tell(record, 7200, "give_bolus", volume_ul=100.0, rate_ul_h=600.0)
    bolus = (7200, "bolus_started", 100_000), (7500, "bolus_ended", 100_000)
    log(record, (0, "infusion_started"), (3600, "stopped"), *bolus)
    assert any("a bolus of 100 µL took 300 s by it" in one for one in said(record, pump_log.WITNESS))


@pytest.mark.parametrize("set_s, found", [((30.0,), 1), ((300.0,), 0), ((300.0, 30.0), 1), ((30.0, 300.0), 0)])
def test_a_pump_is_not_excused_by_a_watchdog_that_had_heard_the_rig_in_time(record, set_s, found):
    infused(record, (0, 40.0))
    for place, seconds in enumerate(set_s):
        tell(record, place - 7200, "set_link_watchdog", seconds=seconds)
    samples(record, rate=np.where(HOUR_OF < 10.0, 40.0, 0.0))  # it answered a minute before
    status(record, (0, "infusing", ()), (10 * 3600, "stopped", ("link_lost",)))
    against = said(record, the_rig.WITNESS)
    assert len(against) == found
    assert all(
        "had not heard the rig for up to 60 s and ended delivery by its watchdog of 30 s" in one for one in against
    )


@pytest.mark.parametrize("set_s, found", [(61.0, 1), (62.0, 0)])
def test_a_watchdog_may_count_two_percent_less_than_the_record(record, set_s, found):
    infused(record, (0, 40.0))
    tell(record, -7200, "set_link_watchdog", seconds=set_s)
    samples(record, rate=np.where(HOUR_OF < 10.0, 40.0, 0.0))  # it answered 60 s before
    status(record, (0, "infusing", ()), (10 * 3600, "stopped", ("link_lost",)))
    assert len(said(record, the_rig.WITNESS)) == found


@pytest.mark.parametrize("before_v, found", [(2.58, 0), (2.56, 1)])
def test_a_warning_that_comes_at_a_reading_was_due_at_a_lower_one(record, before_v, found):
    """It is shown at 2.6 V, and from the 4th hour on at 2.4 V: 0.03 V below the higher one it was missing."""
    samples(record, battery=np.select([HOUR_OF < 1, HOUR_OF < 2, HOUR_OF < 4], [3.0, before_v, 2.6], 2.4))
    status(record, (0, "infusing", ()), (2 * 3600, "infusing", ("battery_low",)))
    against = said(record, warnings.WITNESS)
    assert len(against) == found
    assert all("battery_depleted at 2.6 V (6.00 h), and did not at 2.56 V (5.00 h)" in one for one in against)


def low_for_good(record, mark_h):
    """Fill a pump of 3900 µL to 4300 µL in its 4th hour; it goes on to say that it is low."""
    samples(record, reservoir=np.select([HOUR_OF < 1, HOUR_OF < 3], [4290.0, 3900.0], 4300.0))
    status(record, (0, "infusing", ()), (3600, "infusing", ("reservoir_low",)))
    if mark_h is not None:
        tell(record, mark_h * 3600, "set_low_reservoir", volume_ul=4000.0)


@pytest.mark.parametrize("mark_h", [0.25, -2.0])
def test_where_the_mark_is_known_it_alone_says_which_reading_is_wrong(record, mark_h):
    low_for_good(record, mark_h)
    (told,) = said(record, warnings.WITNESS)
    assert told.startswith("the status told a content of 4300 µL at 7.03 h and showed reservoir_low")


def test_where_no_mark_is_known_both_readings_are_told(record):
    low_for_good(record, None)
    (told,) = said(record, warnings.WITNESS)
    assert "at 4300 µL (7.00 h), and did not at 4290 µL (0.03 h): they cannot both be right" in told
