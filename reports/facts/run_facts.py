"""What a report says about a run: frozen facts, read from the record by `reports.facts.reading`."""

from dataclasses import dataclass
from typing import Any

from reports.facts.charts import Chart


@dataclass(frozen=True, slots=True)
class Limit:
    """Within what a result must lie; None is no limit on that side. `k` is the guard band's coverage factor."""

    name: str
    lower: float | None
    upper: float | None
    unit: str
    k: float
    source: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of an uncertainty budget; `contribution` is in the result's unit, `share_percent` of its variance."""

    name: str
    kind: str
    value: float
    u: float
    unit: str
    sensitivity: float
    contribution: float
    dof: float
    share_percent: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guard-band rule found; probabilities are fractions of 1, the guard band is in the result's unit."""

    guard_band: float
    conformance_probability: float
    wrong_accept_risk: float
    wrong_reject_risk: float


@dataclass(frozen=True, slots=True)
class Number:
    """A result's value with combined standard uncertainty, budget and decision.

    `k` is the coverage factor that was judged with: the limit's, or that of the look that stopped the measurement.
    """

    value: float
    u: float
    budget: tuple[BudgetLine, ...]
    effective_dof: float
    decision: Decision
    k: float

    @property
    def expanded(self) -> float:
        """Return U = k·u, the guard band that the verdict was reached with."""
        return self.k * self.u


@dataclass(frozen=True, slots=True)
class Result:
    """One result. `number` is None when the data allowed none: then the verdict is INVALID and `reasons` say why.

    `seq` is the entry's number in the record; the span [from_ns, to_ns) is what the recipe read.
    """

    seq: int
    name: str
    plan: str
    verdict: str
    unit: str
    limit: Limit
    number: Number | None
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    function: str
    parameters: dict[str, Any]
    details: dict[str, Any]
    from_ns: int
    to_ns: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement, with the verdicts of this run's results that trace to it."""

    id: str
    text: str
    source: str
    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A window or a zero-flow run."""

    name: str
    from_ns: int
    to_ns: int


@dataclass(frozen=True, slots=True)
class Told:
    """A command to the pump and what came of it ("ok", or why not); `seq` is its number in the record."""

    seq: int
    t_ns: int
    verb: str
    arguments: dict[str, Any]
    result: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An event worth a reader's attention."""

    t_ns: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One observation window of a trumpet curve, all but the window itself in percent."""

    window_min: float
    count: int
    max_percent: float
    min_percent: float
    perfect_percent: float


@dataclass(frozen=True, slots=True)
class TrumpetTable:
    """The figures behind a result's trumpet curve: sample interval, windows, overall error A with noise (k = 2)."""

    result: str
    interval_min: float
    rows: tuple[WindowRow, ...]
    overall_percent: float
    expanded_percent: float


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs of a plan, the figures behind them, and remarks: which graphs there are not, and why."""

    charts: tuple[Chart, ...] = ()
    tables: tuple[TrumpetTable, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan as it ran. `end_ns` is None when its end is not in the record; then it was interrupted, or still runs.

    `title` and `case` come from its node id, `purpose` is the first line of its docstring ("" when it has none).
    """

    node_id: str
    title: str
    case: str
    purpose: str
    requirements: tuple[str, ...]
    begin_ns: int
    end_ns: int | None
    results: tuple[Result, ...]
    spans: tuple[Span, ...]
    told: tuple[Told, ...]
    graphs: Graphs


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument of the bench; `identity` is what it said it is, "" when it was never connected."""

    name: str
    capability: str
    driver: str
    identity: str
    calibration_id: str
    calibration_due: str
    as_found: str
    overdue: bool
    counts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """One recorded channel over the whole run; smallest, mean and largest are NaN when no value was finite."""

    stream: str
    channel: str
    unit: str
    meaning: str
    recorded: int
    smallest: float
    mean: float
    largest: float
    chart: Chart


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the run keeps in full."""

    file: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the run was made with."""

    facts: tuple[tuple[str, str], ...]
    packages: tuple[tuple[str, str], ...]
    bench_file: Source
    plan_sources: tuple[Source, ...]
    entries: int


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a report says. `state` is FINISHED, ABORTED, INTERRUPTED, RUNNING or UNCLOSED (killed)."""

    run_id: str
    state: str
    mocked: bool
    bench: str
    clock: str
    dut_model: str
    dut_serial: str
    operator: str
    seed: int
    begin_ns: int
    end_ns: int
    plans: tuple[Plan, ...]
    requirements: tuple[Requirement, ...]
    instruments: tuple[Instrument, ...]
    signals: tuple[Signal, ...]
    noted: tuple[Noted, ...]
    delivered: tuple[tuple[str, float], ...]
    overdue: tuple[str, ...]
    weighing: tuple[tuple[str, str], ...]
    provenance: Provenance

    @property
    def results(self) -> tuple[Result, ...]:
        """Return the results of all plans."""
        return tuple(result for plan in self.plans for result in plan.results)
