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


# Plans that take too long to be asked about each defect of their requirement.
_PLANS = dict.fromkeys("hi", ("test_plans/test_battery.py::test_elective",))


def _never(letter: str, alarm: str, doctor: str, requirement: str) -> Callable[[type], type]:
    return seeded(
        Defect(
            f"K1{letter}",
            f"the alarm {alarm} never comes",
            doctor,
            requirement,
            effect="the alarm, and the end of delivery that goes with it",
            says=(alarm,),
            plans=_PLANS.get(letter, ()),
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
