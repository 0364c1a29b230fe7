"""What was done to one pump more than once, and what did not come to its end."""

from collections.abc import Iterable
from dataclasses import dataclass

from rig.record.folder import RunState
from rig.record.run_line import RunLine


@dataclass(frozen=True, slots=True)
class Repeated:
    """One plan that ran more than once on one pump and one kind of bench: what it came to each time, in order.

    `attempts` are pairs of run and standing.
    """

    model: str
    dut: str
    kind: str
    plan: str
    attempts: tuple[tuple[RunLine, str], ...]


def repeats_of(runs: Iterable[RunLine]) -> tuple[Repeated, ...]:
    """Return the plans that were repeated on a pump with a serial number, by pump and plan; `runs` are in order."""
    found: dict[tuple[str, str, str, str], list[tuple[RunLine, str]]] = {}
    for run in runs:
        for plan, standing in run.standings.items():
            if run.dut:
                found.setdefault((run.model, run.dut, run.kind, plan), []).append((run, standing))
    return tuple(Repeated(*key, tuple(attempts)) for key, attempts in sorted(found.items()) if len(attempts) > 1)


def cut_short(runs: Iterable[RunLine]) -> tuple[RunLine, ...]:
    """Return the runs that are over and did not end by themselves: aborted, killed, or the pump did not stop."""
    return tuple(run for run in runs if run.ended not in (RunState.FINISHED, RunState.RUNNING))
