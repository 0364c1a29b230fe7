"""Pumps that are wrong the second time, or in a shorter time than is looked at: one thing each."""

from instruments.intrathecal_pump.programme import Ramp
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import RampSteps
from instruments.plant.line import NS_PER_H

_HALF_HOUR_NS = NS_PER_H // 2


class SecondRampFromTheFirst(InfusionSchedule):
    """A second ramp counts its minutes from the beginning of the first."""

    first_ns = None

    def steps_of(self, programme, t_ns):
        if not isinstance(programme, Ramp):
            return super().steps_of(programme, t_ns)
        self.first_ns = self.first_ns or t_ns
        return RampSteps(programme, self.first_ns)


class ToAndFro(InfusionSchedule):
    """Half an hour 9 % too fast, half an hour 9 % too slow: no hour shows it."""

    def rate_nl_h(self, t_ns):
        return super().rate_nl_h(t_ns) * (109 if (t_ns // _HALF_HOUR_NS) % 2 else 91) // 100

    def changes_ns(self, t_ns):
        return min(super().changes_ns(t_ns), (t_ns // _HALF_HOUR_NS + 1) * _HALF_HOUR_NS)
