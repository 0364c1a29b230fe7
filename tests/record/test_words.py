"""The words of the record: there and back, exact, and readable when they are older, newer or damaged."""

import dataclasses
import gzip
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import RecordCorruptError
from rig.evaluation.replay import replay
from rig.record.bodies import events, proofs
from rig.record.bodies.codec import from_body, to_body
from rig.record.bodies.event import Event, Severity
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome, ReadingMissed, WindowEnds
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import BudgetLine, Judgement, Number, Result
from rig.record.bodies.start import FORMAT, DeclaredInstrument, Start
from rig.record.reader import RecordReader
from rig.record.schema import Kind, canonical_json, parse_body
from rig.record.writer import RunRecord

OLD = Path(__file__).with_name("format-1.rig.db.gz")
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def there_and_back(value):
    return from_body(type(value), parse_body(canonical_json(to_body(value), "a body"), 1))


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_number_comes_back_on_its_own_side(value):
    limit = Limit("%", value, None, source="a test")
    assert (to_body(limit)["lower"], there_and_back(limit)) == ("inf" if value > 0 else "-inf", limit)


@st.composite
def results(draw):
    line = st.builds(
        BudgetLine,
        name=st.text(),
        kind=st.sampled_from("AB"),
        value=FLOATS,
        u=FLOATS,
        unit=st.text(),
        sensitivity=FLOATS,
        contribution=FLOATS,
        dof=st.one_of(FLOATS, st.just(math.inf)),
        share_percent=FLOATS,
    )
    number = st.builds(
        Number,
        value=FLOATS,
        u=FLOATS,
        k=FLOATS,
        dof=st.one_of(FLOATS, st.just(math.inf)),
        budget=st.lists(line, max_size=3).map(tuple),
        judgement=st.builds(Judgement, FLOATS, FLOATS, FLOATS, FLOATS),
    )
    limit = st.builds(Limit, unit=st.text(), lower=st.none() | FLOATS, upper=st.none() | FLOATS, source=st.text())
    return Result(
        plan=draw(st.text()),
        requirements=draw(st.lists(st.text(), max_size=3).map(tuple)),
        recipe=Recipe(
            draw(st.text()), draw(st.dictionaries(st.text(), FLOATS | st.booleans() | st.text(), max_size=3))
        ),
        unit=draw(st.text()),
        verdict=draw(st.text()),
        limit=draw(st.none() | limit),
        number=draw(st.none() | number),
        fact=draw(st.text()),
        remarks=draw(st.lists(st.text(), max_size=2).map(tuple)),
    )


@given(results())
def test_a_result_comes_back_as_it_was(result):
    assert there_and_back(result) == result


@given(st.from_type(Start))
def test_a_start_comes_back_as_it_was(start):
    # What JSON has no word for is for the canonical writer to refuse, which is tested where that is.
    dut = dataclasses.replace(start.dut, stroke_ul=0.5, motor_edges_per_stroke=8.0)
    finite = dataclasses.replace(
        start, weighing=None, liquid=None, ambient=None, limits=Start().limits, instruments={}, dut=dut
    )
    assert there_and_back(finite) == finite


@pytest.mark.parametrize("kind", events.EVENTS, ids=lambda kind: kind.NAME)
def test_every_event_has_a_name_of_its_own_and_a_sentence(kind):
    assert kind.NAME
    assert [one.NAME for one in events.EVENTS].count(kind.NAME) == 1
    assert (kind.__doc__ or "").strip()


def test_every_class_of_event_is_known():
    held = [*vars(events).values(), *vars(proofs).values()]
    kinds = {one for one in held if isinstance(one, type) and issubclass(one, Event)}
    assert kinds - {Event, OtherEvent} == set(events.EVENTS)


def test_an_event_is_read_as_what_it_was_written_as(record: RunRecord, reader):
    said = WindowEnds("analysis", 1, 2)
    record.event(said)
    record.event(OtherEvent("tick", {"number": 3}))
    assert [entry.body for entry in reader.events(WindowEnds)] == [said]
    assert [entry.body for entry in reader.all_events()] == [said, OtherEvent("tick", {"number": 3})]


