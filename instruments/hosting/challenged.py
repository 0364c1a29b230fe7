"""What a plan may do to the twins of a bench: to the laboratory that they share, and to the wire of the pump."""

from collections.abc import Mapping

from instruments.hosting.faults import Belated, Deaf, Garbage, Garbled, Replayed, WireFault
from instruments.hosting.wire import Wire
from instruments.plant.laboratory import Laboratory
from rig.bench_file.challenges import CHALLENGES

# It ends as a frame does: a client on the virtual clock then waits no real time for the rest.
_NOISE = b"\x55\x00"
_OF_THE_WIRE = frozenset(verb for verb, spec in CHALLENGES.items() if spec.theme == "link")


class Challenged:
    """One laboratory and the wire of its pump under test, None on a bench without one."""

    def __init__(self, laboratory: Laboratory, wire: Wire | None) -> None:
        self._laboratory = laboratory
        self._wire = wire

    def unable(self, verb: str) -> str:
        """Return why a challenge cannot be done, "" when it can."""
        if verb in _OF_THE_WIRE:
            return "" if self._wire is not None else "there is no pump on the bench"
        return self._laboratory.challenges.unable(verb)

    def begin(self, verb: str, figures: Mapping[str, float]) -> int:
        """Do a challenge at the clock's present; return a number to end it by.

        Raises ChallengeRefusedError for one that cannot be done.
        """
        if self._wire is None or verb not in _OF_THE_WIRE:
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
    if verb == "link_garbled":
        one_in = int(figures["one_frame_in"])
        return Garbled(flipped_bits=int(figures["flipped_bits"]), one_in=one_in, noise=_NOISE)
    if verb == "link_replayed":
        return Replayed()
    if verb == "link_belated":
        return Belated(from_answer=int(figures["after_frames"]) + 1, noise=_NOISE, late_s=figures["late_s"])
    if verb == "link_stalled":
        return Deaf(from_answer=int(figures["after_frames"]) + 1, noise=_NOISE)
    return Garbage(flipped_bits=int(figures["flipped_bits"]), one_in=int(figures["one_answer_in"]))
