"""How well a bench kept its pace of reading in a plan, as an event."""

from dataclasses import dataclass

from rig.record.bodies.event import Event


@dataclass(frozen=True)
class SamplingTimed(Event):
    """How late the readings of a stream began since the plan did, and how many were lost; of the wall clock only.

    `turns` readings were begun at a pace of `every_s` or slower, `skipped` more were due while one was under way. Half
    of them began within `p50_ms` of being due, 99 of 100 within `p99_ms`, all within `worst_ms`. `lost` samples were
    overwritten in the instrument beside the `samples` that came.
    """

    NAME = "sampling timed"
    ORDINARY = True
    stream: str
    every_s: float
    turns: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    skipped: int = 0
    samples: int = 0
    lost: int = 0
