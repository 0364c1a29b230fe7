"""What the run tells its supervisor at the start: every way to end delivery, as bytes or as a function to be called.

Bytes need no driver: a supervisor that knew the dialects would be as large, and could fail in as many ways, as the run.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Saying:
    """Bytes to send, and bytes that its answer holds when they did what they should; empty: no answer is awaited."""

    send: bytes
    expect: bytes = b""


@dataclass(frozen=True, slots=True)
class PortAct:
    """Ends delivery by bytes on a port: the pump's own stop, or a supply's output switched off.

    `alive` feeds the pump's link watchdog and changes nothing else; it is empty for what has no watchdog. An answer to
    it ends with `end`. `port`, `baud` as in the bench file: a device or a URL that pyserial knows.
    """

    KIND: ClassVar[str] = "port"
    name: str
    doing: str
    port: str
    sayings: tuple[Saying, ...]
    alive: bytes = b""
    end: bytes = b""
    baud: int = 9600

    def to_json(self) -> Json:
        """Return it as JSON takes it, bytes in hex."""
        said = [{"send": one.send.hex(), "expect": one.expect.hex()} for one in self.sayings]
        return {
            "kind": self.KIND, "name": self.name, "doing": self.doing, "port": self.port, "sayings": said,
            "alive": self.alive.hex(), "end": self.end.hex(), "baud": self.baud,
        }  # fmt: skip

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Undo `to_json`."""
        said = (Saying(bytes.fromhex(one["send"]), bytes.fromhex(one["expect"])) for one in read["sayings"])
        ends = {key: bytes.fromhex(read[key]) for key in ("alive", "end")}
        return cls(read["name"], read["doing"], read["port"], tuple(said), baud=read["baud"], **ends)


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
    supervisor talks to the pump itself. `account` is the file that takes what was done.
    """

    bench: str
    account: str
    lease_s: float
    silence_s: float
    feed_s: float
    pumps: tuple[PortAct, ...] = ()
    others: tuple[Act, ...] = ()

    def to_json(self) -> Json:
        """Return it as JSON takes it."""
        return {
            "bench": self.bench, "account": self.account, "lease_s": self.lease_s, "silence_s": self.silence_s,
            "feed_s": self.feed_s, "pumps": [act.to_json() for act in self.pumps],
            "others": [act.to_json() for act in self.others],
        }  # fmt: skip

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Undo `to_json`."""
        kinds: dict[str, type[PortAct | HandAct]] = {PortAct.KIND: PortAct, HandAct.KIND: HandAct}
        return cls(
            read["bench"], read["account"], read["lease_s"], read["silence_s"], read["feed_s"],
            tuple(PortAct.from_json(act) for act in read["pumps"]),
            tuple(kinds[act["kind"]].from_json(act) for act in read["others"]),
        )  # fmt: skip
