"""All graphs of a plan: what each of its results is best looked at by, and what the plan did as a whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from reports.facts.alarm_timelines import alarm_timeline, events_timeline, happened
from reports.facts.bolus_graphs import doses_graph
from reports.facts.charts import Chart
from reports.facts.flow_graphs import flow_graphs
from reports.facts.log_timelines import log_timeline
from reports.facts.pressure_graphs import pressure_graph, release_graph
from reports.facts.programme_graphs import change_graph, changes, programme_graph
from reports.facts.pump_graphs import books_graph, clock_graph, current_graph, power_graph
from reports.facts.request_timelines import requests_timeline
from reports.facts.rest_graphs import day_graph, rest_graph
from reports.facts.run_facts import Graphs, Plan, ShownResult
from reports.facts.shape_graphs import evenness_graph, strokes_graph
from reports.facts.sheet import Sheet, names_of
from reports.facts.truths import as_it_ended, truth_table
from reports.facts.volumes import volume_charts
from reports.facts.weighings import Weighed, weigh, weigh_roughly
from reports.facts.window_graphs import windows_graph
from rig.errors import MetrologyError, PlanError, RigError
from rig.evaluation.definition import GraphKind
from rig.evaluation.orders import DELIVERS, PumpOrder
from rig.evaluation.registry import kinds
from rig.record.reader import RecordReader

Builder = Callable[[Sheet, Sequence[ShownResult]], Graphs]

# Of results of one kind and window, but for those that have one each.
OF_RESULTS: dict[GraphKind, Builder] = {
    GraphKind.DOSES: doses_graph,
    GraphKind.WINDOWS: windows_graph,
    GraphKind.CHANGE: change_graph,
    GraphKind.EVENNESS: evenness_graph,
    GraphKind.STROKES: strokes_graph,
    GraphKind.PRESSURE: pressure_graph,
    GraphKind.RELEASE: release_graph,
    GraphKind.REST: rest_graph,
    GraphKind.DAY: day_graph,
    GraphKind.BOOKS: books_graph,
    GraphKind.CURRENT: current_graph,
    GraphKind.CLOCK: clock_graph,
    GraphKind.REQUESTS: requests_timeline,
    GraphKind.ALARM: alarm_timeline,
    GraphKind.LOG: log_timeline,
}
_ALONE = frozenset({GraphKind.ALARM, GraphKind.DAY})
# Of the plan as a whole, whichever of its results ask for it.
OF_PLANS = frozenset({GraphKind.FLOW, GraphKind.PROGRAMME, GraphKind.EVENTS, GraphKind.TRUTHS})


def graphs_of(reader: RecordReader, plan: Plan, end_ns: int) -> Graphs:
    """Return a plan's graphs up to `end_ns` (its end, or as far as the record goes); what cannot be drawn says why."""
    remarks: list[str] = []
    weighed = _weighed(reader, plan, end_ns, remarks)
    flows, charts = _flows(reader, plan)
    with as_it_ended(reader, plan) as then:
        sheet = Sheet(then, plan, end_ns)
        parts = [*_of_results(sheet), *_of_plan(sheet)]
        truths = truth_table(then, plan, end_ns)
        orders = _orders(sheet)
    charts += [chart for part in parts for chart in part.charts]
    if any(told.verb in DELIVERS for told in plan.told):
        charts.extend(volume_charts(reader, plan, end_ns, weighed, orders))
    remarks += [remark for part in (*flows, *parts) for remark in part.remarks]
    return Graphs(
        charts=tuple(charts),
        tables=tuple(table for part in flows for table in part.tables),
        remarks=tuple(dict.fromkeys(remarks)),
        truths=truths,
        timelines=tuple(timeline for part in parts for timeline in part.timelines),
    )


def graph_of(result: ShownResult) -> GraphKind:
    """Return which graph is drawn for a result; NONE for a kind of claim that this rig does not know."""
    kind = kinds().get(result.recipe.function)
    return GraphKind.NONE if kind is None else kind.graph


def _flows(reader: RecordReader, plan: Plan) -> tuple[list[Graphs], list[Chart]]:
    """Return the graphs of each flow result, and their charts, named after their results where there are several."""
    results = [result for result in plan.results if graph_of(result) is GraphKind.FLOW]
    flows = [flow_graphs(reader, plan, result) for result in results]
    charts = [
        replace(chart, title=f"{chart.title}: {result.name}") if len(results) > 1 else chart
        for result, part in zip(results, flows, strict=True)
        for chart in part.charts
    ]
    return flows, charts


def _orders(sheet: Sheet) -> tuple[PumpOrder, ...] | None:
    """Return the orders of a plan's case; None where what was recorded makes none."""
    try:
        return sheet.case.orders
    except RigError:
        return None


def _of_results(sheet: Sheet) -> Iterator[Graphs]:
    """Yield a graph for all results of one kind and window together, in the order that the plan has them."""
    together: dict[tuple[GraphKind, int, int, int], list[ShownResult]] = {}
    for result in sheet.plan.results:
        kind, recipe = graph_of(result), result.recipe
        if kind in OF_RESULTS:
            alone = result.seq if kind in _ALONE else 0
            together.setdefault((kind, recipe.from_ns, recipe.to_ns, alone), []).append(result)
    for (kind, *_), results in together.items():
        yield _drawn(names_of(results), partial(OF_RESULTS[kind], sheet, results))


def _of_plan(sheet: Sheet) -> Iterator[Graphs]:
    """Yield what the plan as a whole is looked at by: its programme where it changes, and what happened."""
    asked = {graph_of(result) for result in sheet.plan.results}
    delivers = any(told.verb in DELIVERS and told.result == "ok" for told in sheet.plan.told)
    if delivers and sheet.reader.start().in_role("balance"):
        # A flow result has its start-up graph, which shows one rate better.
        wanted = GraphKind.PROGRAMME in asked or GraphKind.FLOW not in asked
        yield _drawn("", lambda: programme_graph(sheet) if wanted or changes(sheet) else Graphs())
    yield _drawn("", lambda: power_graph(sheet))
    yield _drawn("", lambda: events_timeline(sheet) if GraphKind.EVENTS in asked or happened(sheet) else Graphs())


def _drawn(name: str, draw: Callable[[], Graphs]) -> Graphs:
    """Return what is drawn; where nothing can be, a remark why, unless it goes without saying."""
    try:
        return draw()
    except (MetrologyError, PlanError) as error:
        return Graphs(remarks=(f"{name}: no graph: {error}.",) if name else ())


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
