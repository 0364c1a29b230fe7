"""Constant infusion: does the pump deliver the rate it is set to?"""

import pytest

pytestmark = pytest.mark.requirement("ACC-001")

# Rates in µL/h, and for how many hours each: with those below no rate is more than 1.6 times its neighbour. A row of a
# table, or one setting of a timer, that is wrong is so between a few rates only.
BETWEEN = (
    (3.6, 8),
    (8.0, 6),
    (19.0, 3),
    (28.0, 2.5),
    (60.0, 1.5),
    (85.0, 1),
    (185.0, 0.75),
    (270.0, 0.5),
    (540.0, 0.5),
    (740.0, 0.5),
)


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
def test_rates_between_those_are_accurate(pump, bench, verify):
    """Rates that lie between those that are given more time are delivered as programmed, one after the other."""
    windows = []
    for rate_ul_h, hours in BETWEEN:
        pump.run_continuous(rate_ul_h=rate_ul_h)
        bench.dwell(minutes=10, doing=f"settling at {rate_ul_h:g} µL/h")
        with bench.read_each(minutes=5), bench.window(f"at {rate_ul_h:g} µL/h") as window:
            bench.dwell(hours=hours, doing=f"at {rate_ul_h:g} µL/h")
        windows.append((rate_ul_h, window))
    for rate_ul_h, window in windows:
        verify(f"flow error at {rate_ul_h:g} µL/h", window.flow_error()).within("basal accuracy")


@pytest.mark.evaporation(hours=2)
def test_an_infusion_starts_up_in_time(pump, bench, verify):
    """From its first hour on an infusion keeps its rate, hour by hour: nothing is held back or rushes ahead."""
    with bench.window("from the start") as start:
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(hours=6, doing="starting up")
    verify("start-up time", start.start_up_time(minutes=60, percent=5)).within("start-up")
    verify("volume from the start", start.volume_error()).within("volume accuracy")
