"""Delivery that must end, and nothing that is made up for it: by count, motor and balance, with known answers."""

import numpy as np
import pytest

from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.judging import Limit
from rig.record.bodies.pump_events import AlarmExpected, EdgesCounted
from tests.evaluation.happenings import challenge, clock_ahead, judged, log, ns, put, status, tell
from tests.evaluation.records import Z_UL_MG, weighed

RATE_UL_H = 40.0
STOP_S = 10 * 3600
STROKES = {"dut": {"stroke_ul": 0.5, "motor_edges_per_stroke": 8.0}}
LIMIT = Limit("µL", None, 2.0)


def delivered_ul(hour, after_ul=0.0):
    """40 µL/h for 10 h from hour 4 on; then `after_ul` within the hour behind."""
    return RATE_UL_H * np.clip(hour - 4, 0, 10) + after_ul * np.clip(hour - 15, 0, 1)


def recorded(folder, weighed_after_ul=0.0, counted_after_ul=0.0, start=STROKES):
    record = weighed(
        folder, lambda h: 30_000 + delivered_ul(h, weighed_after_ul) / Z_UL_MG, hours=33, noise_mg=0.001, start=start
    )
    record.event(PlanBegins("plan"))
    hours = np.arange(33 * 60 + 1) / 60
    clock_ahead(record, 0.0, delivered=delivered_ul(hours, counted_after_ul))
    tell(record, 0, "run_continuous", rate_ul_h=RATE_UL_H)
    tell(record, STOP_S, "stop")
    status(record, (5, "infusing", ()), (STOP_S + 5, "stopped", ()))
    log(record, (0, "infusion_started"), (STOP_S, "stopped"))
    return record


def ended(record, **more):
    return judged(record, "delivery ended", within_s=60.0, after="stop", **more)


def test_delivery_that_ended_ended(tmp_path):
    with recorded(tmp_path) as record:
        result = ended(record)
    assert result.verdict == "PASS", result.reasons
    assert result.fact.startswith("from 60 s after stop on the pump counted 0 µL")


@pytest.mark.parametrize(
    "after, words",
    [({"weighed_after_ul": 8.0}, "were weighed"), ({"counted_after_ul": 8.0}, "the pump counted 8 µL")],
)
def test_what_comes_behind_the_end_is_found_by_whoever_saw_it(tmp_path, after, words):
    with recorded(tmp_path, **after) as record:
        result = ended(record)
    assert result.verdict == "FAIL"
    assert words in result.reasons[0]


def test_a_motor_that_turns_behind_the_end_delivers(tmp_path):
    with recorded(tmp_path) as record:
        for at_s, edges in ((STOP_S + 100, 400), (STOP_S + 3600, 480)):
            put(record, at_s, EdgesCounted("daq", ns(at_s), edges))
        result = ended(record)
    assert "the motor made 80 edges" in result.reasons[0] + result.fact


@pytest.mark.parametrize("edges, goes_on", [(7, False), (8, False), (9, True)])
def test_a_motor_may_finish_the_stroke_that_it_had_begun(tmp_path, edges, goes_on):
    with recorded(tmp_path) as record:
        for at_s, count in ((STOP_S + 100, 400), (STOP_S + 3600, 400 + edges)):
            put(record, at_s, EdgesCounted("daq", ns(at_s), count))
        # A stroke is 8 edges.
        assert any("the motor made" in one for one in ended(record).reasons) is goes_on


@pytest.mark.parametrize("counted_ul, goes_on", [(0.5, False), (0.51, True)])
def test_a_pump_may_count_the_stroke_that_it_had_begun(tmp_path, counted_ul, goes_on):
    with recorded(tmp_path, counted_after_ul=counted_ul) as record:
        assert any("the pump counted" in one for one in ended(record).reasons) is goes_on


