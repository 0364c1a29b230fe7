"""What a window may be asked about numbers besides flow, volume and boluses: windows in it, changes, occlusions."""

from abc import ABC, abstractmethod

from rig.bench.asked import above_zero
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe


class QuestionsOfNumbers(ABC):
    """The questions about numbers of a programme and of its pump; asking computes nothing yet."""

    @abstractmethod
    def ask(self, name: str, **parameters: Json) -> Recipe:
        """Ask for a kind of claim by its name."""

    def flow_in_windows(self, *, minutes: float, every_minutes: float | None = None) -> Recipe:
        """Ask for the mean flow's error in parts of `minutes`, in percent: that of the part which is farthest off.

        Each part is held to what was programmed in it, so that a programme may change on the way; all must lie within
        the limit, and are judged together. Parts begin `every_minutes`; left out, one follows the other.
        Raises PlanError for a time that is not above zero.
        """
        return self.ask("flow in windows", **_said(minutes=minutes, every_minutes=every_minutes))


def _said(**parameters: float | None) -> dict[str, Json]:
    """Return the parameters that a plan did say; raises PlanError for one that is no number above zero."""
    return {key: above_zero(key, value) for key, value in parameters.items() if value is not None}
