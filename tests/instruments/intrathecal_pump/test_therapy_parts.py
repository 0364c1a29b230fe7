"""Parts of the firmware behind the link's second edition, replaced alone: the defect is seen over the wire."""

import pytest

from rig.errors import OutOfRangeError, RefusedError
from rig.pump_skills import PatientAnswer
from tests.instruments.intrathecal_pump import defective_therapy_parts as defects

GRANTED = PatientAnswer(granted=True)


class Bench:
    """A pump with strokes all alike, its driver, and time that passes while the link is kept alive."""

    def __init__(self, ward):
        self.ward = ward
        self.driver = ward.open()
        self.driver.set_link_watchdog(seconds=600)

    def wait(self, seconds):
        end_ns = self.ward.clock.now_ns() + round(seconds * 1e9)
        while (left_ns := end_ns - self.ward.clock.now_ns()) > 0:
            self.ward.clock.wait_s(min(left_ns / 1e9, 300))
            self.driver.status()

    def delivered_ul(self):
        return round(self.driver.status().delivered_ul, 3)


@pytest.fixture
def bench(build_ward):
    """Build a bench with these parts of the pump replaced."""

    def build(parts=None, **parameters):
        named = {part: f"{defects.__name__}:{kind.__name__}" for part, kind in (parts or {}).items()}
        return Bench(build_ward(parts=named, stroke_variation_percent=0, **parameters))

    return build


def a_prime(bench):
    bench.driver.prime(volume_ul=20.0)
    bench.wait(300)
    return bench.delivered_ul()


def requests(bench):
    bench.driver.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=3)
    answers = []
    for minutes in (0, 59, 1, 30, 30, 60, 24 * 60 - 181, 1):
        bench.wait(60 * minutes)
        answers.append(bench.driver.request_patient_bolus().why)
    return answers


def an_hour_with_a_limit(bench):
    bench.driver.give_bolus(volume_ul=20.0)
    bench.driver.run_continuous(rate_ul_h=25.0)
    bench.wait(5400)
    return bench.delivered_ul(), bench.driver.status().alarms


def four_hours_with_a_limit(bench):
    bench.driver.set_dose_limit(volume_ul=50.0, window_hours=4)
    bench.driver.give_bolus(volume_ul=40.0)
    bench.driver.run_continuous(rate_ul_h=8.0)
    bench.wait(4 * 3600)
    return bench.delivered_ul(), bench.driver.status().alarms


def a_trial(bench):
    bench.driver.begin_trial(total_ul=30.0, over_hours=2)
    bench.driver.run_continuous(rate_ul_h=20.0)
    bench.wait(7200)
    return bench.delivered_ul(), bench.driver.status().alarms


def a_trial_that_runs_out_of_time(bench):
    bench.driver.begin_trial(total_ul=30.0, over_hours=1)
    bench.driver.run_continuous(rate_ul_h=20.0)
    bench.wait(7200)
    return bench.delivered_ul(), bench.driver.status().alarms


def half_an_hour(bench):
    bench.driver.run_continuous(rate_ul_h=200.0)
    bench.wait(1800)
    return bench.driver.status().state, bench.driver.status().critical


def an_outlook(bench):
    bench.driver.refilled(volume_ul=20_000.0)
    bench.driver.run_continuous(rate_ul_h=20.0)
    bench.driver.allow_patient_boluses(volume_ul=20.0, lockout_minutes=60, most_in_24_h=6)
    found = bench.driver.read_outlook()
    return round((found.refill_by_ns - found.pump_clock_ns) / 3.6e12)


def two_days_of_rest(bench):
    bench.ward.clock.wait_s(48 * 3600 - 1)
    before = bench.driver.status().alarms
    bench.ward.clock.wait_s(1)
    return before, bench.driver.status().alarms


def a_self_test(bench):
    bench.driver.run_continuous(rate_ul_h=20.0)
    return bench.driver.self_test(), bench.driver.status().alarms


def a_square_bolus_pre_empted(bench):
    bench.driver.give_square_bolus(volume_ul=10.0, over_minutes=60)
    bench.driver.give_bolus(volume_ul=500.0)
    bench.wait(7200)
    return bench.delivered_ul()


