"""What one line says about a run: read from the few entries that say it, and held against the hash chain."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from rig.errors import RecordCorruptError, RecordError, RecordNotFoundError
from rig.faults import Sorted
from rig.moments import is_moment
from rig.record.bodies.codec import from_body, to_body
from rig.record.bodies.events import OutcomeWord, PlanFailed, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Dut
from rig.record.database import Database, Row
from rig.record.folder import RunState, record_paths, run_id, state_of
from rig.record.run_index import AT_REST_NS, FEWEST_RUNS, RunIndex, looks, place_of_index
from rig.record.schema import Entry, Kind, parse_body
from rig.record.spot_check import Checked, spot_check
from rig.record.standing import NOT_SHOWN, PASSED, by_weight, overall, standing_of
from rig.record.words import stop_of

_TOLD = """SELECT seq FROM entry
    WHERE kind IN ('start', 'result', 'stop') OR (kind = 'event' AND name IN (?, ?)) ORDER BY seq"""
_TOLD_EVENTS = (PlanOutcome.NAME, PlanFailed.NAME)
_LAST = "SELECT coalesce(max(seq), 0) FROM entry"
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
    claim ("" for what went wrong besides), fault, and the three lines of `rig.faults.Sorted` for each. Of an UNREADABLE
    record only `problem` is known.
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

    @property
    def failed(self) -> bool:
        """Tell whether the run is over, or cannot be read, and did not come to PASS."""
        return self.outcome != PASSED and self.ended != RunState.RUNNING


_KEPT = tuple(field.name for field in fields(RunLine) if field.name not in ("run_id", "path"))


def overview(directory: Path, *, rest_ns: int = AT_REST_NS) -> tuple[RunLine, ...]:
    """Return a line for each run of a folder, the one begun last at the end; raises RecordNotFoundError without one.

    Of a large folder the lines of finished runs are kept in the user's cache, of those that nobody has touched for
    `rest_ns` (`rig.record.run_index`).
    """
    if not directory.is_dir():
        raise RecordNotFoundError(f"there is no folder {directory}: name the folder of the records with --runs DIR")
    paths = record_paths(directory)
    place = place_of_index(directory) if len(paths) >= FEWEST_RUNS else None
    lines = map(run_line, paths) if place is None else _lines_by_index(directory, paths, place, rest_ns)
    return tuple(sorted(lines, key=lambda line: (line.begun_utc_ns, line.run_id)))


def _lines_by_index(directory: Path, paths: Sequence[Path], place: Path, rest_ns: int) -> list[RunLine]:
    """Return the lines of a folder's runs, those from the index that are still true, and keep what is finished."""
    index = RunIndex(place, _KEPT)
    seen = looks(directory, [path.name for path in paths], rest_ns)
    lines, kept, news = [], {}, False
    for path in paths:
        look = seen.get(path.name)
        values = index.line(path.name, look)
        line = run_line(path) if values is None else _from_index(path, values)
        lines.append(line)
        if look is not None and line.stopped and not line.problem:
            kept[path.name] = (look, values if values is not None else [getattr(line, name) for name in _KEPT])
            news |= values is None
    if news:
        index.write(kept)
    return lines


def _from_index(path: Path, values: Sequence[object]) -> RunLine:
    said = dict(zip(_KEPT, values, strict=True))
    return from_body(RunLine, {**said, "run_id": run_id(path), "path": path}, "the index of runs")


def run_line(path: Path) -> RunLine:
    """Return what there is to say about one record, whatever state it is in."""
    database = None
    try:
        database = Database(path)
        return _line(path, database)
    except RecordError as error:
        return RunLine(run_id(path), path, RunState.UNREADABLE, problem=str(error))
    finally:
        if database is not None:
            database.close()


def _line(path: Path, database: Database) -> RunLine:
    ((last_seq,),) = database.rows(_LAST)
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
    became = _became(entries, start, stop, over=state is not RunState.RUNNING)
    standings = _standings(results, became)
    ((end_ns,),) = database.rows(_END)
    return RunLine(
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
        standings={plan: standings[plan] for plan, word in became.items() if word != OutcomeWord.NOT_REACHED},
        without_verdict=len(
            {plan for plan, word in became.items() if word != OutcomeWord.NOT_REACHED}
            - {str(entry.body.get("plan")) for entry in results}
        ),
        failures=tuple(_failures(entries)),
        checked=checked,
        problem=problem,
        stopped=stop is not None,
    )


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
