"""The driver's skills against the twin over a real pseudo-terminal."""

import pytest

from rig.capabilities import PumpState
from rig.errors import OutOfRangeError
from rig.pump_skills import PUMP_SKILLS, PatientAnswer
from rig.therapy import WEEK, TherapyError

WORKDAY = {"00:00": 10.0, "08:00": 40.0, "20:00": 20.0}


def wait(ward, driver, seconds):
    end_ns = ward.clock.now_ns() + seconds * 1_000_000_000
    while (left_ns := end_ns - ward.clock.now_ns()) > 0:
        ward.clock.wait_s(min(left_ns / 1e9, 300))
        driver.status()


@pytest.mark.parametrize("skill", PUMP_SKILLS, ids=lambda skill: skill.__name__)
def test_it_has_every_skill_of_a_pump(driver, skill):
    assert isinstance(driver, skill)


@pytest.mark.parametrize(
    "do, verb, arguments, extra",
    [
        (
            lambda d: d.run_flex(days={"every": WORKDAY}),
            "run_flex",
            {"days": {"every": WORKDAY}},
            {"pump_clock_ns": 1_767_600_000_000_000_000},
        ),
        (
            lambda d: d.run_ramp(from_ul_h=20.0, to_ul_h=40.0, over_hours=1.5),
            "run_ramp",
            {"from_ul_h": 20.0, "to_ul_h": 40.0, "over_hours": 1.5},
            {},
        ),
        (lambda d: d.run_at_minimum(), "run_at_minimum", {"rate_ul_h": 0.25}, {}),
        (
            lambda d: d.give_square_bolus(volume_ul=6.0, over_minutes=30),
            "give_square_bolus",
            {"volume_ul": 6.0, "over_minutes": 30, "rate_ul_h": 12.0},
            {},
        ),
        (
            lambda d: d.give_combination_bolus(now_ul=5.0, then_ul=6.0, over_minutes=30),
            "give_combination_bolus",
            {"now_ul": 5.0, "then_ul": 6.0, "over_minutes": 30, "rate_ul_h": 600.0, "then_rate_ul_h": 12.0},
            {},
        ),
        (lambda d: d.prime(volume_ul=220.0), "prime", {"volume_ul": 220.0, "rate_ul_h": 1000.0}, {}),
        (
            lambda d: d.run_bridge(volume_ul=220.0, rate_ul_h=20.0, then_ul_h=10.0),
            "run_bridge",
            {"volume_ul": 220.0, "rate_ul_h": 20.0, "then_ul_h": 10.0},
            {},
        ),
        (
            lambda d: d.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=4),
            "allow_patient_boluses",
            {"volume_ul": 5.0, "lockout_minutes": 60, "most_in_24_h": 4, "rate_ul_h": 600.0},
            {},
        ),
        (
            lambda d: d.request_patient_bolus(),
            "request_patient_bolus",
            {"volume_ul": 0.0, "rate_ul_h": 0.0},
            {"granted": False, "why": "not_allowed"},
        ),
        (lambda d: d.refilled(volume_ul=20_000.0), "refilled", {"volume_ul": 20_000.0}, {}),
        (lambda d: d.set_low_reservoir(volume_ul=4000.0), "set_low_reservoir", {"volume_ul": 4000.0}, {}),
        (lambda d: d.acknowledge_alarms(), "acknowledge_alarms", {}, {}),
        (lambda d: d.self_test(), "self_test", {}, {"found": []}),
    ],
)
def test_a_verb_is_recorded_as_it_was_said(steady, do, verb, arguments, extra):
    ward, driver = steady
    do(driver)
    (entry,) = ward.journal
    assert (entry.verb, entry.arguments, entry.extra, entry.result) == (verb, arguments, extra, "ok")
    assert min(len(entry.sent), len(entry.received)) > 0


def test_a_granted_request_is_recorded_with_what_is_set_in_the_pump(steady):
    ward, driver = steady
    driver.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=4)
    assert driver.request_patient_bolus() == PatientAnswer(granted=True)
    entry = ward.journal[-1]
    assert (entry.arguments, entry.extra) == (
        {"volume_ul": 5.0, "rate_ul_h": 600.0},
        {"granted": True, "why": ""},
    )


@pytest.mark.parametrize(
    "do, rate_ul_h",
    [
        (lambda d: d.give_bolus(volume_ul=5.0, rate_ul_h=120.0), 120.0),
        (lambda d: d.give_combination_bolus(now_ul=5.0, then_ul=5.0, over_minutes=60, rate_ul_h=240.0), 240.0),
        (lambda d: d.give_bolus(volume_ul=5.0), 600.0),
    ],
    ids=["a bolus", "a combination", "none said"],
)
def test_a_bolus_has_the_rate_that_is_said_and_the_bench_files_where_none_is(steady, do, rate_ul_h):
    ward, driver = steady
    do(driver)
    assert ward.journal[-1].arguments["rate_ul_h"] == rate_ul_h
    assert driver.status().rate_ul_h == rate_ul_h


