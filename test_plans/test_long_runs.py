"""Days on end: the label's claim, and what a laboratory proves of itself."""

import pytest


@pytest.mark.requirement("IT-01", "1.2.1")
def test_72_hours_are_within_5_percent(pump, bench, verify):
    """Three days of infusion deliver the programmed volume within the rig's own 5 %, in all and in each two hours."""
    pump.run_continuous(rate_ul_h=41.7)
    bench.dwell(hours=2, doing="stabilising")
    with bench.read_each(minutes=15), bench.window("three days") as days:
        bench.dwell(hours=72, doing="three days")
    verify("volume of three days", days.volume_error()).within("volume accuracy")
    verify("any two hours of three days", days.flow_in_windows(minutes=120, every_minutes=60)).within("basal accuracy")
    verify("the pump's books of three days", days.books_error()).within("books accuracy")


@pytest.mark.requirement("1.2.1")
@pytest.mark.evaporation(hours=1)
def test_no_quarter_of_an_hour_makes_up_for_another(pump, bench, verify):
    """Four hours at a rate of which a quarter of an hour can be weighed are right in each, not only in their sum."""
    pump.run_continuous(rate_ul_h=400.0)
    bench.dwell(minutes=30, doing="stabilising")
    with bench.window("quarters of an hour") as quarters:
        bench.dwell(hours=4, doing="infusing")
    verify("any window of a quarter of an hour", quarters.flow_in_windows(minutes=15)).within("basal accuracy")


@pytest.mark.requirement("IT-17", "4.1.1", "4.1.2", "4.1.3")
def test_each_bolus_is_counted_once_in_log_and_books(pump, bench, verify):
    """Ten boluses are in the log, in the pump's count and in the vessel, each once."""
    with bench.window("ten boluses") as boluses:
        for number in range(10):
            pump.give_bolus(volume_ul=25.0)
            bench.dwell(minutes=30, doing=f"bolus {number + 1} of 10")
    verify("volume of the boluses", boluses.volume_error()).within("volume accuracy")
    verify("the pump's books", boluses.books_error()).within("books accuracy")
    verify("the pump's log tells all", boluses.log_tells_all()).holds()
    verify("programme, books and balance", boluses.three_truths()).holds()
