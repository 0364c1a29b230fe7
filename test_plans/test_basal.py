"""Constant infusion: does the pump deliver the rate it is set to?"""

import pytest

pytestmark = pytest.mark.requirement("ACC-001")


@pytest.mark.parametrize("rate_ul_h", [2.0, 12.5, 41.7, 1000.0])
def test_basal_rate_is_accurate(pump, bench, verify, rate_ul_h):
    """A constant infusion delivers the programmed rate within the declared accuracy."""
    pump.run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(hours=24, doing="stabilising")
    with bench.window("analysis") as window:
        bench.dwell(hours=25, doing="analysing")
    verify("mean flow error", window.flow_error()).within("basal accuracy")
