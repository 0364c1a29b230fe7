"""The pump's clock, and how often its status is asked for: neither may move a dose."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

STEPS = {"00:00": 50.0, "10:00": 100.0, "12:00": 20.0}


@pytest.mark.requirement("IT-05", "IT-07")
def test_setting_the_clock_makes_nothing_up(pump, bench, verify):
    """A clock that is set ahead and back again moves the steps of the day, makes nothing up, and moves no date."""
    with bench.window("clock set twice") as clock:
        pump.run_flex(days={"every": STEPS})
        bench.dwell(hours=1, doing="by the right clock")
        pump.read_outlook()
        pump.set_clock(t_ns=pump.read_clock_ns() + 3 * 3600 * 10**9)
        bench.dwell(hours=1, doing="three hours ahead")
        pump.read_outlook()
        pump.run_flex(days={"every": STEPS})
        bench.dwell(hours=1, doing="three hours ahead, told anew")
        pump.set_clock(t_ns=pump.read_clock_ns() - 3 * 3600 * 10**9)
        bench.dwell(hours=2, doing="by the right clock again")
    verify("volume with the clock set", clock.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", clock.log_tells_all()).holds()


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
