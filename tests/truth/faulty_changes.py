"""Pumps that go wrong when their therapy is changed or ended: one thing each."""

from instruments.intrathecal_pump.messages import StagePart
from instruments.intrathecal_pump.programme import Continuous
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.plant.line import Stroke


class SmallChangesAreOnlyShown(InfusionSchedule):
    """A change of the rate by less than 15 % is told as done, and the old rate goes on."""

    def begin(self, programme, t_ns):
        before, steps = self.programme, self._steps
        super().begin(programme, t_ns)
        constant = isinstance(before, Continuous) and isinstance(programme, Continuous)
        if constant and abs(programme.rate_nl_h - before.rate_nl_h) < 0.15 * before.rate_nl_h:
            self._steps = steps

    def programmed_nl_h(self, t_ns):
        return self.programme.rate_nl_h if isinstance(self.programme, Continuous) else super().programmed_nl_h(t_ns)


class FirstPartEndsTheTherapy(CommandDesk):
    """The first part of a programme that takes several frames ends what is under way."""

    def handle(self, command, now_ns):
        reply = super().handle(command, now_ns)
        if isinstance(command, StagePart) and command.offset == 0:
            self.parts.schedule.stop()
        return reply


class SpringsBack(BuiltInFirmware):
    """The rotor springs back four strokes whenever delivery ends."""

    springs = False

    def handle(self, command, now_ns):
        before = self.parts.delivering
        reply = super().handle(command, now_ns)
        self.springs = self.springs or (before and not self.parts.delivering)
        return reply

    def advance(self, to_ns, *, supply_v, line_kpa):
        made = [*super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)]
        if self.springs:
            self.springs = False
            made.append(Stroke(to_ns, -2.0, 32))
        return made
