"""Boluses: does the pump deliver the volume it is asked for, each time?"""

import contextlib

import pytest

pytestmark = pytest.mark.requirement("ACC-002")

SUCCESSIVE = 25


@pytest.mark.parametrize(
    "volume_ul, minutes",
    [pytest.param(5.0, 15, marks=pytest.mark.first_look), (500.0, 75)],
    ids=["smallest", "largest"],
)
def test_boluses_are_accurate(pump, bench, verify, volume_ul, minutes):
    """25 successive boluses deliver the programmed volume, on the mean and each by itself."""
    with bench.read_each(minutes=minutes / 15), bench.window("boluses") as window:
        for number in range(SUCCESSIVE):
            with window.dose():
                pump.give_bolus(volume_ul=volume_ul)
                bench.dwell(minutes=minutes, doing=f"bolus {number + 1} of {SUCCESSIVE}")
    verify("mean bolus error", window.bolus_error()).within("bolus accuracy")
    verify("largest bolus error", window.largest_bolus_error()).within("single bolus accuracy")


@pytest.mark.evaporation(hours=1)
def test_boluses_between_the_smallest_and_the_largest_are_accurate(pump, bench, verify):
    """Two boluses of each size, each at most twice as large as the one before, deliver the programmed volume."""
    given = []
    for volume_ul in (10.0, 20.0, 40.0, 75.0, 150.0, 300.0):
        with bench.window(f"boluses of {volume_ul:g} µL") as window:
            for _ in range(2):
                with window.dose():
                    pump.give_bolus(volume_ul=volume_ul)
                    bench.dwell(minutes=10 + volume_ul / 10, doing=f"a bolus of {volume_ul:g} µL")
        given.append((volume_ul, window))
        bench.dwell(minutes=2, doing="between two sizes")
    for volume_ul, window in given:
        verify(f"error of boluses of {volume_ul:g} µL", window.bolus_error()).within("bolus accuracy")


@pytest.mark.first_look
@pytest.mark.requirement("1.4.4")
def test_a_bolus_adds_its_volume_to_the_basal_infusion(pump, bench, verify):
    """Boluses on top of a running infusion add what they are asked for, and the infusion goes on at its rate."""
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("boluses on basal") as window:
        bench.dwell(minutes=30, doing="basal before")
        for number in range(3):
            with window.dose():
                pump.give_bolus(volume_ul=25.0)
                bench.dwell(minutes=60, doing=f"bolus {number + 1} of 3 on basal")
    verify("bolus error on basal", window.bolus_error(plateau_minutes=40, on_basal=True)).within("bolus accuracy")
    with bench.window("basal after") as after:
        bench.dwell(hours=6, doing="basal after")
    verify("basal error after boluses", after.flow_error()).within("basal accuracy")


@pytest.mark.evaporation(hours=1)
def test_a_volume_of_no_whole_strokes_is_given(pump, bench, verify):
    """Boluses whose volume is no whole number of strokes lose nothing of it, and gain nothing."""
    with bench.window("odd boluses") as odd:
        for number in range(10):
            pump.give_bolus(volume_ul=5.4)
            bench.dwell(minutes=6, doing=f"bolus {number + 1} of 10")
    verify("volume of the boluses", odd.volume_error()).within("volume accuracy")


@pytest.mark.requirement("1.4.4", "IT-12", "IT-17", "4.1.2")
@pytest.mark.evaporation(hours=1)
def test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing(pump, bench, verify):
    """Neither a second bolus nor a patient's request changes a bolus that is being given: both are refused."""
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=60, most_in_24_h=24)
    pump.run_continuous(rate_ul_h=20.0)
    with bench.window("asked in a bolus") as asked:
        bench.dwell(minutes=15, doing="infusing")
        pump.give_bolus(volume_ul=100.0)
        bench.dwell(minutes=3, doing="the bolus")
        with bench.refusal(because="a bolus is under way"):
            pump.give_bolus(volume_ul=50.0)
        with bench.window("the patient asks") as patient:
            pump.request_patient_bolus()
            bench.dwell(hours=2, doing="the rest of the bolus, then basal")
    verify("volume of the first bolus alone", asked.volume_error()).within("volume accuracy")
    verify("the request was refused", patient.patient_bolus_refused(why="bolus_running")).holds()
    verify("the pump's log tells all", asked.log_tells_all()).holds()


