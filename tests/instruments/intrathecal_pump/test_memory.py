"""A pump whose twin ends and is set up anew from its file: what it keeps without power, and what it tells then."""

import pytest

from instruments.intrathecal_pump.simulated.patient import PatientControl
from rig.capabilities import PumpState
from rig.errors import BenchFileError


class ForgetsTheLockout(PatientControl):
    """Keeps its counts, and not when the last bolus began."""

    def kept(self):
        return {**super().kept(), "starts": []}


@pytest.fixture
def restarted(build_ward, tmp_path):
    """Set up pumps one after another that all keep their memory in one file; the former one is gone."""
    before = []

    def start(**parameters):
        for ward in before:
            ward.close()
        ward = build_ward(memory=str(tmp_path / "pump.json"), stroke_variation_percent=0, **parameters)
        before.append(ward)
        return ward, ward.open()

    return start


def used(driver, ward):
    """Use a pump for an hour, and leave it with its therapy under way."""
    driver.set_link_watchdog(seconds=600)
    driver.set_low_reservoir(volume_ul=3_000.0)
    driver.set_dose_limit(volume_ul=90.0, window_hours=4)
    driver.begin_trial(total_ul=100.0, over_hours=48)
    driver.allow_patient_boluses(volume_ul=20.0, lockout_minutes=180, most_in_24_h=4)
    driver.run_continuous(rate_ul_h=10.0)
    driver.request_patient_bolus()
    for _ in range(12):
        ward.clock.wait_s(300)
        driver.status()


def test_counts_and_log_go_on_where_they_were(restarted):
    ward, driver = restarted()
    used(driver, ward)
    before, log = driver.status(), driver.read_log()
    _, driver = restarted()
    after = driver.status()
    assert (after.delivered_ul, after.reservoir_ul) == (before.delivered_ul, before.reservoir_ul) == (30.0, 119_970.0)
    assert driver.read_log()[: len(log)] == log


def test_a_therapy_that_was_under_way_is_stopped_with_a_critical_alarm(restarted):
    ward, driver = restarted()
    used(driver, ward)
    _, driver = restarted()
    status = driver.status()
    assert (status.state, status.rate_ul_h, status.critical) == (PumpState.STOPPED, 0.0, ("reset",))
    assert [(one.event, one.detail) for one in driver.read_log()[-2:]] == [("power_on", 1), ("reset", 30_000)]


def test_a_pump_that_was_stopped_has_nothing_to_tell(restarted):
    ward, driver = restarted()
    used(driver, ward)
    driver.stop()
    _, driver = restarted()
    assert driver.status().alarms == ()


def asked_again(driver):
    driver.allow_patient_boluses(volume_ul=20.0, lockout_minutes=180, most_in_24_h=4)
    return driver.request_patient_bolus().why


def test_the_lockout_outlives_it(restarted):
    ward, driver = restarted()
    used(driver, ward)
    assert asked_again(restarted()[1]) == "locked_out"


def test_a_pump_that_forgets_its_lockout_is_noticed(restarted):
    forgetful = {"parts": {"patient": f"{__name__}:ForgetsTheLockout"}}
    ward, driver = restarted(**forgetful)
    used(driver, ward)
    assert asked_again(restarted(**forgetful)[1]) == ""


def test_the_bounds_of_the_dose_outlive_it(restarted):
    ward, driver = restarted()
    used(driver, ward)
    told = ward.twin.firmware.desk.bounds.told(ward.clock.now_ns())
    ward, _ = restarted()
    again = ward.twin.firmware.desk.bounds.told(ward.clock.now_ns())
    fields = ("limit_nl", "window_s", "in_window_nl", "trial_nl", "trial_left_nl", "trial_left_s")
    assert [getattr(again, name) for name in fields] == [getattr(told, name) for name in fields]


def test_the_cell_and_the_liquid_are_as_they_were_left(restarted):
    ward, driver = restarted()
    used(driver, ward)
    ward.twin.firmware.drain_battery(1_000.0)
    driver.status()
    left_mah = ward.twin.firmware.parts.battery.left_mah
    ward, _ = restarted()
    assert ward.twin.firmware.parts.battery.left_mah == pytest.approx(left_mah, abs=0.01)
    assert ward.twin.firmware.parts.mechanism.kept()["_content_ul"] == pytest.approx(119_970.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        '{"at_ns, version 1": 0, "delivering": false, "parts": {}}',
        '{"at_ns, version 1": 1e999, "delivering": false, "parts": {}}',
    ],
)
def test_a_file_that_is_no_memory_is_said_so(restarted, tmp_path, text):
    (tmp_path / "pump.json").write_text(text, encoding="utf-8")
    with pytest.raises(BenchFileError, match="remove it for a new pump"):
        restarted()


def test_a_file_that_cannot_be_written_is_said_so(build_ward, tmp_path):
    ward = build_ward(memory=str(tmp_path / "nowhere" / "pump.json"))
    with pytest.raises(BenchFileError, match="could not be written"):
        ward.laboratory.advance()