# 0, 59, 60, 90, 120, 180 min, and the last of a day and the first of the next.
ANSWERS = ["", "locked_out", "", "locked_out", "", "allotment_used", "allotment_used", ""]
LIMITED = {"max_hourly_dose_ul": 30.0}
TOO_MUCH = {"outlet_sensor": True, "rate_error_percent": 12.0}
TOO_LITTLE = {"outlet_sensor": True, "rate_error_percent": -12.0}
SCENES = [
    ("prime", defects.PrimesTwice, a_prime, {}, 20.0),
    ("patient", defects.LockoutFromTheEnd, requests, {}, ANSWERS),
    ("patient", defects.LocksNobodyOut, requests, {}, ANSWERS),
    ("patient", defects.CountsTheLastHourOnly, requests, {}, ANSWERS),
    # 20 µL at once and 25 µL/h: the last hour holds 30 µL after 24 min.
    ("dose_limit", defects.NoDoseIsTooMuch, an_hour_with_a_limit, LIMITED, (30.0, ("dose_limit",))),
    # 40 µL at once and 8 µL/h.
    ("dose_limit", defects.CountsTheLastHour, four_hours_with_a_limit, {}, (50.0, ("dose_limit",))),
    ("trial", defects.TrialWithoutEnd, a_trial, {}, (30.0, ("trial_over",))),
    ("trial", defects.TrialWithoutEnd, a_trial_that_runs_out_of_time, {}, (20.0, ("trial_over",))),
    ("flow_monitor", defects.MeasuresNothing, half_an_hour, TOO_MUCH, ("alarm", ("over_infusion",))),
    ("flow_monitor", defects.MeasuresNothing, half_an_hour, TOO_LITTLE, ("infusing", ("under_infusion",))),
    # 18,000 µL at 20 µL/h and 120 µL a day.
    ("forecast", defects.ForgetsTheBoluses, an_outlook, {}, 720),
    ("rest", defects.RestsForEver, two_days_of_rest, {}, ((), ("stopped_too_long",))),
    ("self_test", defects.FindsTheMotorBad, a_self_test, {}, ((), ())),
    ("bolus", defects.SquareRunsOut, a_square_bolus_pre_empted, {}, 510.0),
    ("schedule", defects.FlipsABit, a_self_test, {}, ((), ())),
]


@pytest.mark.parametrize("part, defect, scene, parameters, expected", SCENES)
def test_a_defect_is_seen_over_the_wire(bench, part, defect, scene, parameters, expected):
    assert scene(bench(**parameters)) == expected
    assert scene(bench({part: defect}, **parameters)) != expected


def test_what_would_exceed_the_dose_of_an_hour_is_refused(bench):
    pump = bench(max_hourly_dose_ul=30.0)
    with pytest.raises(RefusedError, match="ABOVE_DOSE_LIMIT"):
        pump.driver.run_continuous(rate_ul_h=30.001)
    pump.driver.run_continuous(rate_ul_h=20.0)
    pump.wait(3600)
    with pytest.raises(RefusedError, match="ABOVE_DOSE_LIMIT"):
        pump.driver.give_bolus(volume_ul=10.1)
    assert pump.driver.status().state == "infusing"


@pytest.mark.parametrize("percent", [-8.0, 8.0])
@pytest.mark.parametrize("rate_ul_h", [2.0, 20.0, 1000.0])
def test_a_pump_within_a_tenth_of_its_rate_tells_of_nothing(bench, percent, rate_ul_h):
    pump = bench(outlet_sensor=True, rate_error_percent=percent)
    pump.driver.run_continuous(rate_ul_h=rate_ul_h)
    pump.wait(30 * 3600 if rate_ul_h < 100.0 else 3600)
    assert pump.driver.status().alarms == ()


def test_too_much_is_told_a_quarter_of_an_hour_after_it_begins(bench):
    pump = bench(**TOO_MUCH)
    pump.driver.run_continuous(rate_ul_h=200.0)
    pump.wait(3600)
    started, told = pump.driver.read_log()[-2:]
    assert (told.event, (told.pump_clock_ns - started.pump_clock_ns) / 60e9) == (
        "over_infusion",
        pytest.approx(15.5, abs=0.5),
    )


@pytest.mark.parametrize("volume_ul, why", [(44.8, ""), (45.0, "ABOVE_DOSE_LIMIT")])
def test_a_bolus_leaves_room_for_the_infusion_that_runs_beside_it(bench, volume_ul, why):
    pump = bench()
    pump.driver.set_dose_limit(volume_ul=65.0, window_hours=4)
    pump.driver.run_continuous(rate_ul_h=5.0)
    pump.wait(3600)
    try:
        pump.driver.give_bolus(volume_ul=volume_ul)
        said = ""
    except RefusedError as refused:
        said = refused.code
    pump.wait(5 * 3600)
    assert (said, pump.driver.status().alarms) == (why, ())


