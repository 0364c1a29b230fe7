"""How a result comes about: what was asked of which span of the record."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a result comes about: an evaluation by name, its parameters, and the span of the record it reads.

    `parameters` holds only what JSON can carry exactly. The half-open span is [from_ns, to_ns), UTC ns. `last_seq` is
    the newest entry of the record when the recipe was settled (0: not settled yet): nothing newer may play a part.
    """

    function: str
    parameters: dict[str, Any] = field(default_factory=dict)
    from_ns: int = 0
    to_ns: int = 0
    last_seq: int = 0