def test_a_known_event_that_lacks_something_is_told_by_its_number(record: RunRecord, reader):
    record.event(OtherEvent(ReadingMissed.NAME, {"stream": "balance"}))
    with pytest.raises(
        RecordCorruptError, match=r"entry 2: event 'reading missed' lacks .*: error is missing"
    ) as caught:
        reader.events(ReadingMissed)
    assert caught.value.seq == 2
    assert [entry.body for entry in reader.all_events()] == [OtherEvent(ReadingMissed.NAME, {"stream": "balance"})]


@pytest.mark.parametrize(
    "body, told",
    [
        ({"reason": 3}, "reason is 3, not str"),
        ({}, "reason is missing"),
        ({"reason": "x", "samplers": {"a": {"reads": True}}}, "samplers.a.reads is True, not int"),
        ({"reason": "x", "selected": "all"}, "selected is 'all', not a list"),
        ({"reason": "x", "delivered": {"pump_ul": "much"}}, "delivered.pump_ul is 'much', not a number"),
    ],
)
def test_a_key_of_another_type_is_told_by_its_place(body, told):
    with pytest.raises(RecordCorruptError) as caught:
        from_body(Stop, body, "the stop", 9)
    assert told in str(caught.value)


def test_a_key_that_is_newer_than_this_rig_is_passed_over():
    assert from_body(Stop, {"reason": "FINISHED", "weather": "fine"}) == Stop("FINISHED")


def test_a_role_is_the_capability_where_none_is_given():
    start = Start(
        instruments={
            "b2": DeclaredInstrument("balance", role="reference"),
            "b1": DeclaredInstrument("balance"),
        }
    )
    assert (start.in_role("balance"), start.in_role("reference"), start.in_role("pump")) == ("b1", "b2", "")
    assert start.with_capability("balance") == ("b1", "b2")


@pytest.mark.parametrize(
    "event, severity",
    [
        (PlanOutcome("a", OutcomeWord.PASSED), Severity.INFO),
        (PlanOutcome("a", OutcomeWord.SKIPPED, "why"), Severity.WARNING),
        (OtherEvent("alarm low"), Severity.ALARM),
        (OtherEvent("alarming"), Severity.INFO),
        (OtherEvent("noticed", {"severity": "warning"}), Severity.WARNING),
        (OtherEvent(ReadingMissed.NAME), Severity.WARNING),
    ],
)
def test_an_event_says_how_loudly_it_is_to_be_told(event, severity):
    assert event.severity is severity


@pytest.fixture
def old(tmp_path):
    """A record that was written in format 1: three plans, one of them INVALID."""
    path = tmp_path / "old.rig.db"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    with RecordReader(path) as reader:
        yield reader


def test_an_old_record_says_its_format(old):
    assert (old.start().format, FORMAT) == (1, 2)


def test_an_old_record_is_read_in_todays_words(old):
    first, *_ = old.results()
    assert first.body.verdict == "PASS"
    assert first.body.number.k == pytest.approx(first.body.number.expanded / first.body.number.u)
    assert sum(line.share_percent for line in first.body.number.budget) == pytest.approx(100.0)
    assert [entry.body.number is None for entry in old.results()] == [False, True, False]
    stop = old.stop()
    assert stop.reason == "FINISHED"
    assert stop.samplers["balance"].reads > 0
    assert all(not isinstance(entry.body, OtherEvent) for entry in old.all_events())


def test_an_old_record_replays_to_the_same_verdicts(old):
    again = list(replay(old))
    assert [one.result.verdict for one in again] == ["PASS", "INVALID", "PASS"]
    assert all(one.same_verdict for one in again)


def test_a_replay_says_that_a_record_was_settled_by_other_rules(old):
    assert all(one.other_rules for one in replay(old))


def test_words_that_are_not_ours_are_written_as_they_are(record: RunRecord, reader):
    record.raw(Kind.RESULT, "flow", {"value": None, "plan": "p"})
    assert next(reader.entries(kind="result")).body == {"value": None, "plan": "p"}
