"""All graphs of a plan: start-up and trumpet of each flow result, boluses and windows one by one, delivered volume."""

from dataclasses import replace

from reports.facts.bolus_graphs import bolus_chart
from reports.facts.flow_graphs import flow_graphs
from reports.facts.run_facts import Graphs, Plan, ShownResult
from reports.facts.truths import truth_table
from reports.facts.volumes import volume_charts
from reports.facts.weighings import Weighed, weigh, weigh_roughly
from reports.facts.window_graphs import windows_chart
from rig.errors import MetrologyError
from rig.evaluation.definition import GraphKind
from rig.evaluation.orders import DELIVERS
from rig.evaluation.registry import kinds
from rig.record.reader import RecordReader


def graphs_of(reader: RecordReader, plan: Plan, end_ns: int) -> Graphs:
    """Return a plan's graphs up to `end_ns` (its end, or as far as the record goes); what cannot be drawn says why."""
    remarks: list[str] = []
    weighed = _weighed(reader, plan, end_ns, remarks)
    flows = [result for result in plan.results if _graph(result) is GraphKind.FLOW]
    parts = [flow_graphs(reader, plan, result) for result in flows]
    charts = [
        replace(chart, title=f"{chart.title}: {result.name}") if len(flows) > 1 else chart
        for result, part in zip(flows, parts, strict=True)
        for chart in part.charts
    ]
    charts += [
        bolus_chart(result)
        for result in plan.results
        if _graph(result) is GraphKind.DOSES and "error_percent" in result.said.details
    ]
    charts += [
        windows_chart(result)
        for result in plan.results
        if _graph(result) is GraphKind.WINDOWS and "error_percent" in result.said.details
    ]
    if any(told.verb in DELIVERS for told in plan.told):
        charts.extend(volume_charts(reader, plan, end_ns, weighed))
    remarks += [remark for part in parts for remark in part.remarks]
    tables = tuple(table for part in parts for table in part.tables)
    truths = truth_table(reader, plan, end_ns)
    return Graphs(tuple(charts), tables, tuple(dict.fromkeys(remarks)), truths)


def _graph(result: ShownResult) -> GraphKind:
    """Return which graph is drawn for a result; NONE for a kind of claim that this rig does not know."""
    kind = kinds().get(result.recipe.function)
    return GraphKind.NONE if kind is None else kind.graph


def _weighed(reader: RecordReader, plan: Plan, end_ns: int, remarks: list[str]) -> Weighed | None:
    """Return how this plan's masses become volumes: as a result did it, else without evaporation, else not at all."""
    for result in plan.results:
        try:
            return weigh(reader, result)
        except MetrologyError:
            continue  # the reason is in the result's own verdict, and said again where a graph is missing for it
    try:
        return weigh_roughly(reader, plan.begin_ns, end_ns)
    except MetrologyError as error:
        remarks.append(f"The balance's readings are not shown as volume: {error}.")
        return None
