"""The bodies that are neither start, event nor result: descriptors, commands, the stop, and what others note."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rig.channels import Channel
from rig.record.bodies.codec import Json


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a stream holds; `info` is what its sampler says about itself (`every_s`)."""

    channels: tuple[Channel, ...]
    info: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its reply as they went over the wire, with both times (UTC ns); `result` is "ok", or why not."""

    verb: str
    arguments: dict[str, Json] = field(default_factory=dict)
    sent_hex: str = ""
    received_hex: str = ""
    sent_ns: int = 0
    received_ns: int = 0
    result: str = "ok"
    extra: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SamplerCounted:
    """What one sampler did; `worst_lateness_ms` is between due and begun."""

    reads: int = 0
    samples: int = 0
    lost: int = 0
    missed: int = 0
    overruns: int = 0
    worst_lateness_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a run. `selected` are the plans of the session, `deselected` those that were left out on purpose.

    `outcomes` counts the plans by what became of them. Of a run that was killed, `entries` counts what is in its
    record, `delivered` holds what was delivered between its first and last sample, and `closed_utc_ns` is when it was
    closed by the machine's time (0: it closed itself).
    """

    reason: str
    selected: tuple[str, ...] = ()
    deselected: tuple[str, ...] = ()
    outcomes: dict[str, int] = field(default_factory=dict)
    samplers: dict[str, SamplerCounted] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, float] = field(default_factory=dict)
    closed_utc_ns: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody outside the run has to say about it, under a topic."""

    topic: str
    said: Mapping[str, Json] = field(default_factory=dict)
