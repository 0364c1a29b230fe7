"""What a bench's weighings at zero flow say together: its own loss, and how far it strays from one to the next."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rig.errors import MetrologyError, RecordError
from rig.evaluation import inputs
from rig.record.bodies.events import ZeroFlow
from rig.record.reader import RecordReader

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Blank:
    """One weighing at zero flow: the run, when it began (UTC ns), the loss in mg/h with u, or why it says nothing."""

    run: str
    from_ns: int
    rate_mg_h: float = math.nan
    u_mg_h: float = math.nan
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class BlankHistory:
    """The loss of a bench over its weighings, mg/h: mean, standard deviation, and what of it is no noise of weighing.

    `strays_mg_h` is the floor that two weighings leave open: the scatter from weighing to weighing less what each
    weighing's own uncertainty explains of it.
    """

    n: int
    mean_mg_h: float
    sd_mg_h: float
    strays_mg_h: float


def blanks_of(record: Path, bench: str = "") -> tuple[Blank, ...]:
    """Return the weighings of one run; () for another bench. Raises RecordError for what is no record."""
    with RecordReader(record) as reader:
        start = reader.start()
        if bench and start.bench != bench:
            return ()
        run = record.name.partition(".")[0]
        return tuple(_blank(reader, run, entry.body) for entry in reader.events(ZeroFlow))


def _blank(reader: RecordReader, run: str, one: ZeroFlow) -> Blank:
    try:
        rate = inputs.zero_flow_rate(reader, one)
        gain_mg_h = inputs.gain_mg_h(rate, inputs.weighing_facts(reader))
    except (MetrologyError, RecordError) as error:
        return Blank(run, one.from_ns, why_not=str(error))
    if gain_mg_h > 0.0:
        return Blank(run, one.from_ns, rate.rate_mg_h, rate.u_mg_h, "the vessel gained: this was no blank")
    return Blank(run, one.from_ns, rate.rate_mg_h, rate.u_mg_h)


def history(blanks: Iterable[Blank]) -> BlankHistory | None:
    """Return what the weighings say together; None when fewer than three say anything."""
    good = [one for one in blanks if not one.why_not]
    n = len(good)
    if n < FEWEST:
        return None
    mean = math.fsum(one.rate_mg_h for one in good) / n
    variance = math.fsum((one.rate_mg_h - mean) ** 2 for one in good) / (n - 1)
    noise = math.fsum(one.u_mg_h**2 for one in good) / n
    return BlankHistory(n, mean, math.sqrt(variance), math.sqrt(max(0.0, variance - noise)))
