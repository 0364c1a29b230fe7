"""The reservoir: refill, the low mark, the last millilitres, empty."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("IT-01", "IT-02")
def test_a_refill_is_counted_down_from(pump, bench, verify):
    """From a refill on the pump delivers its rate, and counts its reservoir down by what is weighed."""
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
    bench.challenge.fill_anew(volume_ul=4600.0)
    pump.refilled(volume_ul=4600.0)
    pump.set_low_reservoir(volume_ul=4000.0)
    pump.run_continuous(rate_ul_h=400.0)
    with bench.window("down to the mark") as mark:
        bench.dwell(hours=4, doing="through the low mark")
    verify(
        "low reservoir was signalled",
        mark.alarm_came(alarm="reservoir_low", within_s=2 * 3600, priority="non-critical"),
    ).holds()
    verify("volume through the mark", mark.volume_error()).within("volume accuracy")


@pytest.mark.requirement("1.5.5", "1.5.4")
def test_the_low_mark_warns_behind_each_refill(pump, bench, verify):
    """Emptied, filled and infused down to its mark the pump warns each time, whatever is programmed besides."""
    bench.expect_alarm("reservoir_low")
    pump.set_low_reservoir(volume_ul=4000.0)
    for filling in ("first", "second", "third"):
        bench.challenge.fill_anew(volume_ul=4300.0)
        pump.refilled(volume_ul=4300.0)
        bench.dwell(minutes=5, doing=f"{filling} filling, stopped")
        with bench.window(f"{filling} filling") as window:
            if filling == "second":
                pump.run_flex(days={"every": {"00:00": 600.0}})
            else:
                pump.run_continuous(rate_ul_h=600.0)
            if filling == "third":
                pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=60, most_in_24_h=4)
            bench.dwell(hours=1, doing=f"{filling} filling, through the low mark")
        pump.stop()
        warning = window.alarm_came(alarm="reservoir_low", within_s=35 * 60, priority="non-critical")
        verify(f"low reservoir was signalled, {filling} filling", warning).holds()
        verify(f"volume of the {filling} filling", window.volume_error()).within("volume accuracy")


@pytest.mark.requirement("1.5.5", "1.5.4")
def test_a_bolus_that_takes_the_reservoir_to_its_mark_warns(pump, bench, verify):
    """The low mark is passed in the middle of a bolus, with no infusion beside it: the pump warns as in an infusion."""
    pump.set_low_reservoir(volume_ul=4000.0)
    bench.challenge.fill_anew(volume_ul=4200.0)
    pump.refilled(volume_ul=4200.0)
    with bench.window("a bolus through the mark") as through:
        pump.give_bolus(volume_ul=400.0)
        bench.dwell(hours=1, doing="the bolus, and a while behind it")
    warning = through.alarm_came(alarm="reservoir_low", within_s=35 * 60, priority="non-critical")
    verify("low reservoir was signalled in a bolus", warning).holds()
    verify("volume of the bolus", through.volume_error()).within("volume accuracy")


@pytest.mark.requirement("1.5.4", "IT-02")
def test_a_refill_that_is_told_in_any_delivery_is_kept(pump, bench, verify):
    """Filled in a bolus, a square one, a patient's, a prime and a ramp the pump counts down from what it was told."""
    fillings = []

    def filled(volume_ul):
        bench.challenge.fill_anew(volume_ul=volume_ul)
        pump.refilled(volume_ul=volume_ul)

    def filled_in(what, order, **numbers):
        filled(5_000.0)
        bench.dwell(minutes=5, doing=f"before {what}")
        order(**numbers)
        bench.dwell(minutes=5, doing=what)
        filled(20_000.0)
        with bench.window(f"behind the refill in {what}") as window:
            bench.dwell(minutes=40, doing=f"the rest of {what}, and behind it")
        fillings.append((what, window))

    pump.run_continuous(rate_ul_h=100.0)
    pump.allow_patient_boluses(volume_ul=100.0, lockout_minutes=30, most_in_24_h=4)
    filled_in("a bolus", pump.give_bolus, volume_ul=150.0)
    filled_in("a square bolus", pump.give_square_bolus, volume_ul=100.0, over_minutes=20)
    filled_in("a patient's bolus", pump.request_patient_bolus)
    filled_in("a prime", pump.prime, volume_ul=150.0)
    filled_in("a ramp", pump.run_ramp, from_ul_h=50.0, to_ul_h=200.0, over_hours=0.25)
    for what, window in fillings:
        verify(f"the pump's reservoir, filled in {what}", window.reservoir_error()).within("a filling that is kept")


