"""What is fed, with what it is fed first, and what may come of it."""

from collections.abc import Callable
from dataclasses import dataclass

from rig.errors import RigError


@dataclass(frozen=True)
class Target:
    """Something that takes bytes.

    `feed` gives it one case; whatever it raises that is not `allowed` is a finding. `seeds` are cases that mean
    something, `words` are what its language is made of, `traced` are the folders or files of the source (parts of their
    paths) in which a line that was not reached before makes a case worth keeping.
    """

    name: str
    feed: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    traced: tuple[str, ...]
    words: tuple[bytes, ...] = ()
    allowed: tuple[type[Exception], ...] = (RigError,)
    quick: int = 80
