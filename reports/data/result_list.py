"""The results of a run as one flat list for a LIMS: a row for each result, and for each plan that none speaks for."""

import json
from importlib import metadata

from reports.data.values import Json, finite
from reports.facts.run_facts import Run
from reports.words.numbers import utc
from reports.words.results import bounds, value_text
from reports.words.verdict_rows import Row, verdict_rows
from rig.plain_text import plain_text

SCHEMA = "pump-rig/results"
VERSION = 1


def render(run: Run) -> bytes:
    """Return the list as JSON: the same bytes for the same run. Its keys are those of `results.schema.json`."""
    text = json.dumps(list_of(run), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{plain_text(text)}\n".encode()


def list_of(run: Run) -> Json:
    """Return the list, failures first; a row holds all that belongs to it and needs no other."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "written_by": f"pump-rig {metadata.version('pump-rig')}",
        "results": [_row(row, run) for row in verdict_rows(run)],
    }


def _row(row: Row, run: Run) -> Json:
    return {
        "verdict": row.verdict,
        "name": "" if row.result is None else row.name,
        "plan": _plan(row),
        "setting": row.setting,
        "requirements": list(row.requirements),
        **_measured(row),
        "said": row.said,
        "dut_model": run.dut_model,
        "dut_serial": run.dut_serial,
        "dut_batch": run.batch,
        "mocked": run.mocked,
        "bench": run.bench,
        "operator": run.operator,
        "run": run.run_id,
        "run_state": run.state,
        "run_from_utc": utc(run.begin_ns),
        "run_to_utc": utc(run.end_ns),
        "record_sha256": run.provenance.head,
    }


def _plan(row: Row) -> str:
    """Return the node id of a row's plan: a row without a result has it for its plan's name."""
    return row.plan if row.result is None else row.result.said.plan


def _measured(row: Row) -> Json:
    """Return what was measured and judged; null, "" and [] where a plan has no result."""
    result = row.result
    number = None if result is None else result.number
    limit = None if result is None else result.limit
    judged = number is not None and row.verdict != "INVALID"
    said = None if result is None else result.said
    return {
        "entry": None if result is None else result.seq,
        "text": "" if result is None else value_text(result),
        "value": None if number is None else finite(number.value),
        "expanded": None if number is None else finite(number.expanded),
        "k": None if number is None else finite(number.k),
        "unit": "" if result is None else result.unit,
        "fact": "" if said is None else said.fact,
        "limit": "" if said is None else said.limit_name,
        "limit_text": "" if limit is None else bounds(limit),
        "lower": None if limit is None or limit.lower is None else finite(limit.lower),
        "upper": None if limit is None or limit.upper is None else finite(limit.upper),
        "conformance_probability": finite(number.judgement.conformance_probability) if number and judged else None,
        "fault": "" if said is None or said.sorted_as is None else str(said.sorted_as.fault),
        "reasons": [] if said is None else list(said.reasons),
        "from_utc": "" if result is None else utc(result.recipe.from_ns),
        "to_utc": "" if result is None else utc(result.recipe.to_ns),
    }
