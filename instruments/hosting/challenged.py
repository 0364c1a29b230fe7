"""What a plan may do to the twins of a bench: to the laboratory that they share, and to the wire of the pump."""

from collections.abc import Mapping

from instruments.hosting.faults import Deaf, Garbage, WireFault
from instruments.hosting.wire import Wire
from instruments.plant.laboratory import Laboratory


class Challenged:
    """One laboratory and the wire of its pump under test, None on a bench without one."""

    def __init__(self, laboratory: Laboratory, wire: Wire | None) -> None:
        self._laboratory = laboratory
        self._wire = wire

    def unable(self, verb: str) -> str:
        """Return why a challenge cannot be done, "" when it can."""
        if verb in ("link_lost", "link_noisy"):
            return "" if self._wire is not None else "there is no pump on the bench"
        return self._laboratory.challenges.unable(verb)

    def begin(self, verb: str, figures: Mapping[str, float]) -> int:
        """Do a challenge at the clock's present; return a number to end it by.

        Raises ChallengeRefusedError for one that cannot be done.
        """
        if self._wire is None or verb not in ("link_lost", "link_noisy"):
            return self._laboratory.challenge(verb, figures)
        return -self._wire.impose(_fault(verb, figures))

    def end(self, number: int) -> None:
        """Take a challenge away at the clock's present; safe to repeat."""
        if number >= 0:
            self._laboratory.relieve(number)
        elif self._wire is not None:
            self._wire.relieve(-number)


def _fault(verb: str, figures: Mapping[str, float]) -> WireFault:
    if verb == "link_lost":
        return Deaf()
    return Garbage(flipped_bits=int(figures["flipped_bits"]), one_in=int(figures["one_answer_in"]))
