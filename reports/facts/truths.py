"""The three truths of a plan: programme, the pump's own books and what was weighed, with what stands beside them."""

from collections.abc import Iterator
from contextlib import contextmanager

from reports.facts.run_facts import Plan, TruthRow, TruthTable
from rig.errors import RigError
from rig.evaluation.case import Case
from rig.evaluation.orders import DELIVERS
from rig.evaluation.truths import PROGRAMME, Truth, truths_of
from rig.record.bodies.agreement import AGREEMENT
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# A volume is shown with this coverage.
_K = 2.0


def truth_table(reader: RecordReader, plan: Plan, end_ns: int) -> TruthTable | None:
    """Return the three truths of a plan that delivered something on a bench with pump and balance; None for others.

    They are of the same span of the record as the agreement of all witnesses, so that the figures are the same.
    """
    start = reader.start()
    delivered = any(told.verb in DELIVERS and told.result == "ok" for told in plan.told)
    if not delivered or not start.in_role("pump") or not start.in_role("balance"):
        return None
    try:
        found = truths_of(case_of(reader, plan, end_ns))
    except RigError:
        return None  # readings that are no series, orders that make no sense: the results that need them say why
    if all(one.volume_ul is None for one in found.rows):
        return None
    asked_ul = found.volume_ul(PROGRAMME)
    together = "" if found.together is None else found.together.said
    return TruthTable(tuple(_row(one, asked_ul) for one in found.rows), found.against, found.findings, together)


def case_of(reader: RecordReader, plan: Plan, end_ns: int) -> Case:
    """Return a plan's case, of the span that the agreement of all witnesses is of; it is looked up once for all.

    `reader` sees the record as `as_it_ended` has it: a case goes on to the last of what was recorded.
    """
    agreed = _agreed(plan)
    span = (plan.begin_ns, end_ns) if agreed is None else (agreed.from_ns, agreed.to_ns)
    return reader.once(("case", *span), lambda: Case(reader, *span))


@contextmanager
def as_it_ended(reader: RecordReader, plan: Plan) -> Iterator[RecordReader]:
    """Yield the record as it was when a plan's claims were settled, or before the next plan began."""
    agreed = _agreed(plan)
    last_seq = None if agreed is None else agreed.last_seq
    if not last_seq:
        behind = [entry.seq for entry in reader.events(PlanBegins) if entry.t_ns > plan.begin_ns]
        last_seq = min(behind) - 1 if behind else None
    if last_seq is None:
        yield reader
        return
    with reader.as_of(last_seq) as then:
        yield then


def _agreed(plan: Plan) -> Recipe | None:
    agreed = [one.recipe for one in plan.results if one.recipe.function == AGREEMENT]
    return agreed[-1] if agreed else None


def _row(one: Truth, asked_ul: float | None) -> TruthRow:
    off = None
    if one.volume_ul is not None and asked_ul and one.name != PROGRAMME:
        off = 100.0 * (one.volume_ul / asked_ul - 1.0)
    return TruthRow(
        of=one.of,
        name=one.name,
        volume_ul=one.volume_ul,
        expanded_ul=_K * one.u_ul,
        off_percent=off,
        words=one.not_told or one.said,
        told=not one.not_told,
    )
