"""The daily proof of a bench, as events: what was tried of it, what came of each part, and what later runs found."""

from dataclasses import dataclass, field
from enum import StrEnum

from rig.record.bodies.event import Event

# How long a balance is left alone behind a change of load before its first answer, s.
UNREAD_S = 10.0


class Standing(StrEnum):
    """What is known of a part of the proof."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True)
class RestsOn:
    """The instrument that a part was proved with: its driver, its serial number ("" before it was met), calibration.

    `stated` are the keys of its table in the bench file by which readings become values, as JSON or, where that is
    long, its hash; None where a record does not tell.
    """

    driver: str = ""
    serial: str = ""
    calibration: str = ""
    stated: dict[str, str] | None = None


@dataclass(frozen=True)
class ProofBegins(Event):
    """This run is a proof of its bench, which is to be valid for `valid_h`; `required` are the parts that are asked."""

    NAME = "proof begins"
    ORDINARY = True
    valid_h: float
    required: tuple[str, ...]


@dataclass(frozen=True)
class PartTried(Event):
    """What came of one part of a proof, why not where it was not proven, and what it rests on, by names."""

    NAME = "proof part"
    ORDINARY = True
    part: str
    standing: Standing
    why: str = ""
    rests_on: dict[str, RestsOn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartFound:
    """What the newest try of a part came to: when (UTC ns), in which run, and what it rests on."""

    part: str
    standing: Standing
    at_ns: int
    run: str
    why: str = ""
    rests_on: dict[str, RestsOn] = field(default_factory=dict)


@dataclass(frozen=True)
class ProofLookedFor(Event):
    """What a run on a physical bench found of the proofs of this bench; `required` () says that none is asked of it.

    `file` is the bench file as it was named, which `rig prove` takes.
    """

    NAME = "proof looked for"
    ORDINARY = True
    file: str
    valid_h: float
    required: tuple[str, ...]
    found: tuple[PartFound, ...] = ()


@dataclass(frozen=True)
class MachineLooked(Event):
    """How the machine stands: room for records, how far its clock was set since the run began, and who keeps that.

    `ntp` is "synchronised", "not synchronised", or "not told" where the system does not say.
    """

    NAME = "machine looked at"
    ORDINARY = True
    free_mb: float
    needed_mb: float
    stepped_s: float
    ntp: str


@dataclass(frozen=True)
class InstrumentTried(Event):
    """How an instrument answered `turns` readings in a row: `failed` did not come, the slowest took `worst_s`.

    `lost` samples were overwritten. `clock_off_s` is by how much its newest stamp, or its clock, was behind the rig's;
    None for one that has no time of its own. `pace_s` is the time between its samples. Left unread for `unread_s`, as
    runs leave it, it lost `overrun` samples; 0 s where nobody looked.
    """

    NAME = "instrument tried"
    ORDINARY = True
    stream: str
    turns: int
    failed: int
    lost: int
    mean_s: float
    worst_s: float
    clock_off_s: float | None = None
    pace_s: float = 0.0
    unread_s: float = 0.0
    overrun: int = 0


@dataclass(frozen=True)
class BalanceAdjusted(Event):
    """A balance adjusted itself with its internal weight, within `took_s`; its reading moved by `moved_mg`."""

    NAME = "balance adjusted"
    ORDINARY = True
    stream: str
    took_s: float
    moved_mg: float


@dataclass(frozen=True)
class ZeroTried(Event):
    """A balance was tared and showed `after_mg` then, the mean of `readings` whose standard deviation was `scatter_mg`.

    `later_mg` is what it showed when the part was over.
    """

    NAME = "zero tried"
    ORDINARY = True
    stream: str
    after_mg: float
    later_mg: float
    readings: int
    scatter_mg: float


@dataclass(frozen=True)
class WeightTried(Event):
    """A balance was held against a weight with its certificate, whose standard uncertainty is `u_mg`.

    It showed `found_mg` for `mass_mg`, came to rest within `settled_s`, and to `returned_mg` of where it had been when
    the weight was taken off. `scatter_mg` is the standard uncertainty of that difference by its readings. `first_mg` is
    by what the first answer, `UNREAD_S` behind that, was off those that followed; None where nobody looked.
    """

    NAME = "weight tried"
    ORDINARY = True
    stream: str
    mass_mg: float
    u_mg: float
    found_mg: float
    scatter_mg: float
    returned_mg: float
    settled_s: float
    certificate: str = ""
    due: str = ""
    first_mg: float | None = None


@dataclass(frozen=True)
class InputKnown(Event):
    """What stands at the input of a channel: `known` in the channel's unit, within `within` of which it must read."""

    NAME = "input known"
    ORDINARY = True
    channel: str
    known: float
    within: float
    by: str


@dataclass(frozen=True)
class ReferenceRuns(Event):
    """A reference gives a known flow, µL/h, that is `percent` off at most."""

    NAME = "reference runs"
    ORDINARY = True
    by: str
    rate_ul_h: float
    percent: float


@dataclass(frozen=True)
class ProofCharted(Event):
    """A quantity over successive proofs of one bench, in `unit`: its newest value on a chart of `n` of them.

    `broken` are the rules that the newest value completes. `drift_day` is the slope since `since`, the calibration that
    holds, per day, with its expanded uncertainty; None where fewer than three values tell.
    """

    NAME = "proof charted"
    quantity: str
    unit: str
    n: int
    value: float
    centre: float
    sigma: float
    broken: tuple[str, ...] = ()
    drift_day: float | None = None
    expanded_drift_day: float = 0.0
    since: str = ""


PROOF_EVENTS: tuple[type[Event], ...] = (
    BalanceAdjusted,
    InputKnown,
    InstrumentTried,
    MachineLooked,
    PartTried,
    ProofBegins,
    ProofCharted,
    ProofLookedFor,
    ReferenceRuns,
    WeightTried,
    ZeroTried,
)
