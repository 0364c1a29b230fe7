"""What an infusion asks for at a moment: the steps of each kind. Rates are nL/h, times laboratory UTC ns."""

from bisect import bisect_right
from typing import Protocol

from instruments.intrathecal_pump.messages import LogEvent
from instruments.intrathecal_pump.programme import Bridge, FlexInfusion, Ramp
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.plant.line import NS_PER_H

NS_PER_MINUTE = 60_000_000_000
_MS_PER_MINUTE = 60_000
_MINUTES_A_DAY = 1440
_THURSDAY = 3  # the weekday of 1970-01-01, counted from Monday


class Steps(Protocol):
    """An infusion under way."""

    @property
    def highest_nl_h(self) -> int:
        """Return the highest rate that it may still ask for."""

    def rate_nl_h(self, t_ns: int) -> int:
        """Return what it asks for from `t_ns` up to `changes_ns(t_ns)`."""

    def changes_ns(self, t_ns: int) -> int:
        """Return when, after `t_ns`, it asks for another rate by itself; NEVER_NS when it does not."""

    def run(self, spell: Spell) -> int:
        """Live through a spell; return what was delivered too much because it ends between two ns, in nL·ns/h."""

    def reached(self, t_ns: int) -> tuple[LogEvent, int] | None:
        """Return what there is to log, with its detail, once the part of it that ends has ended."""


class ConstantSteps:
    """One rate for ever."""

    def __init__(self, rate_nl_h: int) -> None:
        self.highest_nl_h = rate_nl_h

    def rate_nl_h(self, _t_ns: int) -> int:
        """Return the rate."""
        return self.highest_nl_h

    def changes_ns(self, _t_ns: int) -> int:
        """Return NEVER_NS."""
        return NEVER_NS

    def run(self, _spell: Spell) -> int:
        """Return 0."""
        return 0

    def reached(self, _t_ns: int) -> tuple[LogEvent, int] | None:
        """Return nothing: it does not end."""
        return None


class RampSteps(ConstantSteps):
    """A staircase of one-minute steps from `t_ns` on, each rounded to nL/h, and then the last rate for ever."""

    def __init__(self, ramp: Ramp, t_ns: int) -> None:
        super().__init__(max(ramp.from_nl_h, ramp.to_nl_h))
        self._ramp = ramp
        self._from_ns = t_ns

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate of the minute that `t_ns` is in."""
        ramp = self._ramp
        minute = min((t_ns - self._from_ns) // NS_PER_MINUTE, ramp.minutes)
        # Halves go up, so that the rounding is the same on the way up and down.
        return ramp.from_nl_h + (2 * (ramp.to_nl_h - ramp.from_nl_h) * minute + ramp.minutes) // (2 * ramp.minutes)

    def changes_ns(self, t_ns: int) -> int:
        """Return when the next minute begins, NEVER_NS at the end of the ramp."""
        minute = (t_ns - self._from_ns) // NS_PER_MINUTE + 1
        return NEVER_NS if minute > self._ramp.minutes else self._from_ns + minute * NS_PER_MINUTE

    def reached(self, t_ns: int) -> tuple[LogEvent, int] | None:
        """Return the end of the ramp with its last rate."""
        over = t_ns >= self._from_ns + self._ramp.minutes * NS_PER_MINUTE
        return (LogEvent.RAMP_ENDED, self._ramp.to_nl_h) if over else None


class FlexSteps(ConstantSteps):
    """Steps by the pump's own clock as it is set: they move with it at once, and nothing is made up."""

    def __init__(self, flex: FlexInfusion, clock: PumpClock) -> None:
        super().__init__(max(point.rate_nl_h for day in flex.days for point in day))
        self._days = flex.days
        self._minutes = [[point.minute for point in day] for day in flex.days]
        self._clock = clock
        self._foreseen = (0, 0, 0)

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate of the step that the pump's clock is in."""
        day, minute = self._at(t_ns)
        which = self._which(day)
        return self._days[which][bisect_right(self._minutes[which], minute) - 1].rate_nl_h

    def changes_ns(self, t_ns: int) -> int:
        """Return when the pump's clock will show the beginning of the next step, or of the next day."""
        day, minute = self._at(t_ns)
        minutes = self._minutes[self._which(day)]
        place = bisect_right(minutes, minute)
        next_minute = minutes[place] if place < len(minutes) else _MINUTES_A_DAY
        next_ms = (day * _MINUTES_A_DAY + next_minute) * _MS_PER_MINUTE
        # Looked for once for each step: a pump is asked often, and the answer must not depend on how often.
        sought_ms, settings, found_ns = self._foreseen
        if (sought_ms, settings) != (next_ms, self._clock.times_set) or found_ns <= t_ns:
            found_ns = self._clock.first_ns(next_ms, t_ns)
            self._foreseen = (next_ms, self._clock.times_set, found_ns)
        return found_ns

    def _at(self, t_ns: int) -> tuple[int, int]:
        return divmod(self._clock.read_ms(t_ns) // _MS_PER_MINUTE, _MINUTES_A_DAY)

    def _which(self, day: int) -> int:
        return (day + _THURSDAY) % 7 % len(self._days)


class BridgeSteps(ConstantSteps):
    """A volume at one rate, which waits while something else has the pump, and then another rate for ever."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(max(bridge.rate_nl_h, bridge.then_nl_h))
        self._bridge = bridge
        self._left = bridge.volume_nl * NS_PER_H  # in nL·ns/h, so that everything stays a whole number

    @property
    def left_nl(self) -> int:
        """Return what is left of the volume, in nL rounded up."""
        return -(-self._left // NS_PER_H)

    def rate_nl_h(self, _t_ns: int) -> int:
        """Return the bridge's rate while something is left of its volume."""
        return self._bridge.rate_nl_h if self._left > 0 else self._bridge.then_nl_h

    def changes_ns(self, t_ns: int) -> int:
        """Return when the volume will have been given if nothing else comes between."""
        return t_ns - -self._left // self._bridge.rate_nl_h if self._left > 0 else NEVER_NS

    def run(self, spell: Spell) -> int:
        """Take a spell's infusion from the volume."""
        if self._left <= 0:
            return 0
        self._left -= spell.basal_nl_h * (spell.to_ns - spell.from_ns)
        too_much = max(0, -self._left)
        self._left = max(0, self._left)
        return too_much

    def reached(self, _t_ns: int) -> tuple[LogEvent, int] | None:
        """Return the end of the bridge with its volume."""
        return None if self._left else (LogEvent.BRIDGE_ENDED, self._bridge.volume_nl)
