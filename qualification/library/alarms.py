"""Alarms that never come: each in turn."""

from collections.abc import Callable
from typing import ClassVar

from instruments.intrathecal_pump.messages import Alarm
from instruments.intrathecal_pump.simulated.alarms import Alarms
from qualification.defect import Defect, seeded

_LATE_NS = 30 * 60_000_000_000


class _NeverTells(Alarms):
    """One alarm whose cause is never seen."""

    mute: ClassVar[Alarm] = Alarm(0)

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, without it."""
        return super().causes(t_ns, delivering=delivering) & ~self.mute


_PLANS = {
    "a": "test_reservoir.py::test_a_mark_above_the_content_warns_at_once",
    "b": "test_reservoir.py::test_the_last_four_millilitres_are_delivered_and_an_empty_pump_says_so",
    "c": "test_power.py::test_a_depleted_battery_ends_delivery_with_an_alarm",
    "d": "test_link.py::test_a_link_that_is_lost_ends_whatever_is_under_way",
    "e": "test_stall.py::test_two_days_behind_any_end_of_delivery_are_signalled",
    "f": "test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",
    "g": "test_power.py::test_a_cut_of_any_length_is_told",
    "h": "test_battery.py::test_elective",
    "i": "test_battery.py::test_elective",
}


def _never(letter: str, alarm: str, doctor: str, requirement: str) -> Callable[[type], type]:
    return seeded(
        Defect(
            f"K1{letter}",
            f"the alarm {alarm} never comes",
            doctor,
            requirement,
            effect="the alarm, and the end of delivery that goes with it",
            says=(alarm,),
            plans=(f"test_plans/{_PLANS[letter]}",) if letter in _PLANS else (),
            source="GIP 1.22",
        )
    )


@_never("a", "reservoir_low", "Nobody is told that a refill is due.", "1.5.5")
class NeverLow(_NeverTells):
    """No low reservoir."""

    mute = Alarm.RESERVOIR_LOW


@_never("b", "reservoir_empty", "The pump is dry and says nothing: withdrawal.", "1.5.6")
class NeverEmpty(_NeverTells):
    """No empty reservoir."""

    mute = Alarm.RESERVOIR_EMPTY


@_never("c", "battery_depleted", "The pump works on at a voltage at which nothing holds.", "5.1.6")
class NeverDepleted(_NeverTells):
    """No depleted battery."""

    mute = Alarm.BATTERY_DEPLETED


@_never("d", "link_lost", "A pump that nobody reaches delivers for ever.", "IT-03")
class NeverLost(_NeverTells):
    """No lost link."""

    mute = Alarm.LINK_LOST


@_never("e", "stopped_too_long", "A pump that was forgotten is noticed by the patient alone.", "IT-06")
class NeverTooLong(_NeverTells):
    """Never stopped too long."""

    mute = Alarm.STOPPED_TOO_LONG


@_never("f", "stall", "The motor stands still and nobody is told: withdrawal.", "IT-04")
class NeverStalls(_NeverTells):
    """No stall."""

    mute = Alarm.STALL


@_never("g", "reset", "A pump that lost its programme is silent about it.", "IT-08")
class NeverReset(_NeverTells):
    """No reset."""

    mute = Alarm.RESET


@_never("h", "elective_replacement", "The exchange of the pump is not planned in time.", "IT-07")
class NeverReplaced(_NeverTells):
    """No elective replacement."""

    mute = Alarm.ELECTIVE_REPLACEMENT


@_never("i", "end_of_service", "The battery ends without a word.", "IT-07")
class NeverEnds(_NeverTells):
    """No end of service."""

    mute = Alarm.END_OF_SERVICE


@_never("k", "trial_over", "A trial goes on beyond its dose.", "IT-12")
class NeverOver(_NeverTells):
    """No end of a trial."""

    mute = Alarm.TRIAL_OVER