@pytest.mark.requirement("IT-08", "IT-17")
@pytest.mark.evaporation(hours=1)
def test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later(pump, bench, verify):
    """Power goes in the middle of a bolus: its rest is given neither when power is back nor with the next bolus."""
    with bench.window("a bolus cut short") as cut:
        pump.give_bolus(volume_ul=200.0)
        bench.dwell(minutes=10, doing="half of the bolus")
        with bench.challenge.power_cut():
            bench.dwell(minutes=5, doing="without power")
        bench.dwell(hours=1, doing="power is back, nothing is given")
        pump.give_bolus(volume_ul=50.0)
        bench.dwell(hours=1, doing="a bolus of its own")
    verify("volume of both boluses", cut.volume_error()).within("volume accuracy")
    verify("programme, books and balance", cut.three_truths()).holds()
    verify("the pump's log tells all", cut.log_tells_all()).holds()


@pytest.mark.requirement("IT-05", "IT-17", "1.4.4", "1.6.1")
@pytest.mark.evaporation(hours=1)
def test_a_bolus_that_is_stopped_gives_and_tells_no_more(pump, bench, verify):
    """A bolus that is stopped half-way has given its half; its rest comes with no infusion, and no bolus, behind it."""
    with bench.window("stopped half-way") as half:
        pump.give_bolus(volume_ul=200.0)
        bench.dwell(minutes=10, doing="half of the bolus")
        pump.stop()
        bench.dwell(minutes=30, doing="stopped")
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(minutes=30, doing="infusing")
        pump.give_bolus(volume_ul=50.0)
        bench.dwell(hours=1, doing="a bolus of its own")
    verify("volume of both boluses", half.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", half.log_tells_all()).holds()


ENDS = {
    "a stop": lambda pump, _: pump.stop(),
    "a power cut": lambda _, bench: bench.challenge.power_cut(),
    "a lost link": lambda _, bench: bench.challenge.link_lost(),
    "a stall": lambda _, bench: bench.challenge.magnet(),
}


@pytest.mark.requirement("4.1.1", "4.1.3")
@pytest.mark.parametrize("ends", ENDS)
def test_of_two_boluses_that_end_at_once_each_is_told(pump, bench, verify, ends):
    """A bolus and a square one beside it, or behind it, are ended at once: log and vessel have both."""
    orders = {
        "a combination": lambda: pump.give_combination_bolus(now_ul=100.0, then_ul=100.0, over_minutes=60),
        "a bolus on a square one": lambda: (
            pump.give_square_bolus(volume_ul=100.0, over_minutes=60),
            pump.give_bolus(volume_ul=100.0),
        ),
    }
    bench.expect_alarm("link_lost")
    bench.expect_alarm("stall")
    with bench.window("ended at once") as ended:
        for name, order in orders.items():
            pump.run_continuous(rate_ul_h=50.0)
            bench.dwell(minutes=10, doing="infusing")
            order()
            bench.dwell(minutes=5, doing=name)
            with ENDS[ends](pump, bench) or contextlib.nullcontext():
                bench.dwell(minutes=10, doing=f"{name}, ended by {ends}")
            bench.dwell(minutes=10, doing=f"{name}, ended by {ends}")
            pump.stop()
        bench.dwell(minutes=10, doing="stopped")
    verify("the pump's log tells all", ended.log_tells_all()).holds()
    verify("volume of what was begun", ended.volume_error()).within("volume accuracy")
