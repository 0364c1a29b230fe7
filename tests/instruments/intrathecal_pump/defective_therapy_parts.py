"""Parts of the pump's firmware for prime, patient, dose limit, rest and self-test, with one thing wrong each."""

from instruments.intrathecal_pump.messages import Finding
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.flow_monitor import FlowMonitor
from instruments.intrathecal_pump.simulated.forecast import Forecast
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.priming import Priming
from instruments.intrathecal_pump.simulated.rest_timer import RestTimer
from instruments.intrathecal_pump.simulated.self_test import PumpSelfTest
from instruments.intrathecal_pump.simulated.spell import NEVER_NS
from instruments.intrathecal_pump.simulated.trial import TrialSession


class PrimesTwice(Priming):
    def begin(self, prime):
        super().begin(prime)
        self._left *= 2


class LockoutFromTheEnd(PatientControl):
    def lockout_left_ns(self, t_ns):
        return super().lockout_left_ns(t_ns - 30_000_000_000)


class LocksNobodyOut(PatientControl):
    def lockout_left_ns(self, _t_ns):
        return 0


class CountsTheLastHourOnly(PatientControl):
    def given_in_24_h(self, t_ns):
        return sum(start_ns > t_ns - 3_600_000_000_000 for start_ns in self._starts_ns)


class NoDoseIsTooMuch(DoseLimit):
    def reached(self, _t_ns):
        return False

    def reaches_ns(self, _t_ns, _rate_nl_h):
        return NEVER_NS

    def forbids(self, _t_ns, _volume_nl, _rate_nl_h, _beside_nl_h):
        return False


class CountsTheLastHour(DoseLimit):
    def limit(self, dose_nl, window_s):
        super().limit(dose_nl, min(window_s, 3_600))
        self.window_s = window_s


class TrialWithoutEnd(TrialSession):
    def over(self, _t_ns):
        return False

    def reaches_ns(self, _t_ns, _rate_nl_h):
        return NEVER_NS


class MeasuresNothing(FlowMonitor):
    def run(self, spell, strokes):
        """Does nothing."""


class ForgetsTheBoluses(Forecast):
    def asked_for_nl_day(self):
        return 0.0


class RestsForEver(RestTimer):
    @property
    def fires_ns(self):
        return NEVER_NS


class FindsTheMotorBad(PumpSelfTest):
    def run(self, clock_ms):
        return super().run(clock_ms) | Finding.MOTOR


class FlipsABit(InfusionSchedule):
    """The memory of the programme decays as soon as it runs; the pump goes on with what it read before."""

    def begin(self, programme, t_ns):
        super().begin(programme, t_ns)
        self._crc ^= 1


class SquareRunsOut(BolusEngine):
    """The time of a square bolus goes on while a single one pre-empts it: what falls into it is lost."""

    def run(self, spell):
        if self._bolus is not None and self._square is not None:
            self._square.run(min(spell.to_ns - spell.from_ns, self._square.constant_ns - 1))
        super().run(spell)


class SticksFromTheStart(Mechanism):
    def strokes(self, turns):
        self.stick(stuck=True)
        return super().strokes(turns)


OTHER_PARTS = {
    "prime": PrimesTwice,
    "patient": LockoutFromTheEnd,
    "dose_limit": NoDoseIsTooMuch,
    "trial": TrialWithoutEnd,
    "flow_monitor": MeasuresNothing,
    "forecast": ForgetsTheBoluses,
    "rest": RestsForEver,
    "self_test": FindsTheMotorBad,
}
