"""What a gap in an instrument's readings does to results: it takes those that rest on it, and no others."""

from rig.clock import VirtualClock
from rig.evaluation.absences import away_in
from rig.record.bodies.absences import InstrumentLost, SamplingGap
from rig.record.bodies.events import Connected
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from tests.truth.support import run

# Weighing at zero flow from 0 to 1 h, stabilising to 2 h, the window from there to 6 h, weighing again.
WINDOW_H = 2.0


def away(name, from_h, for_min):
    fault = {"kind": "unplugged", "after_s": from_h * 3600.0, "for_s": for_min * 60.0}
    return {name: {"twin": {"faults": [fault]}, "away_s": 36_000.0}}


def outcome_of(tmp_path, name, from_h, for_min):
    outcome = run(tmp_path, rate_ul_h=1000.0, instruments=away(name, from_h, for_min))
    with RecordReader(outcome.path) as reader:
        assert [(entry.body.stream, entry.body.back) for entry in reader.events(SamplingGap)] == [(name, True)]
    return outcome


def test_a_balance_that_is_away_at_the_windows_end_leaves_no_verdict(tmp_path):
    outcome = outcome_of(tmp_path, "balance", 5.5, 60)
    assert outcome.flow.verdict == "INVALID"
    assert outcome.says("balance gave no readings from 3.")


def test_a_balance_that_is_away_while_it_weighs_at_zero_flow_leaves_none(tmp_path):
    outcome = outcome_of(tmp_path, "balance", 0.5, 10)
    assert outcome.flow.verdict == "INVALID"
    assert outcome.says("a weighing at zero flow is no good")


def test_what_the_result_does_not_rest_on_costs_nothing(tmp_path):
    # The DAQ's counter of the motor's edges begins anew: neither that nor the flow sensor's mean contradicts.
    both = away("flow", WINDOW_H + 1.0, 90) | away("daq", WINDOW_H + 2.0, 20)
    outcome = run(tmp_path, rate_ul_h=1000.0, instruments=both)
    with RecordReader(outcome.path) as reader:
        assert {entry.body.stream for entry in reader.events(SamplingGap)} == {"flow", "daq"}
    assert outcome.passes, outcome.results


def test_the_air_of_a_window_that_nobody_measured_for_long_is_not_known(tmp_path):
    outcome = outcome_of(tmp_path, "daq", WINDOW_H + 1.0, 90)
    assert outcome.flow.verdict == "INVALID"
    assert outcome.says("nobody knows the air of this window: daq gave no readings from ")


def test_a_gap_ends_where_the_bench_was_opened_anew(tmp_path):
    clock = VirtualClock(10**18)
    with RunRecord.create(tmp_path, "a-run", Start(bench="b"), clock.now_ns(), clock) as record:
        lost_ns = clock.now_ns()
        record.event(InstrumentLost("balance", lost_ns, "NoReplyError: no reply"))
        clock.wait_s(60)
        record.event(Connected("balance"))
        clock.wait_s(3600)
        with record.reader() as reader:
            (gap,) = away_in(reader, lost_ns, clock.now_ns())
            assert gap.lasted_s == 60
            assert away_in(reader, gap.to_ns, clock.now_ns()) == ()
