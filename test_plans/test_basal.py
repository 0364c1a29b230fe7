"""Constant infusion: does the pump deliver the rate it is set to?"""

import pytest

pytestmark = pytest.mark.requirement("ACC-001")


# Two rates in each decade, and both ends of the range. Slow rates take long: a balance weighs drops of them. A rate
# with decimals between those that a pump may round to shows whether it does.
@pytest.mark.parametrize(
    "rate_ul_h, hours",
    [
        (2.0, 25),
        (2.49, 25),
        (5.49, 25),
        pytest.param(12.5, 16, marks=pytest.mark.first_look),
        (41.7, 10),
        (125.0, 6),
        (400.0, 4),
        pytest.param(1000.0, 4, marks=pytest.mark.first_look),
    ],
)
def test_basal_rate_is_accurate(pump, bench, verify, rate_ul_h, hours):
    """A constant infusion delivers the programmed rate within the declared accuracy."""
    pump.run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(hours=2, doing="stabilising")
    with bench.read_each(minutes=5), bench.window("analysis") as window:
        bench.dwell(hours=hours, doing="analysing")
    verify("mean flow error", window.flow_error()).within("basal accuracy")


@pytest.mark.evaporation(hours=2)
def test_an_infusion_starts_up_in_time(pump, bench, verify):
    """From its first hour on an infusion keeps its rate, hour by hour: nothing is held back or rushes ahead."""
    with bench.window("from the start") as start:
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(hours=6, doing="starting up")
    verify("start-up time", start.start_up_time(minutes=60, percent=5)).within("start-up")
    verify("volume from the start", start.volume_error()).within("volume accuracy")
