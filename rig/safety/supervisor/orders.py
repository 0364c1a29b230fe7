"""What the run tells its supervisor at the start: every way to end delivery, as bytes or as a function to be called.

Bytes need no driver: a supervisor that knew the dialects would be as large, and could fail in as many ways, as the run.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

Json = dict[str, Any]
# What turns a pump's answer into what it tells, by channel.
Tells = Callable[[bytes], Mapping[str, float] | None]


@dataclass(frozen=True, slots=True)
class Saying:
    """Bytes to send, and bytes that its answer holds when they did what they should; empty: no answer is awaited.

    `or_expect` is the other word for it, where devices of a kind differ.
    """

    send: bytes
    expect: bytes = b""
    or_expect: bytes = b""

    def met_by(self, answer: bytes) -> bool:
        """Tell whether an answer so far holds what is expected."""
        return self.expect in answer or (bool(self.or_expect) and self.or_expect in answer)


@dataclass(frozen=True, slots=True)
class PortAct:
    """Ends delivery by bytes on a port: the pump's own stop, or a supply's output switched off.

    `alive` feeds the pump's link watchdog and changes nothing else; it is empty for what has no watchdog. An answer to
    it ends with `end`. `tells` is `module:function`, of a light module, which takes the bytes of such an answer and
    returns its numbers by the names of the driver's channels, None where they hold no whole answer; empty where it
    tells none. `rests` is the channel among them that is 0 once delivery has ended. `port`, `baud` as in the bench
    file: a device or a URL that pyserial knows.
    """

    KIND: ClassVar[str] = "port"
    name: str
    doing: str
    port: str
    sayings: tuple[Saying, ...]
    alive: bytes = b""
    end: bytes = b""
    baud: int = 9600
    tells: str = ""
    rests: str = ""

    @property
    def reading(self) -> Tells:
        """Return the function that `tells` names; raises ImportError or AttributeError where there is none."""
        if not self.tells:
            return lambda _: None
        module, _, function = self.tells.partition(":")
        tells: Tells = getattr(importlib.import_module(module), function)
        return tells

    def to_json(self) -> Json:
        """Return it as JSON takes it, bytes in hex."""
        said = [{key: value.hex() for key, value in asdict(one).items()} for one in self.sayings]
        return {
            "kind": self.KIND, "name": self.name, "doing": self.doing, "port": self.port, "sayings": said,
            "alive": self.alive.hex(), "end": self.end.hex(), "baud": self.baud, "tells": self.tells,
            "rests": self.rests,
        }  # fmt: skip

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Undo `to_json`."""
        said = (Saying(**{key: bytes.fromhex(value) for key, value in one.items()}) for one in read["sayings"])
        ends = {key: bytes.fromhex(read[key]) for key in ("alive", "end")}
        return cls(
            read["name"], read["doing"], read["port"], tuple(said), baud=read["baud"],
            tells=read["tells"], rests=read["rests"], **ends,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class HandAct:
    """Ends delivery by a function that needs a library: a process is kept ready that has imported it.

    `function` is `module:name`; it is called with `settings` and raises when it could not. `imports` are modules that
    it will need, imported beforehand.
    """

    KIND: ClassVar[str] = "hand"
    name: str
    doing: str
    function: str
    settings: Json = field(default_factory=dict)
    imports: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return it as JSON takes it."""
        return {"kind": self.KIND, **asdict(self)}

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Undo `to_json`."""
        return cls(read["name"], read["doing"], read["function"], read["settings"], tuple(read["imports"]))


Act = PortAct | HandAct


@dataclass(frozen=True, slots=True)
class ValueBound:
    """What a pump may tell at most on a channel: `limit` is in the unit of `interlock`, `factor` brings it there."""

    interlock: str
    channel: str
    limit: float
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class PumpBounds:
    """What a pump is held to by its own word: values, and the volume and mean rate by the channel of its count.

    Volumes are in µL since the plan began, rates in µL/h over `rate_over_s`; None and "" hold it to nothing.
    """

    pump: str
    values: tuple[ValueBound, ...] = ()
    count: str = ""
    most_volume_ul: float | None = None
    most_rate_ul_h: float | None = None
    rate_over_s: float = 60.0

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the interlocks that are watched, each once and in order."""
        counted = {"most_volume_ul": self.most_volume_ul, "most_rate_ul_h": self.most_rate_ul_h} if self.count else {}
        found = {bound.interlock for bound in self.values}
        return tuple(sorted(found | {key for key, limit in counted.items() if limit is not None}))

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Undo `dataclasses.asdict`."""
        return cls(**{**read, "values": tuple(ValueBound(**one) for one in read["values"])})


@runtime_checkable
class StopsUnattended(Protocol):
    """A driver class that can say, before it is opened, how its instrument ends delivery without it."""

    @classmethod
    def unattended(cls, name: str, settings: Any) -> Act:
        """Return the act that ends delivery; `settings` are those of the bench file."""


@dataclass(frozen=True, slots=True)
class Orders:
    """All that a supervisor is told: whose port it holds, how else delivery ends, and how long it waits.

    `pumps` are the acts whose ports it holds for the run; `others` take the power away. `lease_s` is how long the run
    may be unheard, `silence_s` how long a pump may leave what it is told unanswered, `feed_s` after which rest the
    supervisor talks to the pump itself. `account` is the file that takes what was done. `bounds` are what pumps are
    held to, `watch_s` how often they are asked for it. What leaves the bench latched is said in the name of `run`, for
    the `ports` of its pumps too.
    """

    bench: str
    run: str
    account: str
    lease_s: float
    silence_s: float
    feed_s: float
    pumps: tuple[PortAct, ...] = ()
    others: tuple[Act, ...] = ()
    bounds: tuple[PumpBounds, ...] = ()
    watch_s: float = 0.25
    ports: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return it as JSON takes it."""
        return {
            "bench": self.bench, "run": self.run, "account": self.account,
            "lease_s": self.lease_s, "silence_s": self.silence_s, "feed_s": self.feed_s,
            "pumps": [act.to_json() for act in self.pumps],
            "others": [act.to_json() for act in self.others],
            "bounds": [asdict(one) for one in self.bounds], "watch_s": self.watch_s, "ports": list(self.ports),
        }  # fmt: skip

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Undo `to_json`."""
        kinds: dict[str, type[PortAct | HandAct]] = {PortAct.KIND: PortAct, HandAct.KIND: HandAct}
        return cls(
            read["bench"], read["run"], read["account"], read["lease_s"], read["silence_s"], read["feed_s"],
            tuple(PortAct.from_json(act) for act in read["pumps"]),
            tuple(kinds[act["kind"]].from_json(act) for act in read["others"]),
            tuple(PumpBounds.from_json(one) for one in read["bounds"]), read["watch_s"], tuple(read["ports"]),
        )  # fmt: skip
