"""What one line says about a run: read from the few entries that say it, and held against the hash chain."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rig.errors import RecordCorruptError, RecordError
from rig.faults import Sorted
from rig.moments import is_moment
from rig.record.bodies.codec import from_body, to_body
from rig.record.bodies.events import OutcomeWord, PlanFailed, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Dut
from rig.record.database import Database, Row
from rig.record.folder import RunState, run_id, state_of
from rig.record.result_line import ResultLine, result_line
from rig.record.schema import Entry, Kind, parse_body
from rig.record.spot_check import Checked, spot_check
from rig.record.standing import NOT_SHOWN, PASSED, by_weight, overall, standing_of
from rig.record.words import stop_of

_TOLD = """SELECT seq FROM entry
    WHERE kind IN ('start', 'result', 'stop') OR (kind = 'event' AND name IN (?, ?)) ORDER BY seq"""
_TOLD_EVENTS = (PlanOutcome.NAME, PlanFailed.NAME)
_LAST = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"
_END = "SELECT t_ns FROM entry WHERE kind <> 'note' ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class _Begin:
    """What is wanted of a `Start`; reading all of it takes longer than all the rest."""

    begun_utc_ns: int
    bench: str = ""
    kind: str = ""
    dut: Dut = field(default_factory=Dut)
    operator: str = ""
    selected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunLine:
    """What there is to say about a run as a whole.

    `outcome` is the verdict that speaks for it: PASS only when every plan that was selected passed, "" while nothing
    is known, `Checked.ALTERED` for a record that is not what was recorded. `ended` is the reason of its stop, RUNNING,
    INTERRUPTED (killed) or UNREADABLE. `begun_utc_ns` is the machine's time, `duration_s` goes by the run's own clock,
    up to its newest entry. `plans` counts the plans by what became of them, `standings` says what each plan that was
    reached and is over comes to, `without_verdict` counts those of them that have no result. `failures` holds plan,
    claim ("" for what went wrong besides), fault, and the three lines of `rig.faults.Sorted` for each. `became` says
    what became of each plan, `requirements` which its plans and results claim, `results` how many it has of each name.
    `start_digest` is the hash of its first entry, which copies of one record share, and `head` that of its entry
    `last_seq`, the last. Of an UNREADABLE record only `problem` is known.
    """

    run_id: str
    path: Path
    ended: str
    outcome: str = ""
    begun_utc_ns: int = 0
    duration_s: float = 0.0
    bench: str = ""
    kind: str = ""
    dut: str = ""
    batch: str = ""
    operator: str = ""
    verdicts: dict[str, int] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    standings: dict[str, str] = field(default_factory=dict)
    without_verdict: int = 0
    failures: tuple[dict[str, str], ...] = ()
    checked: Checked = Checked.NOTHING
    problem: str = ""
    stopped: bool = False
    model: str = ""
    became: dict[str, str] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    results: dict[str, int] = field(default_factory=dict)
    start_digest: str = ""
    last_seq: int = 0
    head: str = ""

    @property
    def failed(self) -> bool:
        """Tell whether the run is over, or cannot be read, and did not come to PASS."""
        return self.outcome != PASSED and self.ended != RunState.RUNNING


def run_line(path: Path) -> RunLine:
    """Return what there is to say about one record, whatever state it is in."""
    return read_run(path)[0]


def read_run(path: Path) -> tuple[RunLine, tuple[ResultLine, ...]]:
    """Return what there is to say about one record and about each of its results, in their order."""
    database = None
    try:
        database = Database(path)
        return _read(path, database)
    except RecordError as error:
        return RunLine(run_id(path), path, RunState.UNREADABLE, problem=str(error)), ()
    finally:
        if database is not None:
            database.close()


def _read(path: Path, database: Database) -> tuple[RunLine, tuple[ResultLine, ...]]:
    ((last_seq, head),) = database.rows(_LAST) or [(0, b"")]
    told = list(database.whole_rows_of(array("q", (seq for (seq,) in database.rows(_TOLD, _TOLD_EVENTS)))))
    problem = ""
    try:
        checked = spot_check(database, told, int(last_seq))
    except RecordCorruptError as error:
        checked, problem = Checked.ALTERED, str(error)
    entries = [_entry(row) for row in told]
    if not entries or entries[0].kind != Kind.START or "begun_utc_ns" not in entries[0].body:
        raise RecordCorruptError(problem or f"{path} has no start entry of a run", 1)
    start = from_body(_Begin, entries[0].body, "the start of the run", 1)
    if not is_moment(start.begun_utc_ns):
        raise RecordCorruptError(f"{path}: the run began at {start.begun_utc_ns} ns, which is no moment", 1)
    stop = next((stop_of(entry) for entry in entries if entry.kind == Kind.STOP), None)
    state = state_of(path, stop)
    results = [entry for entry in entries if entry.kind == Kind.RESULT]
    over = state is not RunState.RUNNING
    became = _became(entries, start, stop, over=over)
    standings = _standings(results, became)
    # Of some records nothing is known of a plan but its results; while a run goes on they need not be all.
    told_of = {plan for plan in standings if over or plan in became}
    ((end_ns,),) = database.rows(_END)
    lines = tuple(map(result_line, results))
    line = RunLine(
        run_id(path),
        path,
        ended=state.value if stop is None else stop.reason,
        outcome=checked.value if checked is Checked.ALTERED else _outcome(overall(standings.values()), state, stop),
        begun_utc_ns=start.begun_utc_ns,
        duration_s=(int(end_ns) - entries[0].t_ns) / 1e9,
        bench=start.bench,
        kind=start.kind,
        dut=start.dut.serial,
        batch=start.dut.batch,
        operator=start.operator,
        verdicts=_in_order(str(entry.body.get("verdict")) for entry in results),
        plans=dict(Counter(became.values())),
        standings={
            plan: standing
            for plan, standing in standings.items()
            if plan in told_of and became.get(plan) != OutcomeWord.NOT_REACHED
        },
        without_verdict=len(
            {plan for plan, word in became.items() if word != OutcomeWord.NOT_REACHED}
            - {str(entry.body.get("plan")) for entry in results}
        ),
        failures=tuple(_failures(entries)),
        checked=checked,
        problem=problem,
        stopped=stop is not None,
        model=start.dut.model,
        became=became,
        requirements=_requirements(entries, lines),
        results=dict(Counter(one.name for one in lines)),
        start_digest=_digest(told[0][-1]),
        last_seq=int(last_seq),
        head=_digest(head),
    )
    return line, lines


def _digest(found: object) -> str:
    """Return a hash as text; "" for what is none: in a file that somebody made any column may hold anything."""
    return found.hex() if isinstance(found, bytes) else ""


def _entry(row: Row) -> Entry:
    seq, t_ns, kind, name, body, data, _ = row
    return Entry(seq, t_ns, kind, name, parse_body(body, seq), data)


def _became(entries: Iterable[Entry], start: _Begin, stop: Stop | None, *, over: bool) -> dict[str, str]:
    """Return what became of each plan; of a run that is over, those of which nothing is known were not reached."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.name == PlanFailed.NAME:
            found.setdefault(str(entry.body.get("plan")), OutcomeWord.FAILED.value)
        elif entry.name == PlanOutcome.NAME:
            found[str(entry.body.get("plan"))] = str(entry.body.get("outcome"))
    selected = start.selected if stop is None else stop.selected
    left = dict.fromkeys(selected, OutcomeWord.NOT_REACHED.value) if over else {}
    return left | found


