"""A mistake that can be planted into the rig's own code. Nothing of the rig is imported here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """A place in a module of the rig, what stands there wrongly instead, and the room of tests that is to notice."""

    key: str
    name: str
    module: str
    right: str
    wrong: str
    tests: tuple[str, ...]

    def planted(self, source: str) -> str:
        """Return a module's source with the mistake; raises ImportError unless its place is there exactly once."""
        found = source.count(self.right)
        if found != 1:
            raise ImportError(f"{self.key}: {self.right!r} stands {found} times in {self.module}, not once")
        return source.replace(self.right, self.wrong)
