"""Pumps that are wrong where something is short, or shown again: one thing each."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Commit, StopDelivery
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.mechanism import Mechanism

_UNSEEN_STROKES = 20
_OLD_NS = 5 * 60_000_000_000


class MakesUpAShortStall(Mechanism):
    """A stall of up to twenty strokes is not told, and made up at once when it is over."""

    held = 0

    def strokes(self, turns):
        due = turns.due_ns
        if self.stuck and self.held + len(due) <= _UNSEEN_STROKES:
            self.held += len(due)
            return []
        if self.stuck or not due:
            return super().strokes(turns)
        held, self.held = self.held, 0
        return super().strokes(replace(turns, due_ns=(due[0],) * held + due))


class StatusIsOld(CommandDesk):
    """Behind an order state and alarms are looked up, and then each five minutes; log and counts are right."""

    shown = None
    shown_ns = 0

    def handle(self, command, now_ns):
        if isinstance(command, Commit | StopDelivery):
            self.shown = None
        return super().handle(command, now_ns)

    def full_status(self, now_ns):
        now = super().full_status(now_ns)
        if self.shown is None or now_ns - self.shown_ns >= _OLD_NS:
            self.shown, self.shown_ns = now, now_ns
        first = replace(now.first, state=self.shown.first.state, alarms=self.shown.first.alarms)
        return replace(self.shown, first=first)