def test_a_trial_that_is_over_lets_nothing_begin_until_it_is_ended(bench):
    pump = bench()
    pump.driver.begin_trial(total_ul=30.0, over_hours=1)
    pump.driver.run_continuous(rate_ul_h=20.0)
    pump.wait(3600)
    pump.driver.stop()
    with pytest.raises(RefusedError, match="TRIAL_OVER"):
        pump.driver.run_continuous(rate_ul_h=20.0)
    pump.driver.end_trial()
    pump.driver.run_continuous(rate_ul_h=20.0)
    assert pump.driver.status().state == "infusing"


@pytest.mark.parametrize(
    "do",
    [
        lambda driver: driver.set_dose_limit(volume_ul=100.0, window_hours=0.9),
        lambda driver: driver.set_dose_limit(volume_ul=100.0, window_hours=25),
        lambda driver: driver.set_dose_limit(volume_ul=0.9, window_hours=4),
        lambda driver: driver.begin_trial(total_ul=120_001.0, over_hours=4),
        lambda driver: driver.begin_trial(total_ul=100.0, over_hours=0.01),
    ],
)
def test_a_bound_that_the_pump_cannot_be_set_to_is_refused_before_anything_is_sent(bench, do):
    pump = bench()
    before = len(pump.ward.journal)
    with pytest.raises(OutOfRangeError):
        do(pump.driver)
    assert len(pump.ward.journal) == before


def test_the_replacement_date_is_that_of_the_charge_that_is_left(bench):
    driver = bench(cell_used_mah=14_550.0 - 116.1).driver
    driver.run_continuous(rate_ul_h=187.0)
    found = driver.read_outlook()
    assert (found.replace_by_ns - found.pump_clock_ns) / 86.4e12 == pytest.approx(10.0, abs=0.01)


def test_a_programme_that_has_decayed_ends_delivery_at_the_self_test(bench):
    pump = bench({"schedule": defects.FlipsABit})
    pump.driver.set_link_watchdog(seconds=600)
    with pytest.raises(RefusedError, match="does not show a ramp"):  # the status tells another CRC
        pump.driver.run_ramp(from_ul_h=5.0, to_ul_h=10.0, over_hours=1)
    assert pump.driver.self_test() == ("memory",)
    status = pump.driver.status()
    assert (status.state, status.alarms) == ("alarm", ("memory_error",))


def test_a_stalled_motor_is_a_critical_alarm_and_nothing_is_booked_or_made_up(bench):
    pump = bench()
    mechanism = pump.ward.twin.firmware.parts.mechanism
    pump.driver.run_continuous(rate_ul_h=60.0)
    pump.wait(60)
    mechanism.stick(stuck=True)
    pump.wait(600)
    stalled = pump.driver.status()
    mechanism.stick(stuck=False)
    pump.driver.stop()
    pump.driver.run_continuous(rate_ul_h=60.0)
    pump.wait(60)
    assert (stalled.state, stalled.alarms, stalled.delivered_ul) == ("alarm", ("stall",), 1.0)
    assert pump.delivered_ul() == 2.0
    assert "stall" in [entry.event for entry in pump.driver.read_log()]


def one_hour_ul(pump):
    """What truly comes in an hour at 100 µL/h."""
    before_ul = pump.ward.delivered_ul()
    pump.wait(3600)
    return pump.ward.delivered_ul() - before_ul


def test_a_sensitive_pump_gives_more_when_it_is_warm(bench):
    pump = bench(stroke_percent_per_kpa=0.1)
    pump.driver.run_continuous(rate_ul_h=100.0)
    cool_ul = one_hour_ul(pump)
    pump.ward.laboratory.challenge("temperature", {"liquid_c": 37.0})
    assert (cool_ul, one_hour_ul(pump)) == (pytest.approx(100.0, abs=1.0), pytest.approx(105.2, abs=0.5))


def test_a_sensitive_pump_gives_less_in_its_last_millilitres(bench):
    pump = bench(stroke_percent_per_kpa=0.1, reservoir_ul=1_000.0)
    pump.driver.run_continuous(rate_ul_h=100.0)
    # A quarter of the bellows' way is left, of 77.9 kPa.
    assert one_hour_ul(pump) == pytest.approx(94.0, abs=1.0)
