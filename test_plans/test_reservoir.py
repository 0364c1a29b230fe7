"""The reservoir: refill, the low mark, the last millilitres, empty."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("IT-18")
def test_a_refill_is_counted_down_from(pump, bench, verify):
    """A pump that was told of a refill delivers on, and counts its reservoir down by what is weighed."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="before the refill")
    bench.challenge.refill(volume_ul=150.0)
    pump.refilled(volume_ul=119950.0)
    with bench.window("after the refill") as after:
        bench.dwell(hours=6, doing="after the refill")
    verify("flow after the refill", after.flow_error()).within("basal accuracy")
    verify("the pump's books after the refill", after.books_error()).within("books accuracy")


@pytest.mark.requirement("IT-14", "1.5.5")
def test_the_low_mark_warns_and_the_dose_goes_on(pump, bench, verify):
    """At the low mark the pump warns and delivers on within its limits."""
    pump.refilled(volume_ul=4600.0)  # what the pump believes; the reservoir holds more
    pump.set_low_reservoir(volume_ul=4000.0)
    pump.run_continuous(rate_ul_h=400.0)
    with bench.window("down to the mark") as mark:
        bench.dwell(hours=4, doing="through the low mark")
    verify(
        "low reservoir was signalled",
        mark.alarm_came(alarm="reservoir_low", within_s=2 * 3600, priority="non-critical"),
    ).holds()
    verify("volume through the mark", mark.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-14", "1.5.6")
def test_the_last_millilitres_are_delivered_and_an_empty_pump_says_so(pump, bench, verify):
    """The last millilitre comes at its rate; then delivery ends with a critical alarm."""
    pump.refilled(volume_ul=1000.0)  # what the pump believes; the reservoir holds more
    bench.expect_alarm("reservoir_low")
    with bench.window("to the end") as end:
        pump.run_continuous(rate_ul_h=400.0)
        bench.dwell(hours=4, doing="until nothing is left")
    verify(
        "empty reservoir was signalled", end.alarm_came(alarm="reservoir_empty", within_s=3 * 3600, priority="critical")
    ).holds()
    verify("volume of the last millilitre", end.volume()).within("last millilitre")
