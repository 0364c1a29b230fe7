"""The infusion: what is programmed, and what rate it asks for at a moment."""

from instruments.intrathecal_pump.messages import LogEvent
from instruments.intrathecal_pump.programme import (
    Bridge,
    Continuous,
    FlexInfusion,
    Infusion,
    MinimumRate,
    Ramp,
    kind_of,
    programme_crc,
)
from instruments.intrathecal_pump.simulated.infusion_steps import (
    BridgeSteps,
    ConstantSteps,
    FlexSteps,
    RampSteps,
    Steps,
)
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.intrathecal_pump.simulated.therapy_limits import FULL_LIMITS


class InfusionSchedule(Part):
    """The steps of the infusion: a constant rate is one. What goes by the time of day asks `clock`, as it is set."""

    def __init__(self, clock: PumpClock) -> None:
        self.clock = clock
        self._steps: Steps | None = None
        self._programme: Infusion | None = None
        self._crc = 0
        self._told = False

    @property
    def running(self) -> bool:
        """Tell whether an infusion is under way, whatever it asks for just now."""
        return self._steps is not None

    @property
    def programme(self) -> Infusion | None:
        """Return the programme under way, None without one."""
        return self._programme

    @property
    def kind(self) -> int:
        """Return the kind of the programme under way, 0 without one."""
        return 0 if self._programme is None else kind_of(self._programme)

    @property
    def crc(self) -> int:
        """Return the CRC that the programme under way was committed with, 0 without one."""
        return self._crc

    @property
    def intact(self) -> bool:
        """Tell whether the programme is still what was committed."""
        return self._crc == (0 if self._programme is None else programme_crc(self._programme))

    @property
    def highest_nl_h(self) -> int:
        """Return the highest rate in nL/h that the infusion may ask for, 0 without one."""
        return 0 if self._steps is None else self._steps.highest_nl_h

    @property
    def bridge_left_nl(self) -> int:
        """Return what is left of a bridge's volume in nL, 0 when none is under way."""
        return self._steps.left_nl if isinstance(self._steps, BridgeSteps) else 0

    def programmed_nl_h(self, t_ns: int) -> int:
        """Return the rate in nL/h that is programmed for `t_ns`, as the status tells it; 0 without an infusion."""
        return 0 if self._steps is None else self._steps.rate_nl_h(t_ns)

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Replace the infusion under way by this one, at `t_ns`."""
        self._steps = self.steps_of(programme, t_ns)
        self._programme = programme
        self._crc = programme_crc(programme)
        self._told = False

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Return what a programme that begins at `t_ns` asks for."""
        match programme:
            case Continuous():
                return ConstantSteps(programme.rate_nl_h)
            case MinimumRate():
                return ConstantSteps(FULL_LIMITS.minimum_rate_nl_h)
            case FlexInfusion():
                return FlexSteps(programme, self.clock)
            case Ramp():
                return RampSteps(programme, t_ns)
            case Bridge():
                return BridgeSteps(programme)

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate in nL/h that the infusion asks for from `t_ns` up to `changes_ns(t_ns)`."""
        return 0 if self._steps is None else self._steps.rate_nl_h(t_ns)

    def changes_ns(self, t_ns: int) -> int:
        """Return when, after `t_ns`, the infusion asks for another rate by itself; NEVER_NS when it does not."""
        return NEVER_NS if self._steps is None else self._steps.changes_ns(t_ns)

    def run(self, spell: Spell) -> int:
        """Live through a spell; return what was delivered too much because a step ends between two ns, in nL·ns/h."""
        return 0 if self._steps is None else self._steps.run(spell)

    def ended(self, t_ns: int) -> tuple[LogEvent, int] | None:
        """Return what there is to log of an end within the infusion, once."""
        if self._steps is None or self._told:
            return None
        event = self._steps.reached(t_ns)
        self._told = event is not None
        return event

    def stop(self) -> None:
        """End the infusion: STOP was commanded."""
        self._end()

    def halt(self) -> None:
        """End the infusion by the pump's own decision: an alarm."""
        self._end()

    def power_lost(self) -> None:
        """Forget the infusion: it never resumes by itself."""
        self._end()

    def _end(self) -> None:
        self._steps = None
        self._programme = None
        self._crc = 0
