"""A pump that the bench let down has not failed: no verdict against it, and the bench is named."""

from rig.clock import NS_PER_S
from tests.truth.support import run


def infusion_in_a_window(bench, rate_ul_h, **hours):
    bench.instruments.pump().run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(hours=2)
    with bench.window("analysis") as window:
        bench.dwell(hours=1)
        _disturb(bench)
        bench.dwell(hours=2)
    return {"flow error": (window.flow_error(), "basal accuracy")}


def _disturb(bench):
    """Keep the pump from being read for longer than its link watchdog, as a link that is down does."""
    (reads,) = [sampler for sampler in bench.samplers if sampler.name == "pump"]
    before, reads.out_of_reach = reads.out_of_reach, lambda: True
    bench.clock.wait_until(bench.clock.now_ns() + 400 * NS_PER_S)
    reads.out_of_reach = before


def test_a_pump_that_did_not_hear_the_rig_is_not_judged(tmp_path):
    outcome = run(tmp_path, infusion_in_a_window, zero_flow_h=0.5)
    assert outcome.flow.verdict == "INVALID"
    assert outcome.says("the bench's fault, not the pump's")


def test_a_pump_that_takes_a_good_link_for_a_lost_one_is_no_fault_of_the_bench(tmp_path):
    twin = {"parts": {"watchdog": "tests.truth.faulty_parts:HastyWatchdog"}}
    outcome = run(tmp_path, zero_flow_h=0.5, read_each_minutes=2.0, twin=twin)
    assert outcome.flow.verdict == "FAIL"
    assert outcome.says("the pump showed the alarm link_lost")
    assert not outcome.says("the bench's fault")
