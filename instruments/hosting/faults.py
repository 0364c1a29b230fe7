"""What can be wrong with a wire: one class for each fault, the same for every twin, applied by the hosts.

A fault lies in force from `after_s` seconds (of the rig's clock, after the twin's start) and from the `from_answer`-th
answer on, whichever is later, for `for_s` seconds or until it has met `answers` answers, whichever is earlier; without
either, for ever. What an instrument itself does wrong (a balance that never comes to rest, an entry in an error queue)
is no fault of the wire and stays with its twin, as its malfunction.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFault:
    """When a fault begins and ends."""

    after_s: float = 0.0
    from_answer: int = 1
    for_s: float | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Silent(WireFault):
    """Commands are heard and carried out; their answers are lost."""


@dataclass(frozen=True, slots=True)
class Deaf(WireFault):
    """What the client sends does not arrive, so that nothing is carried out; each piece counts as an answer.

    In place of an answer the client hears `noise`.
    """

    noise: bytes = b""


@dataclass(frozen=True, slots=True)
class Belated(Deaf):
    """What the client sends is held back, as with `Deaf`; it arrives behind the first piece from `late_s` seconds on.

    They count from when the fault was relieved; a fault of a script holds back for good.
    """

    late_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Replayed(WireFault):
    """Each piece that the client sends arrives twice, and once more behind the next; all of them are answered."""


@dataclass(frozen=True, slots=True)
class Garbled(WireFault):
    """Of the pieces that the client sends one in every `one_in` arrives with `flipped_bits` of its bits wrong.

    Which bits is drawn by `seed`. Of such a piece the client hears `noise` at once.
    """

    noise: bytes = b""
    flipped_bits: int = 1
    seed: int = 0
    one_in: int = 1


@dataclass(frozen=True, slots=True)
class Late(WireFault):
    """Each answer arrives `by_s` seconds of the rig's clock later.

    On the virtual clock time stands still while a driver waits: there a late answer comes before the first answer
    that is given when it is due, which is where it does most harm.
    """

    by_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Truncated(WireFault):
    """Of each answer only the first `after_bytes` bytes arrive."""

    after_bytes: int = 1


@dataclass(frozen=True, slots=True)
class Doubled(WireFault):
    """Each answer arrives twice."""


@dataclass(frozen=True, slots=True)
class Garbage(WireFault):
    """In place of each answer come `given` bytes, or the answer with `flipped_bits` of its bits wrong, or noise.

    Which bits, and what noise of the answer's length, is drawn by `seed`. It meets one answer in every `one_in`.
    """

    given: bytes = b""
    flipped_bits: int = 0
    seed: int = 0
    one_in: int = 1


@dataclass(frozen=True, slots=True)
class Unplugged(WireFault):
    """The port dies, with what was under way; when the fault is over it can be opened again."""


@dataclass(frozen=True, slots=True)
class Altered(WireFault):
    """In place of each answer comes what `change` makes of it: for tests that know the dialect, not for bench files."""

    change: Callable[[bytes], bytes] = bytes


def spoilt(fault: WireFault, answer: bytes, draws: np.random.Generator) -> bytes:
    """Return what reaches the client in place of one answer; what is only late is whole."""
    match fault:
        case Silent() | Deaf() | Unplugged():
            return b""
        case Truncated():
            return answer[: fault.after_bytes]
        case Doubled():
            return answer + answer
        case Garbage():
            return fault.given or with_noise(fault.flipped_bits, answer, draws)
        case Altered():
            return fault.change(answer)
    return answer


def with_noise(flipped_bits: int, data: bytes, draws: np.random.Generator) -> bytes:
    """Return bytes with so many of their bits wrong, or as much noise for none."""
    if not flipped_bits:
        return draws.bytes(len(data))
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    bits[draws.choice(bits.size, min(flipped_bits, bits.size), replace=False)] ^= 1
    return np.packbits(bits).tobytes()
