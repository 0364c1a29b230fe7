"""Changes of programme: another rate, a ramp, a stop. Does the dose follow, without anything made up?"""

from datetime import UTC, datetime

import pytest

LATE_NS = int(datetime(2026, 1, 7, 22, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.requirement("IT-01", "ACC-003")
@pytest.mark.parametrize("first_ul_h, then_ul_h", [(50.0, 200.0), (200.0, 50.0)], ids=["up", "down"])
def test_a_new_rate_replaces_the_old_one(pump, bench, verify, first_ul_h, then_ul_h):
    """A change of the rate takes hold at once, and the volume of both rates is what was asked for."""
    with bench.window("before and after") as both:
        pump.run_continuous(rate_ul_h=first_ul_h)
        bench.dwell(hours=3, doing="first rate")
        pump.run_continuous(rate_ul_h=then_ul_h)
        bench.dwell(hours=3, doing="second rate")
    verify("volume of both rates", both.volume_error()).within("volume accuracy")
    verify("how late the new rate came", both.transition_time()).within("at once")


@pytest.mark.requirement("IT-01", "ACC-003")
@pytest.mark.evaporation(hours=1)
def test_the_lowest_rate_holds_no_higher_one_up(pump, bench, verify):
    """A new rate takes hold at once, although the next stroke of the one before is a quarter of an hour away."""
    with bench.window("from the lowest rate") as raised:
        pump.run_continuous(rate_ul_h=2.0)
        bench.dwell(minutes=32, doing="lowest rate")
        pump.run_continuous(rate_ul_h=400.0)
        bench.dwell(hours=1, doing="a high rate")
    verify("volume of both rates", raised.volume_error()).within("volume accuracy")
    verify("how late the new rate came", raised.transition_time()).within("at once")


@pytest.mark.requirement("IT-01", "ACC-001", "ACC-003")
@pytest.mark.evaporation(hours=1)
def test_a_dose_that_is_titrated_follows_each_small_step(pump, bench, verify):
    """Steps of seven per cent up, a tenth and two per cent down, as one titrates, are carried out, not only shown."""
    for rate_ul_h in (200.0, 214.0, 229.0):
        pump.run_continuous(rate_ul_h=rate_ul_h)
        bench.dwell(minutes=30, doing="titrated upwards")
    pump.run_continuous(rate_ul_h=245.0)
    with bench.window("titrated up") as up:
        bench.dwell(hours=2, doing="the fourth rate")
    pump.run_continuous(rate_ul_h=220.0)
    with bench.window("titrated down") as down:
        bench.dwell(hours=2, doing="a tenth less")
    for step in range(1, 11):
        pump.run_continuous(rate_ul_h=round(220.0 * 0.98**step, 1))
        bench.dwell(minutes=10, doing=f"step {step} of 10 of two per cent")
    with bench.window("titrated finely") as fine:
        bench.dwell(hours=2, doing="a fifth less, in ten steps")
    verify("flow after small steps up", up.flow_error()).within("basal accuracy")
    verify("flow after a small step down", down.flow_error()).within("basal accuracy")
    verify("flow after ten finer steps down", fine.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-01", "ACC-003")
def test_a_ramp_rises_evenly_and_stays(pump, bench, verify):
    """A ramp over four hours, across midnight, delivers what lies under its line, and then keeps its last rate."""
    pump.set_clock(t_ns=LATE_NS)
    with bench.window("ramp") as ramp:
        pump.run_ramp(from_ul_h=20.0, to_ul_h=200.0, over_hours=4)
        bench.dwell(hours=4, doing="ramp")
        with bench.window("the last rate of the ramp") as last:
            bench.dwell(hours=2, doing="its last rate")
    verify("volume under the ramp", ramp.volume_error()).within("volume accuracy")
    verify("flow at the ramp's last rate", last.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-01", "ACC-003")
@pytest.mark.evaporation(hours=1)
def test_a_ramp_of_a_day_and_more_keeps_to_its_line(pump, bench, verify):
    """A titration over 30 hours, longer than a day and than a short counter of minutes, keeps to its line all along."""
    with bench.read_each(minutes=10), bench.window("long ramp") as ramp:
        pump.run_ramp(from_ul_h=50.0, to_ul_h=150.0, over_hours=30)
        bench.dwell(hours=32, doing="ramp, then its last rate")
    verify("volume under the ramp", ramp.volume_error()).within("volume accuracy")
    verify("any four hours of the ramp", ramp.flow_in_windows(minutes=240)).within("basal accuracy")


@pytest.mark.requirement("IT-01", "ACC-003")
@pytest.mark.evaporation(hours=1)
def test_a_ramp_falls_evenly_and_stays(pump, bench, verify):
    """A ramp down, its last rate, and a second ramp behind it, as one of its own, deliver what their lines ask for."""
    with bench.window("ramp down") as ramp:
        pump.run_ramp(from_ul_h=200.0, to_ul_h=20.0, over_hours=3)
        bench.dwell(hours=5, doing="ramp down, then its last rate")
    with bench.window("a second ramp") as second:
        pump.run_ramp(from_ul_h=20.0, to_ul_h=200.0, over_hours=2)
        bench.dwell(hours=2.5, doing="ramp up, then its last rate")
    verify("volume under the ramp", ramp.volume_error()).within("volume accuracy")
    verify("volume under a second ramp", second.volume_error()).within("volume accuracy")


@pytest.mark.requirement("ACC-003", "IT-10")
@pytest.mark.evaporation(hours=1)
def test_one_therapy_leaves_nothing_to_the_next(pump, bench, verify):
    """Bridge, ramp, day's pattern and constant rate, twice in turn with other numbers: each as if it were the first."""
    windows = []

    def seen(what, order, *, minutes=45, **numbers):
        with bench.window(what) as window:
            order(**numbers)
            bench.dwell(minutes=minutes, doing=what)
        windows.append((what, window))
        bench.dwell(minutes=1, doing="before the next")

    for turn, one, other in (("first", 120.0, 40.0), ("second", 60.0, 200.0)):
        seen(f"{turn} bridge", pump.run_bridge, volume_ul=one / 3, rate_ul_h=one, then_ul_h=other)
        seen(f"{turn} ramp", pump.run_ramp, from_ul_h=one, to_ul_h=other, over_hours=0.5)
        seen(f"{turn} pattern", pump.run_flex, days={"every": {"00:00": other, "12:00": one}})
        seen(f"{turn} constant rate", pump.run_continuous, rate_ul_h=other)
    for what, window in windows:
        verify(f"volume of the {what}", window.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-01", "ACC-003", "1.4.4")
@pytest.mark.evaporation(hours=1)
def test_a_bolus_on_a_ramp_moves_nothing_of_it(pump, bench, verify):
    """A bolus of 20 minutes adds its volume to a ramp, which climbs on meanwhile."""
    with bench.window("ramp with a bolus") as ramp:
        pump.run_ramp(from_ul_h=20.0, to_ul_h=200.0, over_hours=2)
        bench.dwell(minutes=30, doing="ramp")
        pump.give_bolus(volume_ul=200.0)
        bench.dwell(hours=3, doing="bolus and ramp, then its last rate")
    verify("volume under the ramp and of the bolus", ramp.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-01", "ACC-003", "1.4.4", "4.1.1")
@pytest.mark.evaporation(hours=1)
def test_a_rate_that_is_set_in_a_bolus_is_kept(pump, bench, verify):
    """A new rate for the infusion takes hold while a bolus is given, and stays behind it."""
    with bench.window("another rate in a bolus") as both:
        pump.run_continuous(rate_ul_h=20.0)
        bench.dwell(minutes=20, doing="first rate")
        pump.give_bolus(volume_ul=200.0)
        bench.dwell(minutes=5, doing="the bolus")
        pump.run_continuous(rate_ul_h=80.0)
        bench.dwell(hours=3, doing="the rest of the bolus, then the second rate")
    verify("volume of both rates and the bolus", both.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", both.log_tells_all()).holds()


@pytest.mark.requirement("IT-05")
def test_nothing_is_made_up_for_a_pause(pump, bench, verify):
    """After an hour's stop the infusion goes on at its rate: what was not delivered stays undelivered."""
    with bench.window("with a pause") as paused:
        pump.run_continuous(rate_ul_h=100.0)
        bench.dwell(hours=2, doing="before the pause")
        pump.stop()
        bench.dwell(hours=1, doing="pause")
        pump.run_continuous(rate_ul_h=100.0)
        bench.dwell(hours=2, doing="after the pause")
    verify("volume with a pause", paused.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-05", "IT-15", "ACC-001")
@pytest.mark.evaporation(hours=1)
def test_many_starts_cost_and_add_nothing(pump, bench, verify):
    """Forty times the pump is started for two minutes and stopped for two: what each costs, adds or lets back shows."""
    with bench.window("forty starts") as starts:
        for _ in range(40):
            pump.run_continuous(rate_ul_h=150.0)
            bench.dwell(minutes=2, doing="a short infusion")
            pump.stop()
            bench.dwell(minutes=2, doing="stopped")
    verify("volume of forty starts", starts.volume_error()).within("volume accuracy")
    verify("the pump's books", starts.books_error()).within("books accuracy")
    verify("reverse flow behind a stop", starts.reverse_flow()).within("a stroke backwards")


@pytest.mark.requirement("1.6.1")
def test_a_stop_ends_delivery_within_a_stroke(pump, bench, verify):
    """Once stopped, and stopped once more to be sure, nothing beyond the stroke under way is delivered."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="infusing")
    with bench.window("stopped") as stopped:
        pump.stop()
        bench.dwell(seconds=2, doing="stopped")
        pump.stop()
        bench.dwell(minutes=15, doing="the line empties")
        with bench.window("at rest") as at_rest:
            bench.dwell(hours=2, doing="stopped")
    verify("delivery ended", stopped.delivery_ended(within_s=120)).holds()
    verify("flow while stopped", at_rest.zero_flow()).within("flow at rest")


@pytest.mark.requirement("1.8.1", "IT-15")
def test_nothing_flows_backwards_against_pressure(pump, bench, verify):
    """A stopped pump under back pressure lets nothing back beyond a stroke."""
    pump.stop()
    with bench.challenge.back_pressure(kpa=2.0):
        bench.dwell(minutes=30, doing="filling the line's compliance")
        with bench.window("pressed at rest") as pressed:
            bench.dwell(hours=2, doing="stopped against back pressure")
    verify("reverse flow", pressed.reverse_flow()).within("a stroke backwards")


@pytest.mark.requirement("ACC-001")
def test_the_minimum_rate_keeps_the_catheter_open(pump, bench, verify):
    """At its minimum rate the pump delivers about a quarter of a µL an hour, and no more."""
    pump.run_at_minimum()
    bench.dwell(hours=2, doing="stabilising")
    with bench.read_each(minutes=5), bench.window("minimum") as least:
        bench.dwell(hours=30, doing="minimum rate")
    verify("volume at the minimum rate", least.volume_error()).within("minimum rate accuracy")
