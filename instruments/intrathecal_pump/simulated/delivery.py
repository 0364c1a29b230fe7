"""What the firmware wants delivered: basal and bolus as one rate, integrated without rounding, in whole strokes."""

from instruments.intrathecal_pump.programme import Bolus, Continuous, Programme
from instruments.plant.line import NS_PER_H


class StrokePlanner:
    """When strokes fall due.

    What is wanted but does not fill a stroke yet is kept, through stops and power cuts, as a half-turned motor is.
    """

    def __init__(self, stroke_nl: int) -> None:
        self._stroke = stroke_nl * NS_PER_H  # in nL·ns/h, so that everything stays a whole number
        self._owed = 0

    def run(self, from_ns: int, to_ns: int, rate_nl_h: int) -> list[int]:
        """Want `rate_nl_h` from `from_ns` to `to_ns`; return when strokes fell due in (from_ns, to_ns]."""
        before = self._owed
        count, self._owed = divmod(before + rate_nl_h * (to_ns - from_ns), self._stroke)
        # Each stroke at the first nanosecond at which the wanted volume fills it: rounded up, hence the signs.
        return [from_ns - (before - n * self._stroke) // rate_nl_h for n in range(1, count + 1)]

    def time_of(self, n: int, from_ns: int, rate_nl_h: int) -> int:
        """Return when the n-th stroke from `from_ns` on falls due at this rate; `from_ns` itself for none or fewer."""
        return max(from_ns, from_ns - (self._owed - n * self._stroke) // rate_nl_h)

    def give_back(self, nl_ns_h: int) -> None:
        """Take back what was wanted too much, in nL·ns/h, because a bolus ends between two nanoseconds."""
        self._owed -= nl_ns_h


class Delivery:
    """Basal and bolus under way, and the counts that the pump keeps: strokes, boluses, reservoir."""

    def __init__(self, stroke_nl: int, reservoir_nl: int) -> None:
        self._stroke_nl = stroke_nl
        self._planner = StrokePlanner(stroke_nl)
        self._bolus_left = 0  # in nL·ns/h
        self.bolus: Bolus | None = None
        self.basal_nl_h = 0
        self.boluses = 0
        self.delivered_nl = 0
        self.reservoir_nl = reservoir_nl

    @property
    def active(self) -> bool:
        """Tell whether anything is being delivered."""
        return self.basal_nl_h > 0 or self.bolus is not None

    @property
    def bolus_nl_h(self) -> int:
        """Return the rate of the bolus under way, 0 without one."""
        return 0 if self.bolus is None else self.bolus.rate_nl_h

    @property
    def bolus_left_nl(self) -> int:
        """Return what is left of the bolus under way, in nL rounded up."""
        return -(-max(0, self._bolus_left) // NS_PER_H)

    @property
    def bolus_given(self) -> bool:
        """Tell whether the bolus under way has been given whole, and waits for `end_bolus`."""
        return self.bolus is not None and self._bolus_left <= 0

    @property
    def empty(self) -> bool:
        """Tell whether the reservoir no longer holds a stroke, by the pump's count."""
        return self.reservoir_nl < self._stroke_nl

    def begin(self, programme: Programme) -> None:
        """Start an infusion, or a bolus on top of what is under way."""
        if isinstance(programme, Continuous):
            self.basal_nl_h = programme.rate_nl_h
            return
        self.bolus = programme
        self.boluses += 1
        self._bolus_left = programme.volume_nl * NS_PER_H

    def end_bolus(self) -> int:
        """End the bolus under way, if any; return how much of it was given, in nL."""
        given_nl = 0 if self.bolus is None else self.bolus.volume_nl - self.bolus_left_nl
        if self._bolus_left < 0:
            self._planner.give_back(-self._bolus_left)
        self._bolus_left = 0
        self.bolus = None
        return given_nl

    def changes_at(self, from_ns: int, to_ns: int, low_nl: int) -> int:
        """Return up to when, at most `to_ns`, bolus and reservoir let delivery go on as it is."""
        rate_nl_h = self.basal_nl_h + self.bolus_nl_h
        strokes_left = self.reservoir_nl // self._stroke_nl
        ends = [to_ns, self._planner.time_of(strokes_left, from_ns, rate_nl_h)]
        if self.reservoir_nl > low_nl:
            strokes_to_low = -((low_nl - self.reservoir_nl) // self._stroke_nl)
            ends.append(self._planner.time_of(strokes_to_low, from_ns, rate_nl_h))
        if self.bolus is not None:
            ends.append(from_ns - -self._bolus_left // self.bolus.rate_nl_h)
        return min(ends)

    def run(self, from_ns: int, to_ns: int) -> list[int]:
        """Deliver from `from_ns` to `to_ns` without a change between; return when the strokes fell due."""
        times_ns = self._planner.run(from_ns, to_ns, self.basal_nl_h + self.bolus_nl_h)
        self._bolus_left -= self.bolus_nl_h * (to_ns - from_ns)
        self.delivered_nl += len(times_ns) * self._stroke_nl
        self.reservoir_nl -= len(times_ns) * self._stroke_nl
        return times_ns
