"""Which runs of which folders are asked for, each once, however many copies of its record there are."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.history.copies import Apart, each_once
from rig.record.catalogue import AT_REST_NS
from rig.record.overview import look_at
from rig.record.result_line import ResultLine
from rig.record.run_line import RunLine


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None is any. Times are UTC ns by the machine's clock, `until_ns` itself is too late.

    `plan` is a part of a plan's name, `verdict` what a run comes to or, of one result, its own; all others are meant
    as they stand.
    """

    dut: str | None = None
    bench: str | None = None
    plan: str | None = None
    requirement: str | None = None
    verdict: str | None = None
    operator: str | None = None
    kind: str | None = None
    since_ns: int | None = None
    until_ns: int | None = None

    def run(self, line: RunLine) -> bool:
        """Tell whether a run is asked for, whatever its verdict."""
        return (
            self.dut in (None, line.dut)
            and self.bench in (None, line.bench)
            and self.operator in (None, line.operator)
            and self.kind in (None, line.kind)
            and (self.since_ns is None or line.begun_utc_ns >= self.since_ns)
            and (self.until_ns is None or line.begun_utc_ns < self.until_ns)
            and (self.requirement is None or self.requirement in line.requirements)
            and (self.plan is None or any(self.plan in plan for plan in line.became | line.standings))
        )

    def outcome(self, line: RunLine) -> bool:
        """Tell whether a run came to the verdict that is asked for."""
        return self.verdict in (None, line.outcome)

    def result(self, line: ResultLine) -> bool:
        """Tell whether a result of a run that is asked for is asked for itself, whatever its verdict."""
        return (self.plan is None or self.plan in line.plan) and (
            self.requirement is None or self.requirement in line.requirements
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The runs that were asked for, by begin; `unreadable` and `altered` ones are told of whatever was asked for.

    `results` holds for each run (by its path) its results of the names that were asked for; `names` counts all results
    of the runs by name. `copies` are the records that are copies of one that is among the runs, `apart` those that
    only begin like another: both are among the runs. `unread` counts the records that were not read because more had to
    be than were allowed.
    """

    runs: tuple[RunLine, ...]
    results: dict[Path, tuple[ResultLine, ...]]
    unreadable: tuple[RunLine, ...]
    altered: tuple[RunLine, ...]
    copies: tuple[RunLine, ...]
    names: dict[str, int]
    apart: tuple[Apart, ...] = ()
    unread: int = 0


def choose(
    folders: Sequence[Path],
    wanted: Wanted,
    names: Collection[str] = (),
    *,
    closed: Callable[[RunLine], RunLine] = lambda line: line,
    rest_ns: int = AT_REST_NS,
    most: int | None = None,
) -> Chosen:
    """Return the runs of some folders that are asked for; raises RecordNotFoundError for a folder that is not there.

    `names` are the results that are wanted too. `closed` gets each line and returns the one to go by: a run that was
    killed may be closed first. `most` is how many records of a folder may be read for it (None: all there are).
    """
    found: list[RunLine] = []
    unread = 0
    results: dict[Path, tuple[ResultLine, ...]] = {}
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        looked = look_at(folder, results=names, of=wanted.run, rest_ns=rest_ns, most=most)
        unread += looked.unread
        found += [closed(line) for line in looked.lines]
        results |= {line.path: looked.results.get(line.run_id, ()) for line in looked.lines}
    bad = [line for line in found if line.problem]
    distinct = each_once(line for line in found if not line.problem)
    runs = sorted(filter(wanted.run, distinct.runs), key=lambda line: (line.begun_utc_ns, line.run_id))
    counts: dict[str, int] = {}
    for name, count in (pair for line in runs for pair in line.results.items()):
        counts[name] = counts.get(name, 0) + count
    return Chosen(
        tuple(runs),
        {line.path: tuple(one for one in results[line.path] if wanted.result(one)) for line in runs},
        tuple(line for line in bad if not line.begun_utc_ns),
        tuple(line for line in bad if line.begun_utc_ns),
        distinct.copies,
        counts,
        distinct.apart,
        unread,
    )
