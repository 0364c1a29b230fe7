"""From a record's entries to the plans that ran, their results and what became of them."""

import ast
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from reports.facts.run_facts import Graphs, Outcome, Plan, ShownResult, Span, Told
from rig.record.bodies.event import Event
from rig.record.bodies.events import OutcomeWord, PlanBegins, PlanEnds, PlanFailed, PlanOutcome, WindowEnds, ZeroFlow
from rig.record.bodies.result import Result
from rig.record.bodies.start import SourceFile
from rig.record.reader import RecordReader
from rig.record.words import Stamped

ZERO_FLOW = ZeroFlow.NAME
_TELLING: tuple[type[Event], ...] = (PlanBegins, PlanEnds, PlanFailed, PlanOutcome, WindowEnds)


def read_plans(reader: RecordReader, sources: Iterable[SourceFile]) -> tuple[Plan, ...]:
    """Return the plans in the order in which they began, without graphs; those that never began stand at the end.

    A plan without a beginning in the record (its result is all there is) begins where its first result's window does.
    """
    purposes = dict(chain.from_iterable(_purposes(source) for source in sources))
    told = tuple(_commands_to_pump(reader))
    found: list[_Draft] = []
    for entry in _in_order(reader):
        _take(entry, found)
    found += _never_told_of(reader, found)
    return tuple(draft.plan(purposes, told) for draft in found)


def title_of(node_id: str) -> tuple[str, str]:
    """Return a plan's name in words and its case: `test_x.py::test_rate_is_kept[2.0]` gives "Rate is kept", "2.0"."""
    name, bracket, case = node_id.rpartition("::")[2].partition("[")
    words = name.removeprefix("test_").replace("_", " ").strip() or node_id
    return words[:1].upper() + words[1:], case.removesuffix("]") if bracket else ""


@dataclass(slots=True)
class _Draft:
    """A plan while its entries are gathered; its own are those between `begin_seq` and `end_seq`."""

    node_id: str
    requirements: tuple[str, ...]
    begin_seq: float
    begin_ns: int
    end_seq: float = math.inf
    end_ns: int | None = None
    outcome: Outcome | None = None
    results: list[ShownResult] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def plan(self, purposes: dict[tuple[str, str], str], told: tuple[Told, ...]) -> Plan:
        title, case = title_of(self.node_id)
        path, _, function = self.node_id.partition("[")[0].partition("::")
        function = function.rpartition("::")[2]
        # Earlier rigs kept a plan's source under its file's bare name.
        purpose = purposes.get((path, function)) or purposes.get((path.rpartition("/")[2], function), "")
        return Plan(
            node_id=self.node_id,
            outcome=self.outcome,
            title=title,
            case=case,
            purpose=purpose,
            requirements=self.requirements,
            begin_ns=self.begin_ns,
            end_ns=self.end_ns,
            results=tuple(self.results),
            spans=tuple(self.spans),
            told=tuple(one for one in told if self.begin_seq < one.seq < self.end_seq),
            graphs=Graphs(),
        )


def _in_order(reader: RecordReader) -> list[Stamped[Event] | Stamped[Result]]:
    entries: list[Stamped[Event] | Stamped[Result]] = [entry for kind in _TELLING for entry in _as_events(reader, kind)]
    return sorted([*entries, *reader.results()], key=lambda entry: entry.seq)


def _as_events(reader: RecordReader, kind: type[Event]) -> Iterator[Stamped[Event]]:
    for entry in reader.events(kind):
        yield Stamped(entry.seq, entry.t_ns, entry.name, entry.body)


def _take(entry: Stamped[Event] | Stamped[Result], found: list[_Draft]) -> None:
    body = entry.body
    open_draft = next((draft for draft in reversed(found) if draft.end_ns is None), None)
    match body:
        case Result():
            draft = _of(body.plan, found)
            if draft is None:
                span = body.recipe
                draft = _Draft(body.plan, body.requirements, entry.seq, span.from_ns, entry.seq, span.to_ns)
                found.append(draft)
            draft.results.append(ShownResult(entry.seq, entry.name, body))
        case PlanBegins():
            found.append(_Draft(body.plan, body.requirements, entry.seq, entry.t_ns))
        case PlanEnds() if open_draft is not None:
            open_draft.end_seq, open_draft.end_ns = entry.seq, entry.t_ns
        case WindowEnds() if open_draft is not None:
            open_draft.spans.append(Span(body.window, body.from_ns, body.to_ns))
        case PlanFailed():
            draft = _of(body.plan, found)
            if draft is not None:
                draft.outcome = Outcome(OutcomeWord.FAILED, body.error)
        case PlanOutcome():
            _take_outcome(entry.seq, entry.t_ns, body, found)
        case _:
            pass


def _take_outcome(seq: int, t_ns: int, said: PlanOutcome, found: list[_Draft]) -> None:
    draft = _of(said.plan, found)
    if draft is None:
        draft = _Draft(said.plan, said.requirements, seq, t_ns, seq, t_ns)
        found.append(draft)
    if draft.end_ns is None:
        draft.end_seq, draft.end_ns = seq, t_ns
    draft.outcome = Outcome(said.outcome, said.why, said.sorted_as)


def _of(plan: str, found: list[_Draft]) -> _Draft | None:
    """Return the plan of that name that began last; None when none has."""
    return next((one for one in reversed(found) if one.node_id == plan), None)


def _never_told_of(reader: RecordReader, found: list[_Draft]) -> list[_Draft]:
    """Return the selected plans of a run that is over and says nothing more of them; mark those that were cut short."""
    if reader.is_live():
        return []
    for draft in found:
        if draft.outcome is None and draft.end_ns is None:
            draft.outcome = Outcome(OutcomeWord.INTERRUPTED, "the run ended while this plan was under way")
    selected = reader.start().selected
    known = {draft.node_id for draft in found}
    last_ns = reader.last_ns()
    why = Outcome(OutcomeWord.NOT_REACHED, "the run ended before")
    return [_Draft(plan, (), math.inf, last_ns, math.inf, last_ns, why) for plan in selected if plan not in known]


def _purposes(source: SourceFile) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield (file, function) and the first line of its docstring, for each function that has one."""
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError):
        return  # the run kept a text that this Python cannot read: its plans go without a purpose
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            lines = (ast.get_docstring(node) or "").splitlines()
            if lines:
                yield (source.file, node.name), lines[0]


def _commands_to_pump(reader: RecordReader) -> Iterator[Told]:
    for name in reader.start().with_capability("pump"):
        for entry in reader.commands(name):
            command = entry.body
            yield Told(entry.seq, entry.t_ns, command.verb, command.arguments, command.result)