def test_a_patients_bolus_has_its_own_rate_behind_a_clinicians(steady):
    ward, driver = steady
    driver.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=4, rate_ul_h=100.0)
    driver.give_bolus(volume_ul=5.0, rate_ul_h=900.0)
    wait(ward, driver, 60)
    driver.request_patient_bolus()
    assert driver.status().rate_ul_h == 100.0


@pytest.mark.parametrize(
    "do, said",
    [
        (lambda d: d.give_bolus(volume_ul=5.0, rate_ul_h=1.9), r"a bolus rate of 1\.9"),
        (
            lambda d: d.run_flex(days={"every": {"00:00": 1.999}}),
            r"every day, 00:00 on of 1\.999(.|\n)*2 to 1000 µL/h",
        ),
        (lambda d: d.run_flex(days={"every": {"00:00": 0.0, "13:30": 1000.1}}), r"13:30 on of 1000\.1"),
        (lambda d: d.run_ramp(from_ul_h=1.0, to_ul_h=40.0, over_hours=1), "a ramp's first rate"),
        (lambda d: d.run_ramp(from_ul_h=2.0, to_ul_h=1001.0, over_hours=1), "a ramp's last rate"),
        (lambda d: d.run_ramp(from_ul_h=2.0, to_ul_h=4.0, over_hours=0.01), r"0\.0166667 to 168 h in steps of 1/60"),
        (lambda d: d.run_ramp(from_ul_h=2.0, to_ul_h=4.0, over_hours=169), "a ramp of 169"),
        (lambda d: d.give_square_bolus(volume_ul=4.9, over_minutes=60), "5 to 500 µL"),
        (lambda d: d.give_square_bolus(volume_ul=5.0, over_minutes=0), "1 to 1440 min"),
        (lambda d: d.give_square_bolus(volume_ul=5.0, over_minutes=1441), "1 to 1440 min"),
        (lambda d: d.give_square_bolus(volume_ul=5.0, over_minutes=float("nan")), "1 to 1440 min"),
        (lambda d: d.give_combination_bolus(now_ul=5.0, then_ul=501.0, over_minutes=60), "the bolus behind it of 501"),
        (lambda d: d.allow_patient_boluses(volume_ul=5.0, lockout_minutes=1441, most_in_24_h=4), "1 to 1440 min"),
        (lambda d: d.allow_patient_boluses(volume_ul=5.0, lockout_minutes=0, most_in_24_h=4), "1 to 1440 min"),
        (lambda d: d.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=0), "1 to 100 boluses"),
        (lambda d: d.allow_patient_boluses(volume_ul=501.0, lockout_minutes=60, most_in_24_h=4), "5 to 500 µL"),
        (lambda d: d.prime(volume_ul=2000.1), "1 to 2000 µL"),
        (lambda d: d.run_bridge(volume_ul=0.0, rate_ul_h=20.0, then_ul_h=10.0), "1 to 5000 µL"),
        (lambda d: d.run_bridge(volume_ul=10.0, rate_ul_h=20.0, then_ul_h=1.0), "a rate behind a bridge"),
        (lambda d: d.refilled(volume_ul=120_000.001), "0 to 120000 µL"),
        (lambda d: d.set_low_reservoir(volume_ul=-1.0), "0 to 120000 µL"),
    ],
)
def test_what_the_pump_cannot_be_set_to_is_refused_before_anything_is_sent(ward, driver, do, said):
    ward.unplug()  # whoever sends now finds the port dead
    with pytest.raises(OutOfRangeError, match=said):
        do(driver)


def test_a_flex_infusion_that_makes_no_sense_is_refused_before_anything_is_sent(ward, driver):
    ward.unplug()
    with pytest.raises(TherapyError, match="25:00"):
        driver.run_flex(days={"every": {"00:00": 20.0, "25:00": 30.0}})


def test_a_square_bolus_beside_too_fast_an_infusion_is_refused(driver):
    driver.run_continuous(rate_ul_h=1000.0)
    with pytest.raises(OutOfRangeError, match="1600 µL/h"):
        driver.give_square_bolus(volume_ul=20.0, over_minutes=1)


def test_a_part_of_a_nanolitre_an_hour_beyond_the_pump_s_rate_is_too_fast(driver):
    driver.run_continuous(rate_ul_h=999.8)
    # 500 µL in 2999 s are 600.20007 µL/h.
    with pytest.raises(OutOfRangeError, match="the pump delivers at most 1600 µL/h"):
        driver.give_square_bolus(volume_ul=500.0, over_minutes=2999 / 60)


def test_a_week_of_thirteen_steps_a_day_goes_over_in_parts(steady):
    ward, driver = steady
    hours = [f"{hour:02d}:00" for hour in range(13)]
    driver.run_flex(days={day: {at: 10.0 * (n + 1) + i for i, at in enumerate(hours)} for n, day in enumerate(WEEK)})
    assert driver.status().rate_ul_h == 18.0  # Monday, 08:00
    # Three parts each way, commit and status.
    assert ward.journal[-1].sent.count(0) == 2 * (3 + 3 + 1 + 1)