@pytest.mark.requirement("IT-02", "IT-14", "1.5.6")
def test_the_last_four_millilitres_are_delivered_and_an_empty_pump_says_so(pump, bench, verify):
    """All of the last 4 mL arrives; the alarm behind a silenced warning sounds, and no refill begins a therapy anew."""
    # A pump that gives as much too much as it may takes that much more from it, and is not dry before it knows.
    bench.challenge.fill_anew(volume_ul=1.05 * 4000.0)
    pump.refilled(volume_ul=4000.0)
    bench.expect_alarm("reservoir_low")
    with bench.window("to the end") as end:
        pump.run_continuous(rate_ul_h=1000.0)
        bench.dwell(hours=3, doing="until little is left")
        pump.acknowledge_alarms()
        bench.dwell(hours=2, doing="until nothing is left")
    bench.challenge.fill_anew(volume_ul=20_000.0)
    pump.refilled(volume_ul=20_000.0)
    with bench.window("filled anew") as refilled:
        bench.dwell(minutes=30, doing="filled anew, and told nothing else")
    empty = end.alarm_came(alarm="reservoir_empty", within_s=4.5 * 3600, priority="critical")
    verify("empty reservoir was signalled", empty).holds()
    verify("volume of the last 4 mL", end.volume()).within("last four millilitres")
    verify("flow of a pump that nobody started", refilled.zero_flow()).within("flow at rest")


@pytest.mark.requirement("IT-14", "1.5.5")
def test_a_mark_above_the_content_warns_at_once(pump, bench, verify):
    """Who sets the mark of a low reservoir above what it holds is warned at once, and not where the old mark was."""
    pump.refilled(volume_ul=6_000.0)  # what the pump believes; the reservoir holds more
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(minutes=20, doing="above the mark")
    with bench.window("a higher mark") as marked:
        pump.set_low_reservoir(volume_ul=8_000.0)
        bench.dwell(minutes=20, doing="below the mark")
    warned = marked.alarm_came(alarm="reservoir_low", within_s=180, priority="non-critical")
    verify("the warning came", warned).holds()


@pytest.mark.requirement("IT-01")
def test_the_dose_is_the_same_from_full_to_low(pump, bench, verify):
    """From 20 mL, a full implant, down to the last 4 mL each two hours bring what is programmed."""
    bench.challenge.fill_anew(volume_ul=20_000.0)
    pump.refilled(volume_ul=20_000.0)
    pump.run_continuous(rate_ul_h=1000.0)
    with bench.read_each(minutes=5), bench.window("from full to low") as filling:
        bench.dwell(hours=16, doing="from full to low")
    verify("volume from full to low", filling.volume_error()).within("volume accuracy")
    verify("any two hours of it", filling.flow_in_windows(minutes=120)).within("basal accuracy")


@pytest.mark.requirement("IT-01", "ACC-001")
def test_the_dose_is_the_same_at_any_content(pump, bench, verify):
    """From as full as the pump comes to nearly empty, in steps of an eighth, each brings what is programmed."""
    full_ul = pump.status().reservoir_ul
    contents = {}
    with bench.read_each(minutes=5):
        for eighths in range(8, 0, -1):
            bench.challenge.fill_anew(volume_ul=full_ul * eighths / 8.0)
            pump.refilled(volume_ul=full_ul * eighths / 8.0)
            pump.run_continuous(rate_ul_h=500.0)
            bench.dwell(minutes=5, doing=f"{eighths} eighths full")
            with bench.window(f"{eighths} eighths full") as contents[eighths]:
                bench.dwell(minutes=40, doing=f"{eighths} eighths full")
            pump.stop()
    for eighths, one in contents.items():
        verify(f"volume when {eighths} eighths full", one.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-02")
def test_a_reservoir_empties_as_fast_as_the_pump_believes(pump, bench, verify):
    """What the pump takes off its reservoir is what was weighed, so that its low-reservoir alarm will be in time."""
    pump.run_continuous(rate_ul_h=300.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("emptying") as emptying:
        bench.dwell(hours=4, doing="emptying the reservoir")
    verify("the pump's estimate of its reservoir", emptying.reservoir_error()).within("books accuracy")
    verify("programme, books and balance", emptying.three_truths()).holds()
