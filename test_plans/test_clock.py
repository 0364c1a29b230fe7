"""The pump's clock, and how often its status is asked for: neither may move a dose, nor a bound of it."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

HOUR_NS = 3600 * 10**9
STEPS = {"00:00": 50.0, "10:00": 100.0, "12:00": 20.0}


@pytest.mark.requirement("IT-05", "IT-07", "IT-20", "4.1.2")
def test_setting_the_clock_makes_nothing_up(pump, bench, verify):
    """A clock that is set ahead and back again moves the steps of the day, makes nothing up, and moves no date."""
    with bench.window("clock set twice") as clock:
        pump.run_flex(days={"every": STEPS})
        bench.dwell(hours=1, doing="by the right clock")
        pump.read_outlook()
        pump.set_clock(t_ns=pump.read_clock_ns() + 3 * HOUR_NS)
        bench.dwell(hours=1, doing="three hours ahead")
        pump.read_outlook()
        pump.run_flex(days={"every": STEPS})
        bench.dwell(hours=1, doing="three hours ahead, told anew")
        pump.set_clock(t_ns=pump.read_clock_ns() - 3 * HOUR_NS)
        bench.dwell(hours=2, doing="by the right clock again")
    verify("volume with the clock set", clock.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", clock.log_tells_all()).holds()


@pytest.mark.requirement("IT-12", "IT-20")
def test_setting_the_calendar_moves_no_bound_of_the_dose(pump, bench, verify):
    """A clock 30 h ahead empties neither a window of 4 h nor an allotment of 24 h; one 30 h behind fills neither up."""
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)
    pump.allow_patient_boluses(volume_ul=60.0, lockout_minutes=5, most_in_24_h=2)

    def asked(hours_ahead, what, *, hours):
        pump.set_clock(t_ns=pump.read_clock_ns() + hours_ahead * HOUR_NS)
        with bench.window(what) as window:
            pump.request_patient_bolus()
            bench.dwell(hours=hours, doing=what)
        return window

    with bench.read_each(minutes=5), bench.window("a clock set again and again") as hours:
        asked(0, "the first bolus", hours=0.5)
        full = asked(30, "the window full, 30 h ahead", hours=3.6)
        left = asked(-60, "the window left, 30 h behind", hours=4.2)
        used = asked(60, "the allotment used, 30 h ahead", hours=15.8)
        unused = asked(-60, "a day behind the first, 30 h behind", hours=0.5)
    verify("the window kept what it held", full.patient_bolus_refused(why="above_dose_limit")).holds()
    verify("the window let go of it", left.patient_bolus_given()).holds()
    verify("the allotment kept its count", used.patient_bolus_refused(why="allotment_used")).holds()
    verify("the allotment let go of it", unused.patient_bolus_given()).holds()
    verify("volume of what was granted", hours.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-03", "IT-20")
def test_setting_the_calendar_moves_no_watchdog(pump, bench, verify):
    """A clock set three days ahead ends no infusion; set back again, it does not put off the end of one."""
    bench.expect_alarm("link_lost")
    with bench.window("clock set, then lost") as lost:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(minutes=30, doing="by the right clock")
        pump.set_clock(t_ns=pump.read_clock_ns() + 72 * HOUR_NS)
        with bench.window("ahead") as ahead:
            bench.dwell(minutes=30, doing="three days ahead")
        pump.set_clock(t_ns=pump.read_clock_ns() - 72 * HOUR_NS)
        bench.dwell(minutes=10, doing="by the right clock again")
        with bench.challenge.link_lost():
            bench.dwell(minutes=20, doing="nobody is heard")
        bench.dwell(minutes=20, doing="heard again")
    signalled = lost.alarm_came(alarm="link_lost", within_s=600, after="link lost", priority="critical")
    verify("no alarm ahead", ahead.no_alarm()).holds()
    verify("lost link was signalled", signalled).holds()
    verify("what was made up", lost.nothing_made_up(after="link lost")).within("nothing made up")


@pytest.mark.requirement("IT-19")
def test_asking_often_changes_no_dose(pump, bench, verify):
    """Two statuses each second, one right behind the other, for ten minutes change nothing of the flow."""
    pump.run_continuous(rate_ul_h=400.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.read_each(seconds=15), bench.window("asked often") as asked:
        for _ in range(600):
            pump.status()
            pump.status()
            bench.dwell(seconds=0.97, doing="asking twice each second")  # not in step with strokes
    with bench.window("asked no more") as behind:
        bench.dwell(hours=2, doing="asked no more")
    verify("flow while asked often", asked.flow_error()).within("basal accuracy")
    verify("flow behind that", behind.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-19")
def test_asking_seldom_changes_no_dose(pump, bench, verify):
    """A status each five minutes, just enough to keep the pump from stopping by itself, changes nothing of the flow."""
    pump.run_continuous(rate_ul_h=400.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.read_each(minutes=5), bench.window("asked seldom") as seldom:
        bench.dwell(hours=4, doing="asking each five minutes")
    verify("flow while asked seldom", seldom.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-05", "ACC-003")
@pytest.mark.evaporation(hours=1)
def test_what_takes_its_time_goes_by_no_calendar(pump, bench, verify):
    """A ramp, a square bolus and a bridge take their time, whatever the clock is set to meanwhile."""
    orders = (
        ("a ramp", pump.run_ramp, {"from_ul_h": 50.0, "to_ul_h": 250.0, "over_hours": 2}),
        ("a square bolus", pump.give_square_bolus, {"volume_ul": 200.0, "over_minutes": 60}),
        ("a bridge", pump.run_bridge, {"volume_ul": 100.0, "rate_ul_h": 100.0, "then_ul_h": 30.0}),
    )
    windows = []
    for what, order, numbers in orders:
        with bench.window(what) as window:
            order(**numbers)
            for hours in (1, -3):
                bench.dwell(minutes=20, doing=what)
                pump.set_clock(t_ns=pump.read_clock_ns() + hours * 3600 * 10**9)
            bench.dwell(hours=1.5, doing=f"{what}, by another calendar")
        windows.append((what, window))
    for what, window in windows:
        verify(f"volume of {what}", window.volume_error()).within("volume accuracy")
