"""A span of time in a run, and what may be asked of it. Asking computes nothing yet: it writes the recipe."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from rig.clock import Clock
from rig.errors import PlanError
from rig.record.bodies.recipe import Recipe


class Window:
    """A span of a run, open until its `with` block ends; `from_ns` and `to_ns` bound it, UTC ns."""

    def __init__(self, name: str, clock: Clock, catch_up: Callable[[], None], from_ns: int) -> None:
        self.name = name
        self.from_ns = from_ns
        self._to_ns: int | None = None
        self._clock = clock
        self._catch_up = catch_up
        self._looks: dict[str, Any] = {}
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
        """Mark one dose of a series: from its command to the end of the wait behind it."""
        self._catch_up()
        begin_ns = self._clock.now_ns()
        yield
        self._catch_up()
        self._doses.append([begin_ns, self._clock.now_ns() + 1])

    def flow_error(self, *, programmed_ul_h: float) -> Recipe:
        """Ask for the mean flow's error against the programmed rate, in percent.

        Of a window that was stopped when decided it is judged with the coverage factor of the look that stopped it.
        """
        return self._recipe("mean flow error", programmed_ul_h=programmed_ul_h, **self._looks)

    def volume(self) -> Recipe:
        """Ask for the volume delivered, in µL."""
        return self._recipe("delivered volume")

    def bolus_error(self, *, programmed_ul: float, plateau_minutes: float = 3.0, on_basal: bool = False) -> Recipe:
        """Ask for the mean error of the doses marked in this window, in percent of the programmed volume.

        Each dose is weighed between the `plateau_minutes` before its command and those at its end; `on_basal` takes
        out what a basal infusion delivered meanwhile, whose rate is found from the time between the doses.
        """
        return self._of_doses("mean bolus error", plateau_minutes, on_basal=on_basal, programmed_ul=programmed_ul)

    def largest_bolus_error(
        self, *, programmed_ul: float, plateau_minutes: float = 3.0, on_basal: bool = False
    ) -> Recipe:
        """Ask for the error of the dose that is farthest from the programmed volume, in percent."""
        return self._of_doses("largest bolus error", plateau_minutes, on_basal=on_basal, programmed_ul=programmed_ul)

    def bolus_volume(self, *, plateau_minutes: float = 3.0, on_basal: bool = False) -> Recipe:
        """Ask for the volume of the doses marked in this window together, in µL; one is enough."""
        return self._of_doses("bolus volume", plateau_minutes, on_basal=on_basal)

    def _of_doses(self, function: str, plateau_minutes: float, *, on_basal: bool, **parameters: Any) -> Recipe:
        if not self._doses:
            raise PlanError(f"window {self.name!r} holds no doses: mark each with `with window.dose():`")
        return self._recipe(
            function, doses=self._doses, plateau_minutes=plateau_minutes, on_basal=on_basal, **parameters
        )

    def _recipe(self, function: str, **parameters: Any) -> Recipe:
        return Recipe(function, parameters, self.from_ns, self.to_ns)
