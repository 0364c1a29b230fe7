"""A span of time in a run, and what may be asked of it. Asking computes nothing yet: it writes the recipe."""

import contextlib
from collections.abc import Callable, Iterator

from rig.bench.asked import above_zero
from rig.bench.questions_of_events import QuestionsOfEvents
from rig.bench.questions_of_numbers import QuestionsOfNumbers
from rig.clock import NS_PER_S, Clock
from rig.errors import PlanError
from rig.evaluation.registry import kind_of
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe


class Window(QuestionsOfEvents, QuestionsOfNumbers):
    """A span of a run, open until its `with` block ends; `from_ns` and `to_ns` bound it, UTC ns."""

    def __init__(self, name: str, clock: Clock, catch_up: Callable[[], None], from_ns: int) -> None:
        self.name = name
        self.from_ns = from_ns
        self._to_ns: int | None = None
        self._clock = clock
        self._catch_up = catch_up
        self._looks: dict[str, Json] = {}
        self._doses: list[list[int]] = []

    @property
    def to_ns(self) -> int:
        """Return the end; raise PlanError while the window is open."""
        if self._to_ns is None:
            raise PlanError(f"window {self.name!r} is still open: ask it after its `with` block")
        return self._to_ns

    def stopped_at_look(self, look: int, looks_hours: list[float], coverage_k: float) -> None:
        """Remember that the window ends with look number `look` (from 0) of those fixed beforehand."""
        self._looks = {"look": look, "looks_hours": looks_hours, "coverage_k": coverage_k}

    def close(self, to_ns: int) -> None:
        """End the window at `to_ns`."""
        # The reading taken at this very moment belongs to the window.
        self._to_ns = to_ns + 1

    @contextlib.contextmanager
    def dose(self) -> Iterator[None]:
        """Mark one dose of a series: from its command to the end of the wait behind it.

        Raises PlanError when the window has ended.
        """
        if self._to_ns is not None:
            raise PlanError(
                f"window {self.name!r} has ended, and a dose marked now lies outside of it: put "
                "`with window.dose():` inside the window's `with` block"
            )
        self._catch_up()
        begin_ns = self._clock.now_ns()
        yield
        self._catch_up()
        self._doses.append([begin_ns, self._clock.now_ns() + 1])

    def ask(self, name: str, **parameters: Json) -> Recipe:
        """Ask for a kind of claim by its name; raises PlanError for one, or for a parameter, that is not known.

        Raises it as well for a number of a window in which no time passed, and for doses shorter than a plateau.
        Doses marked in this window go along with a kind that takes them.
        """
        kind = kind_of(name)
        if self.to_ns - self.from_ns <= 1 and not kind.is_fact:
            raise PlanError(
                f"no time passed in window {self.name!r}: let it pass with bench.dwell(hours=…) in its block"
            )
        if "doses" in kind.parameters:
            if not self._doses:
                raise PlanError(f"window {self.name!r} holds no doses: mark each with `with window.dose():`")
            self._check_doses(parameters.get("plateau_minutes"))
            parameters = {"doses": self._doses, **parameters}
        if "looks_hours" in kind.parameters:
            parameters = {**parameters, **self._looks}
        recipe = Recipe(name, parameters, self.from_ns, self.to_ns)
        kind.check(recipe)
        return recipe

    def _check_doses(self, plateau_minutes: Json) -> None:
        """Refuse doses that end before the plateau behind them could."""
        if not isinstance(plateau_minutes, int | float):
            return
        for number, (begin_ns, end_ns) in enumerate(self._doses, 1):
            lasted_min = (end_ns - 1 - begin_ns) / NS_PER_S / 60
            if lasted_min < plateau_minutes:
                raise PlanError(
                    f"dose {number} of window {self.name!r} lasted {lasted_min:.3g} min, less than its "
                    f"plateau of {plateau_minutes:g} min: wait longer in its `with window.dose():` block, for the "
                    "bolus and then the plateau, or ask with a smaller plateau_minutes"
                )

    def flow_error(self, *, programmed_ul_h: float | None = None) -> Recipe:
        """Ask for the mean flow's error against the programmed rate, in percent.

        The rate is that of the record's commands; a plan that says it too is held to it. Of a window that was stopped
        when decided it is judged with the coverage factor of the look that stopped it.
        """
        return self.ask("mean flow error", **_said(programmed_ul_h=programmed_ul_h))

    def volume(self) -> Recipe:
        """Ask for the volume delivered, in µL."""
        return self.ask("delivered volume")

    def volume_error(self) -> Recipe:
        """Ask for the error of the volume delivered, in percent of all that the pump was told to deliver meanwhile.

        Infusions of every kind, boluses and primes count, as the record's commands have them.
        """
        return self.ask("volume error")

    def bolus_error(
        self, *, programmed_ul: float | None = None, plateau_minutes: float = 3.0, on_basal: bool = False
    ) -> Recipe:
        """Ask for the mean error of the doses marked in this window, in percent of the programmed volume.

        Each dose is weighed between the `plateau_minutes` before its command and those at its end; `on_basal` takes
        out what a basal infusion delivered meanwhile, whose rate is found from the time between the doses. The volume
        is that of the record's commands.
        """
        said = _said(programmed_ul=programmed_ul, plateau_minutes=plateau_minutes)
        return self.ask("mean bolus error", on_basal=on_basal, **said)

    def largest_bolus_error(
        self, *, programmed_ul: float | None = None, plateau_minutes: float = 3.0, on_basal: bool = False
    ) -> Recipe:
        """Ask for the error of the dose that is farthest from the programmed volume, in percent."""
        said = _said(programmed_ul=programmed_ul, plateau_minutes=plateau_minutes)
        return self.ask("largest bolus error", on_basal=on_basal, **said)

    def bolus_volume(self, *, plateau_minutes: float = 3.0, on_basal: bool = False) -> Recipe:
        """Ask for the volume of the doses marked in this window together, in µL; one is enough."""
        return self.ask("bolus volume", on_basal=on_basal, **_said(plateau_minutes=plateau_minutes))

    def books_error(self) -> Recipe:
        """Ask for what the pump counted against what was weighed, in percent of the weighed volume."""
        return self.ask("books error")

    def counted_error(self) -> Recipe:
        """Ask for what the pump counted against all that it was told to deliver meanwhile, in percent of that."""
        return self.ask("counted error")

    def alarm_delay(self, *, alarm: str) -> Recipe:
        """Ask for the time from this window's begin to the first status of the pump that shows `alarm`, in s."""
        return self.ask("alarm delay", alarm=alarm)

    def log_in_order(self) -> Recipe:
        """Ask whether the pump's log has no gap and never runs backwards; a fact."""
        return self.ask("log in order")


def _said(**parameters: float | None) -> dict[str, Json]:
    """Return the parameters that a plan did say; raises PlanError for one that is no number above zero."""
    return {key: above_zero(key, value) for key, value in parameters.items() if value is not None}
