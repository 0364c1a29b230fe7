"""One exchange with an instrument as the record keeps it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its reply as they went over the wire, with both times (UTC ns)."""

    instrument: str
    verb: str
    arguments: dict[str, object]
    sent: bytes
    received: bytes
    sent_ns: int
    received_ns: int
    result: str = "ok"
    extra: dict[str, object] = field(default_factory=dict)
