"""The dates that the pump foretells: when its reservoir is down to the low mark, and when its battery ends service."""

from instruments.intrathecal_pump.programme import Bridge, Continuous, FlexInfusion, Infusion, MinimumRate, Ramp
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.therapy_limits import FULL_LIMITS

MS_PER_DAY = 86_400_000
_H_PER_DAY = 24
_MINUTES_A_DAY = 1440
_MINUTES_PER_H = 60


class Forecast(Part):
    """Reckons from the programme, and takes it that a patient asks for all that is allotted."""

    def __init__(
        self, schedule: InfusionSchedule, patient: PatientControl, books: Books, battery: Battery, clock: PumpClock
    ) -> None:
        self._schedule = schedule
        self._patient = patient
        self._books = books
        self._battery = battery
        self._clock = clock

    def infused_nl_day(self) -> float:
        """Return what the infusion takes in a day on the average, in nL."""
        programme = self._schedule.programme
        return 0.0 if programme is None else mean_nl_h(programme) * _H_PER_DAY

    def asked_for_nl_day(self) -> float:
        """Return what a patient may ask for in a day, in nL."""
        return float(self._patient.allotted_nl)

    def refill_ms(self, t_ns: int) -> int:
        """Return when the content is at the low mark, by the pump's clock in ms; 0 where nothing is taken from it."""
        nl_day = self.infused_nl_day() + self.asked_for_nl_day()
        if nl_day <= 0.0:
            return 0
        left_nl = max(0, self._books.reservoir_nl - self._books.low_nl)
        return self._clock.read_ms(t_ns) + round(left_nl / nl_day * MS_PER_DAY)

    def replacement_ms(self, t_ns: int) -> int:
        """Return when service ends at the programmed rate, by the pump's clock in ms."""
        return self._clock.read_ms(t_ns) + round(self._battery.days_left * MS_PER_DAY)


def mean_nl_h(infusion: Infusion) -> float:
    """Return the rate in nL/h that an infusion comes to on the average; of one that goes over to another, that one."""
    match infusion:
        case Continuous(rate_nl_h):
            return rate_nl_h
        case MinimumRate():
            return FULL_LIMITS.minimum_rate_nl_h
        case Ramp(_, then_nl_h) | Bridge(_, _, then_nl_h):
            return then_nl_h
        case FlexInfusion(days):
            minutes = [
                (after - before.minute) * before.rate_nl_h
                for day in days
                for before, after in zip(day, [*(point.minute for point in day[1:]), _MINUTES_A_DAY], strict=True)
            ]
            return sum(minutes) / (len(days) * _H_PER_DAY * _MINUTES_PER_H)
