"""Parts of the pump's firmware that go wrong late, or as often as the pump is asked: one thing wrong each."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Alarm
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H


class OverInfusesFromDay20(StrokePlanner):
    """Sets in late and at once: a third too much from the 20th day on."""

    began_ns = 0

    def run(self, spell):
        if spell.rate_nl_h and not self.began_ns:
            self.began_ns = spell.from_ns
        late = self.began_ns and spell.from_ns - self.began_ns > 20 * 24 * NS_PER_H
        return super().run(replace(spell, rate_nl_h=4 * spell.rate_nl_h // 3) if late else spell)


class StrokesWhenAsked(CommandDesk):
    """Each status gives a stroke more than is due."""

    def full_status(self, now_ns):
        self.parts.mechanism.owed += 1
        return super().full_status(now_ns)


class OwesStrokes(Mechanism):
    """Goes with a desk that gives strokes away: makes them with the next that is due."""

    owed = 0

    def strokes(self, turns):
        owed, self.owed = (self.owed, 0) if turns.due_ns else (0, self.owed)
        return super().strokes(replace(turns, due_ns=[*turns.due_ns[:1] * owed, *turns.due_ns]))


class ForgetsWhatFellDueUnasked(Mechanism):
    """Of the strokes that fell due since the pump was last asked it makes the first thirty."""

    def strokes(self, turns):
        return super().strokes(replace(turns, due_ns=turns.due_ns[:30]))


class SlewsOverTwoHours(StrokePlanner):
    """A new rate is approached evenly over two hours."""

    began_ns = 0

    def run(self, spell):
        if spell.rate_nl_h and not self.began_ns:
            self.began_ns = spell.from_ns
        share = min(1.0, (spell.from_ns - self.began_ns) / (2 * NS_PER_H)) if self.began_ns else 1.0
        return super().run(replace(spell, rate_nl_h=round(share * spell.rate_nl_h)))


class GivesTheRestOfItsBolus(BolusEngine):
    """What a power cut left of a bolus is given on top of the next."""

    left_behind_nl = 0

    def power_lost(self):
        self.left_behind_nl = max(self.left_behind_nl, self.left_nl)
        super().power_lost()

    def begin(self, bolus):
        super().begin(replace(bolus, volume_nl=bolus.volume_nl + self.left_behind_nl))
        self.left_behind_nl = 0


class NoStallIsTold(Alarms):
    def causes(self, t_ns, *, delivering):
        return super().causes(t_ns, delivering=delivering) & ~Alarm.STALL
