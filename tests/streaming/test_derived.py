"""Points that no single entry holds: what was programmed, what a plan comes to, what a weighing at zero flow found."""

import pytest

from rig.clock import VirtualClock
from rig.exchange import Exchange
from rig.record.bodies.events import BenchOpened, OtherEvent, OutcomeWord, PlanOutcome, ZeroFlow
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.streaming import encoder
from rig.streaming.encoder import RecordEncoder
from rig.streaming.state import EncoderState
from tests.streaming.records import EPOCH_NS, RESULT, SECOND_NS, begin

PUMP = {"pump": {"capability": "pump", "driver": "a pump"}}
PLAN = RESULT["plan"]


def told(record, clock, verb, **arguments):
    """Tell the pump something at the clock's time."""
    result = arguments.pop("result", "ok")
    now_ns = clock.now_ns()
    record.command(Exchange("pump", verb, arguments, b"s", b"r", now_ns, now_ns, result=result))


@pytest.fixture
def record(tmp_path):
    """A run of an infusion with a bolus on top, a plan that passes and one that is never reached."""
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock, instruments=PUMP) as record:
        told(record, clock, "run_continuous", rate_ul_h=36.0)
        clock.wait_s(100.0)
        told(record, clock, "give_bolus", volume_ul=10.0, rate_ul_h=720.0)
        told(record, clock, "give_bolus", volume_ul=99.0, rate_ul_h=720.0, result="refused")
        clock.wait_s(100.0)
        told(record, clock, "stop")
        record.event(ZeroFlow(EPOCH_NS, EPOCH_NS + SECOND_NS))
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        record.event(PlanOutcome(PLAN, OutcomeWord.PASSED))
        record.stop(Stop("FINISHED", selected=(PLAN, "test_plans/test_late.py::test_late")))
    return record.path


def lines_of(path, start, *, resume=False):
    """Return the lines that begin so, decoded."""
    found, state = [], EncoderState()
    with RecordReader(path) as reader:
        encode = RecordEncoder(reader, state)
        while (group := encode.next_group()) is not None:
            found += [line.decode() for body in group.bodies for line in body.text.splitlines()]
            if resume:
                encode = RecordEncoder(reader, EncoderState.load(group.state))
    return [line for line in found if line.startswith(start)]


def test_what_was_programmed_stands_at_each_of_its_changes(record):
    told = [line.rpartition("programmed_ul=")[2].split() for line in lines_of(record, "samples,")]
    after_s = {(int(t_ns) - EPOCH_NS) / SECOND_NS: float(volume) for volume, t_ns in told}
    # 36 µL/h are 0.01 µL/s; the bolus takes 50 s on top of it.
    assert after_s == pytest.approx({0.0: 0.0, 100.0: 1.0, 150.0: 11.5, 200.0: 12.0}, abs=1e-6)


def test_what_is_derived_is_the_same_in_whatever_pieces(record, monkeypatch):
    whole = lines_of(record, "")
    monkeypatch.setattr(encoder, "ENTRIES_PER_GROUP", 1)
    assert lines_of(record, "", resume=True) == whole


def test_a_bench_that_is_opened_anew_has_been_told_nothing_whoever_goes_on(tmp_path, monkeypatch):
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock, instruments=PUMP) as record:
        for opening, rate_ul_h in enumerate((3600.0, 36.0), start=1):
            record.event(BenchOpened(opening, opening))
            told(record, clock, "run_continuous", rate_ul_h=rate_ul_h)
            clock.wait_s(100.0)
            told(record, clock, "stop")
        record.stop(Stop("FINISHED"))
    monkeypatch.setattr(encoder, "ENTRIES_PER_GROUP", 1)
    found = [line.rpartition("programmed_ul=")[2].split() for line in lines_of(record.path, "samples,", resume=True)]
    # 100 s of 3,600 µL/h, and behind the second opening 100 s of 36 µL/h from nothing on.
    assert [float(volume) for volume, t_ns in found if int(t_ns) == EPOCH_NS + 200 * SECOND_NS] == [1.0]
    assert max(float(volume) for volume, _ in found) == pytest.approx(100.0)


@pytest.mark.parametrize(
    "test, tags, field",
    [
        (
            "test_basal_rate_is_accurate[12.5]",
            "outcome=passed,plan=test_basal,run=run-1,source=mocked,standing=PASS,",
            1,
        ),
        ("test_late", "outcome=not\\ reached,plan=test_late,run=run-1,source=mocked,standing=INCONCLUSIVE", 0),
    ],
    ids=["passed", "not reached"],
)
def test_a_plan_is_a_point_with_what_it_comes_to(record, test, tags, field):
    (line,) = (line for line in lines_of(record, "plans,") if f"test={test} " in line)
    assert tags in line
    assert f",results={field}i," in line


@pytest.mark.parametrize("field", ['outcome="INCONCLUSIVE"', "plans_not_passed=1i", 'verdicts="1 PASS"'])
def test_a_stop_says_what_the_run_comes_to(record, field):
    (line,) = (line for line in lines_of(record, "runs,") if "phase=stop" in line)
    assert field in line


def test_a_weighing_at_zero_flow_that_is_no_good_says_why(record):
    (line,) = lines_of(record, "zero_flow,")
    assert "drift_mg_h" not in line
    assert "why_not=" in line


def test_points_of_one_measurement_carry_the_same_tags(record):
    tags = {}
    for line in lines_of(record, ""):
        measurement, *pairs = line.replace("\\ ", "_").partition(" ")[0].split(",")
        tags.setdefault(measurement, set()).add(tuple(pair.partition("=")[0] for pair in pairs))
    assert all(len(found) == 1 for found in tags.values()), tags


def test_a_long_error_is_told_in_one_line(tmp_path):
    with begin(tmp_path) as record:
        record.event(OtherEvent("plan failed", {"plan": PLAN, "error": "\nit broke\nhere\nand there"}))
    (line,) = lines_of(record.path, "events,")
    assert 'text="plan failed: it broke …"' in line
