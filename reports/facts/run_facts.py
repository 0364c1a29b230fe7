"""What a report says about a run: frozen facts, read from the record by `reports.facts.run_reading`."""

from dataclasses import dataclass, field

from reports.facts.bench_fit import BenchFit
from reports.facts.charts import Chart
from reports.facts.made_with import MadeWith
from reports.facts.other_runs import OtherRuns
from reports.facts.qa_notes import ShownNote
from reports.facts.timelines import Timeline
from rig.faults import Sorted
from rig.record.bodies.codec import Json
from rig.record.bodies.events import OutcomeWord, ProjectionSeen
from rig.record.bodies.judging import Limit, Requirement
from rig.record.bodies.others import SamplerCounted
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Number, Result
from rig.record.bodies.start import LiquidFacts


@dataclass(frozen=True, slots=True)
class ShownResult:
    """One result as the record has it: `seq` is its entry's number, `name` what the plan called it.

    Everything that a face shows of it is in `said`: no face computes a number of its own.
    """

    seq: int
    name: str
    said: Result

    @property
    def verdict(self) -> str:
        """Return the verdict."""
        return self.said.verdict

    @property
    def number(self) -> Number | None:
        """Return the number; None when the data allowed none, or when the claim is about a fact."""
        return self.said.number

    @property
    def unit(self) -> str:
        """Return the unit of the number and its limit."""
        return self.said.unit

    @property
    def limit(self) -> Limit | None:
        """Return the limit; None for a claim about a fact."""
        return self.said.limit

    @property
    def recipe(self) -> Recipe:
        """Return what was asked of which span."""
        return self.said.recipe


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan, in the record's word for it, and why; whose fault it is, unless its results say so."""

    word: OutcomeWord
    why: str = ""
    sorted_as: Sorted | None = None


@dataclass(frozen=True, slots=True)
class RequirementEvidence:
    """A requirement, with what this run says of it: a verdict for each result and each plan that traces to it."""

    id: str
    said: Requirement
    verdicts: tuple[str, ...]
    results: int


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
    arguments: dict[str, Json]
    result: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something worth a reader's attention: it happened `count` times from `t_ns` to `last_ns` (UTC ns)."""

    t_ns: int
    last_ns: int
    count: int
    name: str
    text: str
    failure: bool


@dataclass(frozen=True, slots=True)
class Projected:
    """What was projected of one result of a plan: how often, what first and what last (UTC ns)."""

    plan: str
    result: str
    count: int
    first_ns: int
    first: ProjectionSeen
    last_ns: int
    last: ProjectionSeen


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
class TruthRow:
    """One row: whose truth, its volume with U (k = 2), µL, and how far it is from the programme, %; None for none.

    `certain` is a volume without uncertainty; `words` is what is said besides, or instead.
    """

    of: str
    name: str
    volume_ul: float | None
    expanded_ul: float
    off_percent: float | None
    words: str
    told: bool

    @property
    def certain(self) -> bool:
        """Tell whether the volume has no uncertainty: what was ordered was ordered."""
        return self.expanded_ul == 0.0


@dataclass(frozen=True, slots=True)
class TruthTable:
    """The three truths of a plan: all rows, each sentence that contradicts, and what fits that, in words.

    `together` says what all paths that measured it come to, or which of them is off; "" for one path alone.
    """

    rows: tuple[TruthRow, ...]
    against: tuple[str, ...]
    findings: tuple[str, ...]
    together: str = ""


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs and timelines of a plan, the figures behind them, and remarks: which graphs there are not, and why.

    `truths` is None for a plan that delivered nothing, or stood on a bench without pump or balance.
    """

    charts: tuple[Chart, ...] = ()
    tables: tuple[TrumpetTable, ...] = ()
    remarks: tuple[str, ...] = ()
    truths: TruthTable | None = None
    timelines: tuple[Timeline, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan as it ran. `end_ns` is None when its end is not in the record; then it was interrupted, or still runs.

    `outcome` is None when the record does not say what became of it: it still runs, or an earlier rig wrote it.
    `title` and `case` come from its node id, `purpose` is the first line of its docstring ("" when it has none).
    """

    node_id: str
    outcome: Outcome | None
    title: str
    case: str
    purpose: str
    requirements: tuple[str, ...]
    begin_ns: int
    end_ns: int | None
    results: tuple[ShownResult, ...]
    spans: tuple[Span, ...]
    told: tuple[Told, ...]
    graphs: Graphs


@dataclass(frozen=True, slots=True)
class BenchInstrument:
    """An instrument of the bench; `identity` is what it said it is, "" when it was never connected.

    `role` is what it is for on this bench. `counts` is None until the run has stopped.
    """

    name: str
    role: str
    driver: str
    identity: str
    calibration_id: str
    calibration_due: str
    as_found: str
    overdue: bool
    counts: SamplerCounted | None


@dataclass(frozen=True, slots=True)
class RecordedSignal:
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
class Run:
    """Everything that a report says. `state` is FINISHED, ABORTED, INTERRUPTED, RUNNING or UNCLOSED (killed).

    `others` is what other runs say, None where nobody looked for them, `notes` what QA noted. `left_out` are the plans
    that were not selected on purpose. `begun_wall_utc` is when it began by the machine's clock, ISO 8601, "" where that
    was not written.
    """

    run_id: str
    state: str
    mocked: bool
    bench: str
    clock: str
    dut_model: str
    dut_serial: str
    batch: str
    operator: str
    seed: int
    begin_ns: int
    end_ns: int
    plans: tuple[Plan, ...]
    requirements: tuple[RequirementEvidence, ...]
    instruments: tuple[BenchInstrument, ...]
    signals: tuple[RecordedSignal, ...]
    noted: tuple[Noted, ...]
    projected: tuple[Projected, ...]
    delivered: tuple[tuple[str, float], ...]
    overdue: tuple[str, ...]
    liquid: LiquidFacts | None
    weighing: tuple[tuple[str, str], ...]
    provenance: MadeWith
    fit: BenchFit = field(default_factory=BenchFit)
    others: OtherRuns | None = None
    notes: tuple[ShownNote, ...] = ()
    selected: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    begun_wall_utc: str = ""

    @property
    def results(self) -> tuple[ShownResult, ...]:
        """Return the results of all plans."""
        return tuple(result for plan in self.plans for result in plan.results)
