"""Pumps that foretell a wrong date for their refill."""

from instruments.intrathecal_pump.simulated.forecast import Forecast


class KeepsTheFirstRate(Forecast):
    """The date is reckoned with the rate of the first infusion, whatever has been programmed since."""

    _first = 0.0

    def infused_nl_day(self):
        self._first = self._first or super().infused_nl_day()
        return self._first


class ReckonsFromTheFirstMark(Forecast):
    """The low mark is read once: a mark that is set later moves the alarm, and not the date."""

    _mark_nl = None

    def refill_ms(self, t_ns):
        if self._mark_nl is None:
            self._mark_nl = self._books.low_nl
        moved_nl = self._books.low_nl - self._mark_nl
        return super().refill_ms(t_ns) + round(moved_nl / self.infused_nl_day() * 86_400_000)


class LeavesBolusesOut(Forecast):
    """What boluses took is not taken off the content that the date is reckoned from."""

    def refill_ms(self, t_ns):
        return super().refill_ms(t_ns) + round(100_000 / self.infused_nl_day() * 86_400_000)
