"""When an instrument gave no readings, from the record: what was not measured then, nobody knows."""

from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.record.bodies.absences import InstrumentLost, SamplingGap
from rig.record.bodies.events import Connected
from rig.record.reader import RecordReader


@dataclass(frozen=True, slots=True)
class Away:
    """A time without readings of one stream, UTC ns; `back` is False where it lasts to the end of what is known."""

    stream: str
    from_ns: int
    to_ns: int
    cause: str
    back: bool

    @property
    def lasted_s(self) -> float:
        """Return how long it lasted, s."""
        return (self.to_ns - self.from_ns) / NS_PER_S

    def said_in(self, from_ns: int) -> str:
        """Return it as a sentence about a window that begins at `from_ns`."""
        begin_h, end_h = ((ns - from_ns) / NS_PER_S / 3600.0 for ns in (self.from_ns, self.to_ns))
        until = f"to {end_h:.4g} h" if self.back else "on, and was not back by then"
        return f"{self.stream} gave no readings from {begin_h:.4g} h of this window {until}: {self.cause}"


def away_in(reader: RecordReader, from_ns: int, to_ns: int, stream: str | None = None) -> tuple[Away, ...]:
    """Return when a stream (None: any) was away within [from_ns, to_ns), UTC ns, in order.

    One that was not back is away until the bench was opened anew, else to `to_ns`.
    """
    lost = [entry.body for entry in reader.events(InstrumentLost)]
    if not lost:
        return ()
    gaps = {(gap.stream, gap.from_ns): gap for gap in (entry.body for entry in reader.events(SamplingGap))}
    found = []
    for one in lost:
        gap = gaps.get((one.stream, one.since_ns))
        if gap is not None and gap.back:
            found.append(Away(one.stream, gap.from_ns, gap.to_ns, gap.cause, back=True))
            continue
        met = (entry for entry in reader.events(Connected) if entry.body.instrument == one.stream)
        anew_ns = next((entry.t_ns for entry in met if entry.t_ns > one.since_ns), None)
        found.append(Away(one.stream, one.since_ns, anew_ns or max(to_ns, one.since_ns), one.cause, back=False))
    inside = [one for one in found if one.from_ns < to_ns and one.to_ns > from_ns and stream in (None, one.stream)]
    return tuple(sorted(inside, key=lambda one: (one.from_ns, one.stream)))


def said_of(reader: RecordReader, from_ns: int, to_ns: int, stream: str | None = None) -> tuple[str, ...]:
    """Return a sentence for each time that a stream (None: any) was away within [from_ns, to_ns), UTC ns."""
    return tuple(one.said_in(from_ns) for one in away_in(reader, from_ns, to_ns, stream))