def test_a_ramp_delivers_its_staircase_and_stays(steady):
    ward, driver = steady
    driver.run_ramp(from_ul_h=20.0, to_ul_h=80.0, over_hours=1)
    wait(ward, driver, 3600)
    assert driver.status().delivered_ul == 49.5  # 20, 21 … 79 µL/h for a minute each
    wait(ward, driver, 3600)
    assert driver.status().delivered_ul == 129.5


def test_a_square_bolus_is_pre_empted_and_resumes_with_what_was_left(steady):
    ward, driver = steady
    driver.give_square_bolus(volume_ul=10.0, over_minutes=60)
    wait(ward, driver, 1800)
    before_ul = driver.status().delivered_ul
    driver.give_bolus(volume_ul=20.0)  # 2 min
    wait(ward, driver, 120)
    between_ul = driver.status().delivered_ul
    wait(ward, driver, 1799)
    still = driver.status().state
    wait(ward, driver, 1)
    assert (before_ul, between_ul, still) == (5.0, 25.0, PumpState.BOLUS)
    assert (driver.status().state, driver.status().delivered_ul) == (PumpState.STOPPED, 30.0)


def test_a_prime_delivers_its_volume_and_then_what_ran_before_goes_on(steady):
    ward, driver = steady
    driver.run_continuous(rate_ul_h=60.0)
    driver.prime(volume_ul=100.0)  # 6 min
    during = driver.status()
    wait(ward, driver, 360)
    primed_ul = driver.status().delivered_ul
    wait(ward, driver, 600)
    assert (during.rate_ul_h, primed_ul) == (1000.0, 100.0)
    assert (driver.status().rate_ul_h, driver.status().delivered_ul) == (60.0, 110.0)


@pytest.mark.parametrize(
    "order",
    [
        lambda d: d.run_continuous(rate_ul_h=40.0),
        lambda d: d.run_ramp(from_ul_h=40.0, to_ul_h=40.0, over_hours=1),
        lambda d: d.run_flex(days={"every": {"00:00": 40.0}}),
    ],
)
def test_an_infusion_that_is_ordered_in_a_prime_waits_for_its_end(steady, order):
    ward, driver = steady
    driver.prime(volume_ul=100.0)  # 6 min
    order(driver)
    wait(ward, driver, 360)
    assert (driver.status().delivered_ul, driver.status().rate_ul_h) == (100.0, 40.0)


def test_a_bridge_delivers_its_volume_and_goes_on_at_the_other_rate(steady):
    ward, driver = steady
    driver.run_bridge(volume_ul=30.0, rate_ul_h=60.0, then_ul_h=20.0)
    wait(ward, driver, 1800)
    assert (driver.status().rate_ul_h, driver.status().delivered_ul) == (20.0, 30.0)
    assert "bridge_ended" in [entry.event for entry in driver.read_log()]


def test_a_bridge_waits_for_a_prime_and_takes_nothing_of_a_bolus(steady):
    ward, driver = steady
    driver.run_bridge(volume_ul=30.0, rate_ul_h=60.0, then_ul_h=2.0)
    driver.give_bolus(volume_ul=20.0)  # 2 min
    driver.prime(volume_ul=100.0)  # 6 min, and then 2 min of the bolus
    wait(ward, driver, 36 * 60 - 1)
    assert driver.status().rate_ul_h == 60.0
    wait(ward, driver, 1)
    assert (driver.status().rate_ul_h, driver.status().delivered_ul) == (2.0, 150.0)


def test_a_square_bolus_waits_for_a_prime(steady):
    ward, driver = steady
    driver.give_square_bolus(volume_ul=10.0, over_minutes=10)
    driver.prime(volume_ul=100.0)  # 6 min
    wait(ward, driver, 16 * 60 - 1)
    assert driver.status().state is PumpState.BOLUS
    wait(ward, driver, 1)
    assert (driver.status().state, driver.status().delivered_ul) == (PumpState.STOPPED, 110.0)


def test_setting_the_clock_moves_no_lockout(steady):
    ward, driver = steady
    driver.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=2)
    driver.request_patient_bolus()
    driver.set_clock(t_ns=ward.clock.now_ns() + 48 * 3_600_000_000_000)
    wait(ward, driver, 60)
    assert driver.request_patient_bolus() == PatientAnswer(granted=False, why="locked_out")


def test_no_bolus_is_given_in_alarm_and_none_after_stop(steady):
    ward, driver = steady
    driver.allow_patient_boluses(volume_ul=5.0, lockout_minutes=1, most_in_24_h=2)
    driver.run_continuous(rate_ul_h=20.0)
    ward.clock.wait_s(700)  # the link watchdog
    assert driver.request_patient_bolus().why == "alarm_active"
    driver.stop()
    assert driver.request_patient_bolus().why == "not_allowed"


def test_acknowledging_silences_and_ends_no_delivery(steady):
    ward, driver = steady
    driver.run_continuous(rate_ul_h=20.0)
    driver.set_low_reservoir(volume_ul=120_000.0)
    wait(ward, driver, 60)
    driver.acknowledge_alarms()
    assert (driver.status().state, driver.status().alarms) == (PumpState.INFUSING, ("reservoir_low",))
