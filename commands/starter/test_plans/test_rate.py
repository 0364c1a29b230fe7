"""Constant infusion: does the pump keep the rate it is set to?"""

import pytest

pytestmark = pytest.mark.requirement("LAB-001")


@pytest.mark.parametrize("rate_ul_h", [50.0, 1000.0])
def test_a_rate_is_kept(pump, bench, verify, rate_ul_h):
    """An infusion keeps its rate over six hours."""
    pump.run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("analysis") as window:
        bench.dwell(hours=6, doing="analysing")
    verify("mean flow error", window.flow_error()).within("rate")