def _requirements(entries: Iterable[Entry], results: Iterable[ResultLine]) -> tuple[str, ...]:
    """Return the requirements that plans and results claim, each once, by name."""
    said = (entry.body.get("requirements") for entry in entries if entry.name == PlanOutcome.NAME)
    of_plans = {str(one) for names in said if isinstance(names, list) for one in names}
    return tuple(sorted(of_plans.union(*(one.requirements for one in results))))


def _failures(entries: Iterable[Entry]) -> Iterator[dict[str, str]]:
    """Yield what the record says of whose fault each failure is, in its order; one of before says nothing of it."""
    for entry in entries:
        said = entry.body.get("sorted_as")
        if isinstance(said, Mapping):
            found = to_body(from_body(Sorted, said, "whose fault it is", entry.seq))
            claim = entry.name if entry.kind == Kind.RESULT else ""
            yield {"plan": str(entry.body.get("plan")), "claim": claim, **found}


def _outcome(found: str, state: RunState, stop: Stop | None) -> str:
    """Return the verdict on a run: one that has not ended well did not pass, and one under way has not yet."""
    if found != PASSED or (stop is not None and stop.reason == RunState.FINISHED):
        return found
    return "" if state is RunState.RUNNING else NOT_SHOWN


def _standings(results: Iterable[Entry], became: Mapping[str, str]) -> dict[str, str]:
    """Return what each plan comes to, those included of which only results are known."""
    verdicts: dict[str, list[str]] = {plan: [] for plan in became}
    for entry in results:
        verdicts.setdefault(str(entry.body.get("plan")), []).append(str(entry.body.get("verdict")))
    return {plan: standing_of(found, became.get(plan), ended=False) for plan, found in verdicts.items()}


def _in_order(verdicts: Iterable[str]) -> dict[str, int]:
    counts = Counter(verdicts)
    return {verdict: counts[verdict] for verdict in sorted(counts, key=by_weight)}
