"""The driver before a pump of the first edition, and before one whose status does not show what it was told."""

import pytest

from instruments.intrathecal_pump.conversation import Shown
from instruments.intrathecal_pump.messages import Alarm, DeliveryState, PatientReply, ReplyResult
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from rig.errors import OutOfRangeError, RefusedError

WORKDAY = {"00:00": 10.0, "08:00": 40.0, "20:00": 20.0}


class OfTheFirstEdition(BuiltInFirmware):
    link_edition = 1


def test_a_pump_of_the_first_edition_is_told_no_watchdog_beyond_its_own(build_ward):
    ward = build_ward(firmware=f"{__name__}:OfTheFirstEdition")
    driver = ward.open()
    ward.unplug()
    with pytest.raises(OutOfRangeError, match=r"0\.1 to 600 s"):
        driver.set_link_watchdog(seconds=601)


def test_a_pump_of_the_first_edition_does_what_it_can_and_the_rest_is_refused(build_ward):
    driver = build_ward(firmware=f"{__name__}:OfTheFirstEdition").open()
    driver.run_continuous(rate_ul_h=20.0)
    assert driver.status().rate_ul_h == driver.read_block().columns["rate"][0] == 20.0
    assert driver.status().critical is None
    with pytest.raises(RefusedError, match=r"no such skill(.|\n)*first edition"):
        driver.run_flex(days={"every": {"00:00": 20.0}})
    assert driver.status().rate_ul_h == 20.0


class SaysYesOnly(CommandDesk):
    def begin(self, programme, now_ns):
        """Does nothing."""


@pytest.mark.parametrize(
    "do",
    [
        lambda d: d.run_flex(days={"every": WORKDAY}),
        lambda d: d.run_ramp(from_ul_h=20.0, to_ul_h=40.0, over_hours=1.5),
        lambda d: d.run_at_minimum(),
        lambda d: d.run_bridge(volume_ul=220.0, rate_ul_h=20.0, then_ul_h=10.0),
        lambda d: d.prime(volume_ul=220.0),
        lambda d: d.give_square_bolus(volume_ul=6.0, over_minutes=30),
        lambda d: d.give_combination_bolus(now_ul=5.0, then_ul=6.0, over_minutes=30),
        lambda d: d.allow_patient_boluses(volume_ul=5.0, lockout_minutes=60, most_in_24_h=4),
    ],
)
def test_what_the_status_does_not_show_is_an_error(build_ward, do):
    with pytest.raises(RefusedError, match="status does not show"):
        do(build_ward(parts={"desk": f"{__name__}:SaysYesOnly"}).open())


def test_the_status_tells_which_alarms_are_critical(steady):
    ward, driver = steady
    driver.set_low_reservoir(volume_ul=120_000.0)
    driver.run_continuous(rate_ul_h=1000.0)
    ward.twin.firmware.parts.mechanism.stick(stuck=True)
    ward.clock.wait_s(10)
    assert (driver.status().alarms, driver.status().critical) == (("reservoir_low", "stall"), ("stall",))


class ForgetsRefills(Books):
    """The pump says that it has noted a refill, and has not."""

    def book_refill(self, content_nl: int) -> None:
        """Do nothing."""


def test_a_refill_that_the_status_does_not_show_is_told_in_words(build_ward):
    driver = build_ward(parts={"books": f"{__name__}:ForgetsRefills"}).open()
    with pytest.raises(RefusedError) as caught:
        driver.refilled(volume_ul=20_000.0)
    said = str(caught.value)
    assert "does not show a content of 20000 µL: refills 0, expected 1; " in said
    assert "reservoir_nl 120000000, expected at most 20000000\n" in said
    assert "advice: tell the pump again; until its status shows it, trust neither its reservoir nor" in said


class DoublesRefills(Books):
    """The pump notes twice as much as was filled in."""

    def book_refill(self, content_nl: int) -> None:
        """Note it twice."""
        super().book_refill(2 * content_nl)


def test_a_pump_that_holds_more_than_it_was_told_has_not_taken_its_refill(build_ward):
    driver = build_ward(parts={"books": f"{__name__}:DoublesRefills"}).open()
    with pytest.raises(RefusedError, match=r"µL: reservoir_nl 40000000, expected at most 20000000\n"):
        driver.refilled(volume_ul=20_000.0)


class CountsRefusals(CommandDesk):
    """The pump counts a patient's request among the boluses although it was refused."""

    def handle(self, command, now_ns):
        """Count it."""
        reply = super().handle(command, now_ns)
        if isinstance(reply, PatientReply) and reply.answer is not ReplyResult.OK:
            self.parts.books.book_bolus()
        return reply


def test_of_a_status_that_contradicts_an_answer_the_field_that_differs_is_told(build_ward):
    driver = build_ward(parts={"desk": f"{__name__}:CountsRefusals"}).open()
    with pytest.raises(RefusedError) as caught:
        driver.request_patient_bolus()
    what = "the pump said NOT_ALLOWED, but its status does not show a patient's request that was refused"
    assert caught.value.what == f"{what}: boluses 1, expected 0"
    assert caught.value.received
    assert "stop the pump by other means" in caught.value.advice


@pytest.mark.parametrize(
    "shown, words",
    [
        (Shown("boluses", 2, 1), "boluses 2, expected 1"),
        (Shown("state", DeliveryState.ALARM, DeliveryState.STOPPED), "state ALARM, expected STOPPED"),
        (Shown("sounding", Alarm.STALL | Alarm.BATTERY_LOW, Alarm(0)), "sounding BATTERY_LOW and STALL, expected none"),
        (Shown("trial_left_s", 0, "more than 0", holds=False), "trial_left_s 0, expected more than 0"),
    ],
)
def test_a_field_is_told_with_what_it_should_be(shown, words):
    assert (shown.differs, shown.in_words) == (True, words)


@pytest.mark.parametrize("shown", [Shown("boluses", 1, 1), Shown("trial_left_s", 5, "more than 0", holds=True)])
def test_a_field_that_is_as_it_should_be_does_not_differ(shown):
    assert not shown.differs


@pytest.mark.parametrize("year_ns", [0, 946_684_799_999_999_999, 4_102_444_800_000_000_000, -1])
def test_a_clock_that_the_pump_does_not_take_is_refused_before_it_is_sent(steady, year_ns):
    ward, driver = steady
    with pytest.raises(OutOfRangeError, match="2000-01-01 to the end of 2099"):
        driver.set_clock(t_ns=year_ns)
    assert ward.journal == []