@pytest.mark.parametrize("beyond_ul, goes_on", [(-0.03, False), (0.03, True)])
def test_a_stroke_and_the_uncertainty_of_its_weighing_may_come_behind_the_end(tmp_path, beyond_ul, goes_on):
    for name in ("nothing", "something"):
        (tmp_path / name).mkdir()
    with recorded(tmp_path / "nothing") as record:
        reach_ul = float(ended(record).fact.split(" ± ")[1].split(" µL were weighed")[0])
    with recorded(tmp_path / "something", weighed_after_ul=0.5 + reach_ul + beyond_ul) as record:
        assert any("were weighed" in one and "from 60 s" in one for one in ended(record).reasons) is goes_on


def test_a_window_that_ends_too_soon_cannot_tell(tmp_path):
    with recorded(tmp_path) as record:
        result = judged(record, "delivery ended", within_s=1e6)
    assert "let it last longer" in result.reasons[0]


def made_up(record, **more):
    return judged(record, "nothing made up", LIMIT, after="stop", **more)


@pytest.mark.parametrize("after_ul, verdict", [(0.0, "PASS"), (8.0, "FAIL")])
def test_what_is_delivered_beyond_the_programme_is_made_up(tmp_path, after_ul, verdict):
    with recorded(tmp_path, after_ul, after_ul) as record:
        result = made_up(record)
    assert result.verdict == verdict
    assert result.number.value == pytest.approx(after_ul, abs=result.number.expanded)
    assert result.number.expanded < 2.0


def test_power_that_a_challenge_took_away_is_no_programme(tmp_path):
    """Told to run for 10 h, cut after 5: the 200 µL that come all the same are made up."""
    with recorded(tmp_path) as record:
        challenge(record, STOP_S / 2, ChallengeKind.POWER_CUT)
        result = judged(record, "nothing made up", LIMIT, after="power cut")
    assert result.details["programmed_ul"] == 0.0
    assert result.number.value == pytest.approx(200.0, abs=1.0)


def test_an_alarm_ends_the_programme_and_is_known_to_the_pace_of_the_status(tmp_path):
    with weighed(tmp_path, lambda h: 30_000 + delivered_ul(h) / Z_UL_MG, hours=33, noise_mg=0.001) as record:
        record.event(PlanBegins("plan"))
        put(record, 0, AlarmExpected("reservoir_empty"))
        tell(record, 0, "run_continuous", rate_ul_h=RATE_UL_H)
        status(record, (5, "infusing", ()), (STOP_S, "alarm", ("reservoir_empty",)))
        result = judged(record, "nothing made up", LIMIT)
    (times,) = (line for line in result.number.budget if line.name == "times of orders and alarms")
    assert times.u == pytest.approx(RATE_UL_H / 60 / 3**0.5)  # a minute of the infusion, to one side
    assert result.number.value == pytest.approx(0.0, abs=result.number.expanded)


def test_what_a_challenge_kept_from_the_balance_is_not_made_up(tmp_path):
    with recorded(tmp_path) as record:
        challenge(record, STOP_S + 7200, ChallengeKind.OCCLUSION, until_s=STOP_S + 9000)
        result = made_up(record)
    assert result.verdict == "INVALID"
    assert any("kept line and balance apart" in one for one in result.reasons)


@pytest.mark.parametrize("new_ul_h", [60.0, 30.0])
def test_a_change_of_the_rate_is_known_to_its_exchange_and_costs_what_it_changes(tmp_path, new_ul_h):
    with recorded(tmp_path) as record:
        tell(record, 3600.0, "run_continuous", rate_ul_h=new_ul_h, took_s=6.0)
        result = judged(record, "nothing made up", LIMIT)
    (times,) = (line for line in result.number.budget if line.name == "times of orders and alarms")
    # Six seconds, rectangular to one side; the stop was told at once.
    assert times.u == pytest.approx(abs(new_ul_h - RATE_UL_H) * 6.0 / 3600.0 / 3**0.5)
