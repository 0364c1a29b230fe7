"""The infusion: what is programmed, and what rate it asks for at a moment."""

from dataclasses import dataclass

from instruments.intrathecal_pump.programme import Continuous
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import NEVER_NS


@dataclass(frozen=True, slots=True)
class Step:
    """From `from_ns` (laboratory UTC ns) on, the infusion asks for `rate_nl_h`."""

    from_ns: int
    rate_nl_h: int


class InfusionSchedule(Part):
    """The steps of the infusion: a constant rate is one. What goes by the time of day asks `clock`, as it is set."""

    def __init__(self, clock: PumpClock) -> None:
        self.clock = clock
        self._steps: tuple[Step, ...] = ()

    @property
    def running(self) -> bool:
        """Tell whether an infusion is under way, whatever it asks for just now."""
        return bool(self._steps)

    @property
    def programmed_nl_h(self) -> int:
        """Return the programmed rate in nL/h as the status tells it, 0 without an infusion."""
        return self._steps[-1].rate_nl_h if self._steps else 0

    def begin(self, programme: Continuous, t_ns: int) -> None:
        """Replace the infusion under way by this one, at `t_ns`."""
        self._steps = (Step(t_ns, programme.rate_nl_h),)

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate in nL/h that the infusion asks for from `t_ns` up to `changes_ns(t_ns)`."""
        return next((step.rate_nl_h for step in reversed(self._steps) if step.from_ns <= t_ns), 0)

    def changes_ns(self, t_ns: int) -> int:
        """Return when, after `t_ns`, the infusion asks for another rate by itself; NEVER_NS when it does not."""
        return min((step.from_ns for step in self._steps if step.from_ns > t_ns), default=NEVER_NS)

    def stop(self) -> None:
        """End the infusion: STOP was commanded."""
        self._steps = ()

    def halt(self) -> None:
        """End the infusion by the pump's own decision: an alarm."""
        self._steps = ()

    def power_lost(self) -> None:
        """Forget the infusion: it never resumes by itself."""
        self._steps = ()
