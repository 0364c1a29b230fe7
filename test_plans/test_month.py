"""A month in the life of a pump: what happens between two refills, all of it in one."""

import pytest

WORKDAY = {"00:00": 20.0, "07:00": 45.0, "22:00": 20.0}
WEEKEND = {"00:00": 25.0, "10:00": 40.0}
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WORKDAY) | dict.fromkeys(("sat", "sun"), WEEKEND)


@pytest.mark.requirement("IT-01", "IT-17")
def test_a_month_between_two_refills_delivers_what_was_programmed(pump, bench, verify):
    """30 days of basal rate, weeks by their days, boluses, a power cut and a refill: all of it is delivered, once."""
    with bench.read_each(hours=3), bench.window("a month") as month:
        pump.run_continuous(rate_ul_h=100.0)  # so that a month takes more than 16 bits of strokes
        bench.dwell(hours=7 * 24, doing="first week, basal")
        pump.run_flex(days=WEEK)
        bench.dwell(hours=7 * 24, doing="second week, by its days")
        for day in range(7):
            pump.give_bolus(volume_ul=50.0)
            bench.dwell(hours=24, doing=f"third week, bolus {day + 1} of 7")
        with bench.challenge.power_cut():
            bench.dwell(minutes=5, doing="without power")
        bench.dwell(hours=2, doing="power is back, the pump waits")
        pump.run_flex(days=WEEK)
        bench.dwell(hours=9 * 24 - 3, doing="fourth week and the rest, by its days")
        bench.challenge.fill_anew(volume_ul=40000.0)
        pump.refilled(volume_ul=40000.0)
        bench.dwell(hours=1, doing="refilled")
    verify("volume of the month", month.volume_error()).within("volume accuracy")
    verify("the pump's books of the month", month.books_error()).within("books accuracy")
    verify("the pump's log of the month", month.log_tells_all()).holds()
    verify("programme, books and balance", month.three_truths()).holds()
