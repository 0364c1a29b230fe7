"""Where what bounds delivery is set and told: the largest dose in a sliding window, and the trial session."""

from typing import TypeAlias

from instruments.intrathecal_pump.messages import (
    Bounds,
    DoneReply,
    GetBounds,
    LogEvent,
    RefusalReply,
    Reply,
    ReplyResult,
    SetDoseLimit,
    SetTrial,
)
from instruments.intrathecal_pump.simulated.assembly import Parts

BoundsCommand: TypeAlias = SetDoseLimit | SetTrial | GetBounds
WINDOW_S = range(3_600, 86_401)
TRIAL_S = range(60, 2_678_401)
MIN_BOUND_NL = 1_000


class BoundsDesk:
    """Has the parts do what is commanded. Times are UTC ns."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def handle(self, command: BoundsCommand, now_ns: int) -> Reply:
        """Carry out a command."""
        match command:
            case SetDoseLimit(volume_nl, window_s):
                if not self._takes(volume_nl, window_s, WINDOW_S):
                    return RefusalReply(ReplyResult.OUT_OF_RANGE)
                self.parts.dose_limit.limit(volume_nl, window_s)
                self.parts.log.write(now_ns, LogEvent.DOSE_LIMIT_SET, volume_nl)
            case SetTrial(volume_nl, seconds):
                if not self._takes(volume_nl, seconds, TRIAL_S):
                    return RefusalReply(ReplyResult.OUT_OF_RANGE)
                self.parts.trial.begin(now_ns, volume_nl, seconds)
                self.parts.log.write(now_ns, LogEvent.TRIAL_SET, volume_nl)
            case GetBounds():
                return self.told(now_ns)
        return DoneReply()

    def told(self, now_ns: int) -> Bounds:
        """Return what bounds delivery now."""
        limit, trial, forecast = self.parts.dose_limit, self.parts.trial, self.parts.forecast
        return Bounds(
            limit_nl=limit.set_nl,
            window_s=limit.window_s,
            in_window_nl=limit.in_window_nl(now_ns),
            trial_nl=trial.total_nl,
            trial_left_nl=trial.left_nl(),
            trial_left_s=trial.left_s(now_ns),
            refill_ms=forecast.refill_ms(now_ns),
            replacement_ms=forecast.replacement_ms(now_ns),
        )

    def _takes(self, volume_nl: int, seconds: int, allowed_s: range) -> bool:
        """Tell whether a bound can be set: a volume that the reservoir holds, in a time of the range; or none."""
        bound = MIN_BOUND_NL <= volume_nl <= self.parts.books.capacity_nl and seconds in allowed_s
        return bound or (volume_nl, seconds) == (0, 0)
