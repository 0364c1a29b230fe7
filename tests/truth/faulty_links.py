"""Firmware that takes a disturbed link for an order, and a septum that leaks: one thing wrong each."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import DoneReply, ReadStaged
from instruments.intrathecal_pump.programme import Bolus, Continuous
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism

HOUR_NS = 3_600_000_000_000


class CommitsWhatItReadsBack(CommandDesk):
    """An infusion runs from the moment that it is read back: nobody has committed it yet."""

    def handle(self, command, now_ns):
        if isinstance(command, ReadStaged) and isinstance(self.parts.staging.staged, Continuous):
            self.parts.schedule.begin(self.parts.staging.staged, now_ns)
        return super().handle(command, now_ns)


class AddsWhatIsCommittedAgain(CommandDesk):
    """A COMMIT that is heard again while its bolus is given adds another to it."""

    bolus = None

    def commit(self, crc, now_ns):
        staged = self.parts.staging.staged
        if staged is None and self.bolus is not None and self.parts.bolus.single_under_way:
            more_nl = self.parts.bolus.left_nl + self.bolus.volume_nl
            self.parts.bolus.begin(replace(self.bolus, volume_nl=more_nl))
            return DoneReply()
        self.bolus = staged if isinstance(staged, Bolus) else None
        return super().commit(crc, now_ns)


class NeverFires(LinkWatchdog):
    @property
    def fires_ns(self):
        return 2**63 - 1


class LeaksAtTheSeptum(Mechanism):
    """Under the septum 3.5 mL a day run into the pocket; what is pumped meanwhile arrives whole."""

    since_ns = 0

    def strokes(self, turns):
        for moment_ns in turns.due_ns[-1:]:
            gone_ul = 3_500.0 * (moment_ns - (self.since_ns or moment_ns)) / (24 * HOUR_NS)
            self.since_ns = moment_ns
            self._content_ul = max(0.0, self._content_ul - gone_ul)
        return super().strokes(turns)


class ForgetsItsMark(Books):
    """Warns at 2 mL again once it was without power."""

    def power_lost(self):
        self._low_nl = 2_000_000


class ForgetsItsWindow(DoseLimit):
    """What was set as the largest dose is gone with the power."""

    def power_lost(self):
        self.limit(0, 0)
