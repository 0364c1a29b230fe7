"""From a record's entries to the plans that ran and their results."""

import ast
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from reports.facts.run_facts import BudgetLine, Decision, Graphs, Limit, Number, Plan, Result, Source, Span, Told
from rig.errors import RecordCorruptError
from rig.record.reader import RecordReader
from rig.record.schema import Entry

ZERO_FLOW = "zero flow"
# Verdicts in the order of what a reader must see first.
VERDICTS = ("FAIL", "INVALID", "INCONCLUSIVE", "PASS")


def result_of(entry: Entry) -> Result:
    """Return what a result's entry says; raises RecordCorruptError when it lacks something."""
    body = entry.body
    try:
        recipe = body["recipe"]
        return Result(
            seq=entry.seq,
            name=entry.name,
            plan=str(body["plan"]),
            verdict=str(body["verdict"]),
            unit=str(body["unit"]),
            limit=_limit(str(body["limit_name"]), body["limit"]),
            number=None if body["value"] is None else _number(body),
            reasons=tuple(str(reason) for reason in body["reasons"]),
            remarks=tuple(str(remark) for remark in body.get("remarks", ())),
            function=str(recipe["function"]),
            parameters=dict(recipe["parameters"]),
            details=dict(body["details"]),
            from_ns=int(recipe["from_ns"]),
            to_ns=int(recipe["to_ns"]),
            last_seq=int(recipe["last_seq"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RecordCorruptError(
            f"entry {entry.seq}: result {entry.name!r} lacks what a report needs: {error!r}", entry.seq
        ) from error


def read_plans(reader: RecordReader, sources: Iterable[Source]) -> tuple[Plan, ...]:
    """Return the plans in the order in which they began, without graphs.

    A plan without a beginning in the record (its result is all there is) begins where its first result's window does.
    """
    purposes = dict(chain.from_iterable(_purposes(source) for source in sources))
    told = tuple(_commands_to_pump(reader))
    found: list[_Draft] = []
    for entry in _in_order(reader):
        _take(entry, found)
    return tuple(draft.plan(purposes, told) for draft in found)


def overall(verdicts: Iterable[str]) -> str:
    """Return the verdict that speaks for all of them, "" for none: the worst is what counts."""
    present = set(verdicts)
    known = next((verdict for verdict in VERDICTS if verdict in present), "")
    return known or next(iter(sorted(present)), "")


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
    begin_seq: int
    begin_ns: int
    end_seq: float = math.inf
    end_ns: int | None = None
    results: list[Result] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def plan(self, purposes: dict[tuple[str, str], str], told: tuple[Told, ...]) -> Plan:
        title, case = title_of(self.node_id)
        path, _, function = self.node_id.rpartition("[")[0 if "[" in self.node_id else 2].partition("::")
        return Plan(
            node_id=self.node_id,
            title=title,
            case=case,
            purpose=purposes.get((path.rpartition("/")[2], function.rpartition("::")[2]), ""),
            requirements=self.requirements,
            begin_ns=self.begin_ns,
            end_ns=self.end_ns,
            results=tuple(self.results),
            spans=tuple(self.spans),
            told=tuple(one for one in told if self.begin_seq < one.seq < self.end_seq),
            graphs=Graphs(),
        )


def _in_order(reader: RecordReader) -> list[Entry]:
    names = ("plan begins", "plan ends", "window ends")
    events = [entry for name in names for entry in reader.events(name)]
    return sorted([*events, *reader.results()], key=lambda entry: entry.seq)


def _take(entry: Entry, found: list[_Draft]) -> None:
    open_draft = next((draft for draft in reversed(found) if draft.end_ns is None), None)
    if entry.kind == "result":
        result = result_of(entry)
        draft = next((one for one in reversed(found) if one.node_id == result.plan), None)
        if draft is None:
            draft = _Draft(result.plan, _requirements(entry), entry.seq, result.from_ns, entry.seq, result.to_ns)
            found.append(draft)
        draft.results.append(result)
    elif entry.name == "plan begins":
        found.append(_Draft(str(entry.body.get("plan", "")), _requirements(entry), entry.seq, entry.t_ns))
    elif entry.name == "plan ends" and open_draft is not None:
        open_draft.end_seq, open_draft.end_ns = entry.seq, entry.t_ns
    elif entry.name == "window ends" and open_draft is not None:
        open_draft.spans.append(_span(entry))


def _requirements(entry: Entry) -> tuple[str, ...]:
    return tuple(str(name) for name in entry.body.get("requirements", ()))


def _span(entry: Entry) -> Span:
    try:
        return Span(str(entry.body["window"]), int(entry.body["from_ns"]), int(entry.body["to_ns"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RecordCorruptError(f"entry {entry.seq}: a window without its bounds: {error!r}", entry.seq) from error


def _limit(name: str, body: dict[str, Any]) -> Limit:
    lower, upper = (None if body[side] is None else float(body[side]) for side in ("lower", "upper"))
    return Limit(name, lower, upper, str(body["unit"]), float(body["coverage_k"]), str(body["source"]))


def _number(body: dict[str, Any]) -> Number:
    lines = body["budget"]
    u = float(body["u"])
    decision = {key: float(body["decision"][key]) for key in Decision.__dataclass_fields__}
    budget = tuple(
        BudgetLine(
            name=str(line["name"]),
            kind=str(line["kind"]),
            value=float(line["value"]),
            u=float(line["u"]),
            unit=str(line["unit"]),
            sensitivity=float(line["sensitivity"]),
            contribution=float(line["contribution"]),
            dof=float(line["dof"]),
            share_percent=100.0 * float(line["contribution"]) ** 2 / u**2 if u > 0 else 0.0,
        )
        for line in lines
    )
    # A measurement that was stopped when decided is judged with the coverage factor of its look, not with the limit's.
    k = decision["guard_band"] / u if u > 0 else float(body["limit"]["coverage_k"])
    return Number(float(body["value"]), u, budget, _effective_dof(u, budget), Decision(**decision), k)


def _effective_dof(u: float, budget: tuple[BudgetLine, ...]) -> float:
    """Return the effective degrees of freedom by Welch-Satterthwaite (GUM G.4.1)."""
    rest = sum(line.contribution**4 / line.dof for line in budget if math.isfinite(line.dof))
    return u**4 / rest if rest > 0 else math.inf


def _purposes(source: Source) -> Iterator[tuple[tuple[str, str], str]]:
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
    instruments = reader.start().get("instruments", {})
    for name in (name for name, what in instruments.items() if what.get("capability") == "pump"):
        for entry in reader.entries(kind="command", name=name):
            body = entry.body
            yield Told(entry.seq, entry.t_ns, str(body["verb"]), dict(body["arguments"]), str(body["result"]))
