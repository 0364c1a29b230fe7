"""What a pump may be able to do beyond `rig.capabilities.Pump`, each skill by itself: a driver has those it has.

Every method may raise an `rig.errors.InstrumentError`, and refuses before sending what the pump cannot be set to.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rig.capabilities import LogEntry
from rig.therapy import DayPattern


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """What the pump answered a patient who asked for a bolus; `why` is empty when it was granted."""

    granted: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class PumpOutlook:
    """What the pump foretells, by its own clock, UTC ns: when to refill it (0: never) and when its battery ends."""

    pump_clock_ns: int
    refill_by_ns: int
    replace_by_ns: int


@runtime_checkable
class KeepsLog(Protocol):
    """A pump with an event log."""

    def read_log(self, *, first: int = 0) -> tuple[LogEntry, ...]:
        """Get the event log from entry number `first` on; its newest 64 entries must be there."""


@runtime_checkable
class WatchesLink(Protocol):
    """A pump that stops by itself when the rig falls silent."""

    def set_link_watchdog(self, *, seconds: float) -> None:
        """Set after how long without hearing from the rig the pump stops by itself."""


@runtime_checkable
class GivesBoluses(Protocol):
    """A pump that gives single boluses."""

    def give_bolus(self, *, volume_ul: float, rate_ul_h: float | None = None) -> None:
        """Control a single bolus in µL on top of the present infusion, at the bench file's rate where none is said."""


@runtime_checkable
class GivesSquareBoluses(Protocol):
    """A pump that gives boluses evenly over a time; a single bolus pre-empts one, which then goes on."""

    def give_square_bolus(self, *, volume_ul: float, over_minutes: float) -> None:
        """Control a bolus in µL that is spread evenly over a time, on top of the present infusion."""

    def give_combination_bolus(
        self, *, now_ul: float, then_ul: float, over_minutes: float, rate_ul_h: float | None = None
    ) -> None:
        """Control a single bolus of `now_ul` at a rate, and behind it `then_ul` spread evenly over a time."""


@runtime_checkable
class RunsFlex(Protocol):
    """A pump whose infusion follows its own time of day."""

    def run_flex(self, *, days: Mapping[str, DayPattern]) -> None:
        """Control an infusion by day patterns in µL/h, as `rig.therapy.flex_of` reads them."""


@runtime_checkable
class RunsRamps(Protocol):
    """A pump that goes from one rate to another by small steps."""

    def run_ramp(self, *, from_ul_h: float, to_ul_h: float, over_hours: float) -> None:
        """Control an infusion that changes by an equal part each minute, and stays at `to_ul_h` afterwards.

        The first minute of n is at `from_ul_h`, minute i, counted from 0, at from + (to − from) · i / n.
        """


@runtime_checkable
class RunsAtMinimum(Protocol):
    """A pump with a mode that only keeps its catheter open."""

    def run_at_minimum(self) -> None:
        """Control an infusion at the pump's own minimum rate, which is below what a therapy can be set to."""


@runtime_checkable
class TakesPatientBoluses(Protocol):
    """A pump that its patient may ask for a bolus."""

    def allow_patient_boluses(
        self, *, volume_ul: float, lockout_minutes: float, most_in_24_h: int, rate_ul_h: float | None = None
    ) -> None:
        """Set what a request gives and how fast, from start to start how long none, and how many in any 24 h."""

    def request_patient_bolus(self) -> PatientAnswer:
        """Control a request as the patient's controller makes it; get whether it was granted, and why not."""


@runtime_checkable
class Primes(Protocol):
    """A pump that fills its line."""

    def prime(self, *, volume_ul: float) -> None:
        """Control the filling of the line with a volume in µL at the pump's highest rate; then what ran before."""

    def run_bridge(self, *, volume_ul: float, rate_ul_h: float, then_ul_h: float) -> None:
        """Control an infusion of a volume in µL at one rate, and then another rate: the line holds the old drug."""


@runtime_checkable
class IsRefilled(Protocol):
    """A pump that counts its reservoir down and is told of a refill."""

    def refilled(self, *, volume_ul: float) -> None:
        """Set what the reservoir holds now, in µL."""

    def set_low_reservoir(self, *, volume_ul: float) -> None:
        """Set at which content in µL the pump warns."""


@runtime_checkable
class LimitsDose(Protocol):
    """A pump that bounds what a sliding window holds, of all kinds of delivery together."""

    def set_dose_limit(self, *, volume_ul: float, window_hours: float) -> None:
        """Set the most, in µL, that any window of so many hours may hold."""


@runtime_checkable
class RunsTrials(Protocol):
    """A pump with trial sessions: total dose and duration are bounded."""

    def begin_trial(self, *, total_ul: float, over_hours: float) -> None:
        """Control the begin of a session of at most so much in µL, for at most so many hours."""

    def end_trial(self) -> None:
        """Control the end of a session: nothing of it bounds delivery any longer."""


@runtime_checkable
class Foretells(Protocol):
    """A pump that says when it is to be refilled and when its battery ends."""

    def read_outlook(self) -> PumpOutlook:
        """Get the dates that the pump foretells.

        What the pump tells besides is noted by the names of `NUMBERS` in `rig.evaluation.evidence.told_left`, and held
        to its orders and its count: what is left of what is under way, and what was given.
        """


@runtime_checkable
class HasClock(Protocol):
    """A pump with a clock of its own."""

    def read_clock_ns(self) -> int:
        """Get the pump's clock, UTC ns."""

    def set_clock(self, *, t_ns: int) -> None:
        """Set the pump's clock to UTC ns."""


@runtime_checkable
class AcknowledgesAlarms(Protocol):
    """A pump whose alarms are acknowledged without ending its delivery, and that tests itself."""

    def acknowledge_alarms(self) -> None:
        """Control the end of the alarms' signals; what ended delivery stays until `stop`."""

    def self_test(self) -> tuple[str, ...]:
        """Control the pump's test of itself; get what it found wrong, nothing when all is well."""


# What a pump may be able to do beyond `Pump`.
@runtime_checkable
class HandsOn(Protocol):
    """A pump whose driver can hand on what is beyond its range, so that the pump itself is asked: for a bench alone."""

    def handing_on(self) -> AbstractContextManager[None]:
        """Send, within the block, what can be put into a message at all, and leave it to the pump to refuse it."""


PUMP_SKILLS: tuple[type, ...] = (
    AcknowledgesAlarms,
    Foretells,
    GivesBoluses,
    GivesSquareBoluses,
    HasClock,
    IsRefilled,
    KeepsLog,
    LimitsDose,
    Primes,
    RunsAtMinimum,
    RunsFlex,
    RunsRamps,
    RunsTrials,
    TakesPatientBoluses,
    WatchesLink,
)
