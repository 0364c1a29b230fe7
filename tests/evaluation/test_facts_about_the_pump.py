"""Claims about what the pump says of itself: its books, its log, its alarms."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import PlanError
from rig.evaluation import claims
from rig.evaluation.definition import GraphKind
from rig.evaluation.registry import kind_of, kinds
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.judging import Limit
from rig.record.bodies.pump_events import LogLine, PumpLogRead, PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

RATE_UL_H = 41.7
WINDOW = (EPOCH_NS + 4 * HOUR_NS, EPOCH_NS + 29 * HOUR_NS + 1)


def mass_mg(hour):
    return 30_000 + min(max(hour - 4, 0), 25) * RATE_UL_H / Z_UL_MG


def counted(record, factor, every_min=1, lost=0):
    """Let the pump count `factor` times what it delivers, each `every_min` minutes."""
    minutes = np.arange(0, 33 * 60 + 1, every_min)
    hours = np.clip(minutes / 60 - 4, 0, 25)
    record.descriptor("pump", (Channel("delivered", "µL"),), {})
    t_ns, delivered = EPOCH_NS + minutes * (HOUR_NS // 60), hours * RATE_UL_H * factor
    half = len(minutes) // 2
    record.samples("pump", Block(t_ns[:half], {"delivered": delivered[:half]}))
    record.samples("pump", Block(t_ns[half:], {"delivered": delivered[half:]}, lost))


def judged(record, function, limit=None, **parameters):
    with record.reader() as reader:
        return settle(Asked(Recipe(function, parameters, *WINDOW), limit), reader)


@pytest.mark.parametrize("factor, verdict", [(1.0, "PASS"), (1.25, "FAIL"), (0.9, "FAIL")])
@pytest.mark.parametrize("every_min", [1, 7])
def test_books_are_compared_with_the_balance(tmp_path, factor, verdict, every_min):
    with weighed(tmp_path, mass_mg, hours=33, noise_mg=0) as record:
        counted(record, factor, every_min)
        result = judged(record, "books error", Limit("%", -5.0, 5.0))
    assert result.verdict == verdict
    assert result.number.value == pytest.approx(100 * (factor - 1), abs=result.number.expanded)


def test_books_that_were_not_read_are_not_known(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        result = judged(record, "books error", Limit("%", -5.0, 5.0))
    assert (result.verdict, result.number) == ("INVALID", None)
    assert "books are not known" in result.reasons[0]


def test_readings_at_one_instant_say_nothing_of_the_books(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        record.descriptor("pump", (Channel("delivered", "µL"),), {})
        stamps = np.full(2, WINDOW[0] + HOUR_NS, np.int64)
        record.samples("pump", Block(stamps, {"delivered": np.asarray([1.0, 1.0])}))
        result = judged(record, "books error", Limit("%", -5.0, 5.0))
    assert result.verdict == "INVALID"
    assert "fewer than two" in result.reasons[0]


def test_readings_of_the_count_that_were_lost_make_the_books_invalid(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33, noise_mg=0) as record:
        counted(record, 1.0, lost=3)
        result = judged(record, "books error", Limit("%", -5.0, 5.0))
    assert result.verdict == "INVALID"
    assert "3 readings of the pump's count were lost" in result.reasons


def test_the_log_of_another_pump_is_not_this_pumps_log(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        record._clock.wait_until(WINDOW[0])
        record.event(PumpLogRead("pump", lines(3, 4)))
        record.event(PumpLogRead("other", lines(90, 95)))
        result = judged(record, "log in order")
    assert result.verdict == "PASS"


def lines(*numbers, times=None, event="infusion_started"):
    times = times or range(len(numbers))
    return tuple(LogLine(number, time * 10**9, event) for number, time in zip(numbers, times, strict=True))


@pytest.mark.parametrize(
    "said, verdict, reason",
    [
        (lines(3, 4, 5), "PASS", ""),
        (lines(3, 5), "FAIL", "line 5 follows line 3"),
        (lines(3, 4, times=(50, 20)), "FAIL", "30 s older"),
        (lines(3, 4, times=(50, 20), event="clock_set"), "PASS", ""),
        ((), "FAIL", "no line of the log is recorded"),
    ],
)
def test_a_log_is_in_order_or_not(tmp_path, said, verdict, reason):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        record._clock.wait_until(WINDOW[0])
        record.event(PumpLogRead("pump", said))
        result = judged(record, "log in order")
    assert (result.verdict, result.number, result.limit) == (verdict, None, None)
    assert reason in "".join(result.reasons)
    assert "line" in result.fact or "log" in result.fact


def shown(*changes):
    return [
        PumpStateChanged("pump", "alarm" if alarms else "stopped", WINDOW[0] + round(s * 10**9), alarms)
        for s, alarms in changes
    ]


def test_an_alarms_delay_is_known_to_the_pace_of_the_status(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        for change in shown((-100, ()), (120, ("battery_low",))):
            record.event(change)
        result = judged(record, "alarm delay", Limit("s", None, 200.0), alarm="battery_low")
    assert result.verdict == "PASS"
    assert result.number.value == 90.0  # between 60 and 120 s
    assert result.number.u == pytest.approx(60.0 / 12**0.5)


def test_an_alarm_rises_no_sooner_than_the_window_begins(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        for change in shown((-100, ()), (20, ("battery_low",))):
            record.event(change)
        result = judged(record, "alarm delay", Limit("s", None, 200.0), alarm="battery_low")
    assert result.number.value == 10.0  # between 0 and 20 s, although the status is read each minute
    assert result.number.u == pytest.approx(20.0 / 12**0.5)


@pytest.mark.parametrize(
    "changes, reason",
    [
        (((-100, ()), (120, ("link_lost",))), "did not show in this window; the run shows link_lost"),
        (((-100, ("battery_low",)),), "stood already when the window began"),
    ],
)
def test_an_alarm_that_does_not_rise_gives_no_delay(tmp_path, changes, reason):
    with weighed(tmp_path, mass_mg, hours=33) as record:
        for change in shown(*changes):
            record.event(change)
        result = judged(record, "alarm delay", Limit("s", None, 200.0), alarm="battery_low")
    assert result.verdict == "INVALID"
    assert reason in result.reasons[0]


def test_a_fact_is_not_judged_by_a_limit(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record, pytest.raises(PlanError, match=r"\.holds\(\)"):
        judged(record, "log in order", Limit("%", -5.0, 5.0))


def test_a_number_is_not_judged_without_a_limit(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33) as record, pytest.raises(PlanError, match=r"\.within\(…\)"):
        judged(record, "delivered volume")


def test_every_kind_says_what_it_asks_and_how_it_is_shown():
    for name, kind in kinds().items():
        assert name == kind.name
        assert kind.question
        # What a bench proves of itself is charted from proof to proof (`rig prove`), not from run to run.
        assert kind.panel is not None or ".proof_" in kind.compute.__module__
        assert kind.graph is not GraphKind.NONE


def test_a_kind_of_claim_is_added_by_a_file(tmp_path, monkeypatch):
    text = '''"""Half the window, in s."""

from rig.evaluation.definition import ClaimKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Budget, Component


def compute(recipe, reader):
    half_s = (recipe.to_ns - recipe.from_ns) / 2e9
    return Evaluation(Budget(half_s, "s", (Component("clock", "B", 0.0, 0.1, "s", 1.0),)))


KINDS = (ClaimKind("half a window", "s", "half of its length, in s", compute, panel=ResultPanel("Half windows")),)
'''
    (tmp_path / "halves.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(claims, "__path__", [*claims.__path__, str(tmp_path)])
    kinds.cache_clear()
    try:
        assert kind_of("half a window").unit == "s"
        with weighed(tmp_path, mass_mg, hours=33) as record:
            assert judged(record, "half a window", Limit("s", 0.0, 1e6)).number.value == pytest.approx(12.5 * 3600)
    finally:
        kinds.cache_clear()
