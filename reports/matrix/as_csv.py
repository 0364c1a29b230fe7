"""The matrix as a table for a spreadsheet (RFC 4180): gaps first, then each requirement by plan, case and pump."""

import csv
import io
from collections.abc import Iterator, Mapping
from functools import lru_cache

from reports.matrix.gaps import Gap, gaps
from reports.matrix.model import Dut, DutRow, Matrix, PlanRow, RequirementRow, Verdict
from rig.clock import iso_utc
from rig.plain_text import plain_text, table_cell

COLUMNS = (
    "gap",
    "gap_said",
    "gap_of",
    "requirement",
    "text",
    "source",
    "hazard",
    "method",
    "no_plan",
    "requirement_verdict",
    "requirement_verdict_physical",
    "requirement_gaps",
    "plan",
    "line",
    "plan_verdict",
    "case",
    "kind",
    "model",
    "dut",
    "requirement_verdict_on_dut",
    "bench",
    "run",
    "begun_utc",
    "verdict",
    "counts",
    "stale",
)
Cells = Mapping[str, object]


def as_csv(found: Matrix) -> str:
    """Return the table, its lines ended by CR LF.

    A requirement has a row for each case of its plans on each pump, and one for each pump on which a plan has not run;
    `counts` says "yes" where a verdict is the newest of its case, on which the requirement's verdict rests.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in _rows(found):
        table.writerow([_cell(row.get(name, "")) for name in COLUMNS])
    return text.getvalue()


def _rows(found: Matrix) -> Iterator[Cells]:
    missing = gaps(found)
    for gap in missing:
        of = gap.requirement or gap.plan or gap.dut
        yield {"gap": gap.kind.value, "gap_said": gap.said, "gap_of": of, "run": gap.run}
    kinds = _by_requirement(missing)
    for row in found.requirements:
        head = _head(row, kinds.get(row.id, ()))
        for plan in row.plans:
            for cells in _of_plan(plan, row, found.duts):
                yield {**head, **cells}
        if not row.plans:
            yield head
    for plan in found.without_requirement():
        yield from _of_plan(plan, None, ())


def _by_requirement(missing: tuple[Gap, ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for gap in missing:
        if gap.requirement:
            found.setdefault(gap.requirement, {})[gap.kind.value] = None
    return {name: tuple(kinds) for name, kinds in found.items()}


def _head(row: RequirementRow, kinds: tuple[str, ...]) -> Cells:
    return {
        "requirement": row.id,
        "text": row.said.text,
        "source": row.said.source,
        "hazard": row.said.hazard,
        "method": row.said.method,
        "no_plan": row.said.no_plan,
        "requirement_verdict": row.standing,
        "requirement_verdict_physical": row.physical_standing,
        "requirement_gaps": "; ".join(kinds),
    }


def _of_plan(plan: PlanRow, row: RequirementRow | None, duts: tuple[DutRow, ...]) -> Iterator[Cells]:
    head = {"plan": plan.name, "line": plan.plan.line, "plan_verdict": plan.standing}
    counting = {id(each) for each in plan.verdicts}
    for each in plan.on_duts:
        on_dut = row.standing_on(each.dut) if row is not None else ""
        yield {**head, **_case(each, on_dut), "counts": "yes" if id(each) in counting else ""}
    for dut in duts:
        if row is not None and not plan.standing_on(dut.dut):
            on_dut = row.standing_on(dut.dut)
            yield {**head, **_dut(dut.dut, on_dut)}
    if not plan.on_duts and not duts:
        yield head


def _case(each: Verdict, on_dut: str) -> Cells:
    return {
        "case": each.name,
        **_dut(each.dut, on_dut),
        "bench": each.run.bench,
        "run": each.run.run_id,
        "begun_utc": iso_utc(each.run.begun_utc_ns),
        "verdict": each.verdict,
        "stale": "; ".join(each.stale),
    }


def _dut(dut: Dut, on_dut: str) -> Cells:
    kind = "mocked" if dut.mocked else "physical"
    return {"kind": kind, "model": dut.model, "dut": dut.serial, "requirement_verdict_on_dut": on_dut}


def _cell(value: object) -> object:
    return written(value) if isinstance(value, str) else value


@lru_cache(maxsize=1 << 14)
def written(text: str) -> object:
    """Return a text as it stands in a cell: plain, and no formula; `read_cell` reads it back.

    A text that is led by apostrophes before what would be a formula gets one more, so that one is always taken away.
    """
    shown = plain_text(text)
    bare = shown.lstrip("'")
    return f"'{shown}" if table_cell(bare) != bare else shown


def read_cell(text: str) -> str:
    """Return the text of a cell, without the apostrophe that keeps a spreadsheet from calculating it."""
    bare = text.lstrip("'")
    return text[1:] if text.startswith("'") and table_cell(bare) != bare else text
