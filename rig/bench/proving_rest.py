"""How a daily proof weighs while nothing flows: a blank is all the time in which nobody touches the pan."""

import contextlib
from collections.abc import Iterator

from rig.bench.proving_balance import TriesBalance
from rig.bench.window import Window
from rig.clock import NS_PER_S
from rig.record.bodies.events import BenchOpened, PlanEnds, WindowBegins
from rig.record.bodies.proofs import BalanceAdjusted, InputKnown, ReferenceRuns, WeightTried

_S_PER_MIN = 60.0
# Verbs after which a balance shows another number for the same load.
_ZEROING = frozenset({"tare", "zero"})
# What a balance sends by itself may be as old when it comes.
_SHOWS_NS = NS_PER_S
# So many readings of a blank leave little of what single ones scatter by.
_BLANK_READINGS = 480.0
# In each block some readings come, however long the pan has been left alone.
_FEWEST_PACES = 2.0
BY_HAND = "operator"


class LeavesAlone(TriesBalance):
    """The verbs for a time in which nothing flows and nobody touches the pan: it goes on from part to part."""

    blank_minutes: float

    @property
    def every_s(self) -> float:
        """Return the pace at which instruments are read meanwhile, in s."""
        return self._bench.file.proof.every_s

    @contextlib.contextmanager
    def pan_read(self, *, often: bool = False) -> Iterator[None]:
        """Read the balance as a blank wants it in the block, and the others as they are read.

        `often` is for a block in which nobody else speaks to the balance: a short blank has readings enough, too.
        """
        least_s = self.every_s / 2.0 if often else self.every_s
        wanted_s = max(least_s, self.blank_minutes * _S_PER_MIN / _BLANK_READINGS)
        meant = [one for one in self._bench.samplers if one.name in self._balances]
        before_s = [one.every_s for one in meant]
        for sampler in meant:
            sampler.read_each(min(sampler.every_s, wanted_s))
        try:
            yield
        finally:
            for sampler, was_s in zip(meant, before_s, strict=True):
                sampler.read_each(was_s)

    def missing_s(self, minutes: float) -> float:
        """Return how much is missing, in s, until nobody has touched the pan for so many minutes; some s at least."""
        now_ns = self._bench.clock.now_ns()
        passed_s = (now_ns - self._untouched_since_ns(now_ns)) / NS_PER_S
        return max(minutes * _S_PER_MIN - passed_s, _FEWEST_PACES * self.every_s)

    def since_untouched(self, window: Window, *, minutes: float | None = None) -> Window:
        """Return a window to the same end, from when the pan was last touched, or from so many minutes before."""
        from_ns = self._untouched_since_ns(window.from_ns)
        if minutes is not None:
            from_ns = max(from_ns, window.to_ns - round(minutes * _S_PER_MIN * NS_PER_S))
        longer = Window(window.name, self._bench.clock, self._bench.catch_up, min(from_ns, window.from_ns))
        longer.close(window.to_ns - 1)
        return longer

    @property
    def _balances(self) -> set[str]:
        return {one.name for one in self._bench.instruments if one.role == "balance"}

    def _untouched_since_ns(self, now_ns: int) -> int:
        """Return since when nothing flows and the pan is left alone, UTC ns.

        At the earliest since the first part on the bench as it was opened last.
        """
        with self._bench.record.reader() as reader:
            touched = [one.t_ns for kind in (BalanceAdjusted, WeightTried) for one in reader.events(kind)]
            opened_ns = max((one.t_ns for one in reader.events(BenchOpened)), default=0)
            touched += [one.t_ns for one in reader.events(InputKnown) if one.body.by == BY_HAND]
            for name in self._balances:
                touched += [one.t_ns + _SHOWS_NS for one in reader.commands(name) if one.body.verb in _ZEROING]
            flowed = reader.events(ReferenceRuns)
            if flowed:
                ended = [one.t_ns for one in reader.events(PlanEnds) if one.t_ns > flowed[-1].t_ns]
                touched.append(min(ended, default=now_ns))
            begun = [one.t_ns for one in reader.events(WindowBegins) if one.t_ns > opened_ns]
        return min(now_ns, max((one for one in touched if one > opened_ns), default=min(begun, default=now_ns)))
