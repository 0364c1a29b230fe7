"""A plan in the document: what became of it, its results, the three truths and what the pump was told."""

from reports.data.results import result_of
from reports.data.values import Json, carried, fault, moment, plainly, said, span
from reports.facts.run_facts import Plan, Run, Told, TrumpetTable, TruthRow, TruthTable, WindowRow
from reports.facts.standing import standing
from reports.words.numbers import lasting
from reports.words.results import extremes, off_text, overall_text, volume_text
from reports.words.sentences import outcome_sentence, setting


def plan_of(plan: Plan, run: Run) -> Json:
    """Return a plan, its results in the order in which they were settled."""
    outcome = plan.outcome
    return {
        "node_id": plan.node_id,
        "title": plan.title,
        "case": plan.case,
        "setting": setting(plan),
        "purpose": plan.purpose,
        "requirements": list(plan.requirements),
        "begin": moment(plan.begin_ns),
        "end": None if plan.end_ns is None else moment(plan.end_ns),
        "lasting": "" if plan.end_ns is None else lasting(plan.begin_ns, plan.end_ns),
        "verdict": standing(plan),
        "outcome": None if outcome is None else {"word": str(outcome.word), "why": outcome.why},
        "sentence": outcome_sentence(plan) or _without_result(plan, run),
        "fault": None if outcome is None else fault(outcome.sorted_as),
        "results": [result_of(result, run) for result in plan.results],
        "truths": None if plan.graphs.truths is None else _truths(plan.graphs.truths),
        "trumpets": [_trumpet(table) for table in plan.graphs.tables],
        "remarks": list(plan.graphs.remarks),
        "windows": [{"name": one.name, **span(one.from_ns, one.to_ns)} for one in plan.spans],
        "commands": [_told(one) for one in plan.told],
    }


def _without_result(plan: Plan, run: Run) -> str:
    if plan.results:
        return ""
    if plan.end_ns is not None:
        return "This plan ended without a result."
    return f"This plan {'still runs, so far' if run.state == 'RUNNING' else 'was interrupted'} without a result."


def _truths(table: TruthTable) -> Json:
    return {
        "rows": [_truth(row) for row in table.rows],
        "together": table.together,
        "against": list(table.against),
        "findings": list(table.findings),
    }


def _truth(row: TruthRow) -> Json:
    return {
        "of": row.of,
        "by": row.name,
        "told": row.told,
        "volume_ul": said(row.volume_ul, volume_text(row)),
        "expanded_ul": None if row.volume_ul is None else plainly(row.expanded_ul),
        "off_percent": said(row.off_percent, off_text(row)),
        "words": row.words,
    }


def _trumpet(table: TrumpetTable) -> Json:
    return {
        "result": table.result,
        "interval_min": plainly(table.interval_min),
        "overall_percent": said(table.overall_percent, overall_text(table)),
        "windows": [_window(row) for row in table.rows],
    }


def _window(row: WindowRow) -> Json:
    largest, smallest, perfect = extremes(row)
    return {
        "window_min": plainly(row.window_min),
        "positions": row.count,
        "max_percent": said(row.max_percent, largest),
        "min_percent": said(row.min_percent, smallest),
        "perfect_percent": said(row.perfect_percent, perfect),
    }


def _told(one: Told) -> Json:
    arguments = {key: one.arguments[key] for key in sorted(one.arguments)}
    return {
        "seq": one.seq,
        **moment(one.t_ns),
        "verb": one.verb,
        "arguments": carried(arguments),
        "text": ", ".join(f"{key} = {value}" for key, value in arguments.items()),
        "result": one.result,
    }
