"""The document of a run: everything that a report says, in the order in which a reviewer reads it."""

from importlib import metadata

from reports.data.bench import bench_of
from reports.data.other_runs import others_of
from reports.data.plans import plan_of
from reports.data.qa_notes import notes_of
from reports.data.values import Json, moment, plainly, span
from reports.facts.made_with import MadeWith
from reports.facts.run_facts import Noted, Projected, RequirementEvidence, Run
from reports.words import sentences
from reports.words.conduct import clock_sentence, selection_sentence
from reports.words.other_runs import others_alert
from reports.words.qa_notes import notes_alert
from reports.words.verdict_rows import Row, verdict_rows
from rig.record.bodies.events import ProjectionSeen
from rig.record.bodies.start import SourceFile
from rig.record.standing import overall

SCHEMA = "pump-rig/report"
VERSION = 1


def document_of(run: Run) -> Json:
    """Return the document: the same for the same run. Its keys and their meaning are those of `schema.json`."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "written_by": f"pump-rig {metadata.version('pump-rig')}",
        "mocked": run.mocked,
        "verdict": sentences.verdict(run),
        "headline": sentences.headline(run),
        "alerts": _alerts(run),
        "tally": [{"verdict": verdict, "results": count} for verdict, count in sentences.tally(run.results)],
        "dut": {"model": run.dut_model, "serial": run.dut_serial, "batch": run.batch},
        "tested": list(sentences.tested(run)),
        "selection": {
            "said": selection_sentence(run),
            "selected": list(run.selected),
            "left_out": list(run.left_out),
        },
        "methods": sentences.BORROWED,
        "run": {
            "id": run.run_id,
            "state": run.state,
            "operator": run.operator,
            "seed": run.seed,
            "clock": clock_sentence(run),
            **span(run.begin_ns, run.end_ns),
        },
        "record": {"entries": run.provenance.entries, "head_sha256": run.provenance.head, "chain": "holds"},
        "notes": notes_of(run),
        "others": others_of(run),
        "verdicts": [_row(row) for row in verdict_rows(run)],
        "requirements": [_requirement(one) for one in run.requirements],
        "plans": [plan_of(plan, run) for plan in run.plans],
        "bench": bench_of(run),
        "events": [_noted(one) for one in run.noted],
        "projections": [_projected(one) for one in run.projected],
        "delivered": [{"by": name, **plainly(amount)} for name, amount in run.delivered],
        "provenance": _provenance(run.provenance),
    }


def _alerts(run: Run) -> list[str]:
    """Return what must not be overlooked: how the run ended, what is overdue, and what of its proof did not
    hold, what other runs of the pump came to, and which deviations are open.
    """
    ended = sentences.state_sentence(run)
    told = [f"{ended} {sentences.delivered_sentence(run)}".strip()] if ended else []
    return [
        *told,
        *(f"{line}." for line in run.overdue),
        *filter(None, [run.fit.warning, others_alert(run), notes_alert(run)]),
    ]


def _row(row: Row) -> Json:
    """Return a line of the table of verdicts; `result` is the entry of its result, null where a plan has none."""
    return {
        "verdict": row.verdict,
        "result": None if row.result is None else row.result.seq,
        "name": row.name,
        "plan": row.plan,
        "setting": row.setting,
        "requirements": list(row.requirements),
        "said": row.said,
    }


def _requirement(one: RequirementEvidence) -> Json:
    return {
        "id": one.id,
        "text": one.said.text,
        "source": one.said.source,
        "hazard": one.said.hazard,
        "method": one.said.method,
        "no_plan": one.said.no_plan,
        "verdict": overall(one.verdicts),
        "results": one.results,
    }


def _noted(one: Noted) -> Json:
    return {
        "name": one.name,
        "failure": one.failure,
        "text": one.text,
        "count": one.count,
        "first": moment(one.t_ns),
        "last": moment(one.last_ns),
    }


def _projected(one: Projected) -> Json:
    return {
        "plan": one.plan,
        "result": one.result,
        "count": one.count,
        "first": _projection(one.first_ns, one.first),
        "last": _projection(one.last_ns, one.last),
    }


def _projection(t_ns: int, seen: ProjectionSeen) -> Json:
    return {**moment(t_ns), "text": sentences.projection(seen)}


def _provenance(made: MadeWith) -> Json:
    return {
        "facts": [{"name": name, "text": text} for name, text in made.facts],
        "packages": [{"name": name, "text": text} for name, text in made.packages],
        "bench_file": _source(made.bench_file),
        "judged_by": [_source(one) for one in made.judged_by],
        "plan_sources": [
            _source(one) | {"uses": [used.file for used in made.used_by(one.file)]} for one in made.plan_sources
        ],
        "helper_sources": [_source(one.source) for one in made.helper_sources],
    }


def _source(one: SourceFile) -> Json:
    return {"file": one.file, "sha256": one.sha256, "text": one.text}
