"""What plans are judged by, as a run keeps it: limits and requirements."""

from dataclasses import dataclass, field

from rig.errors import UnknownLimitError, UnknownRequirementError, did_you_mean


@dataclass(frozen=True, slots=True)
class Limit:
    """Within what a result must lie, agreed before measuring; None is no limit on that side.

    `coverage_k` is the coverage factor of the guard band, `source` says who says so.
    """

    unit: str
    lower: float | None = None
    upper: float | None = None
    coverage_k: float = 2.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class ZeroFlowPlan:
    """How long the bench weighs at zero flow before and after each plan that doses."""

    zero_flow_hours: float = 0.0
    settle_minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class CurvePlan:
    """How start-up graphs and trumpet curves are drawn."""

    sample_interval_min: float
    windows_min: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far what the instruments, the books and the clocks say may lie apart before it is a contradiction.

    `total_percent` (None: the widest limit in percent) and `course_percent` are those of what was weighed against the
    programme, in all and over any stretch from a quarter of an hour on, `hours_percent` (None: the smaller of the two)
    over any from two hours on, `books_percent` of the pump's own count against what was weighed,
    `clock_ppm` of the pump's clock against the rig's. The uncertainty of the comparison comes on top of each.
    """

    total_percent: float | None = None
    course_percent: float = 10.0
    hours_percent: float | None = None
    books_percent: float = 5.0
    clock_ppm: float = 100.0


@dataclass(frozen=True, slots=True)
class TimingLimits:
    """How late readings may begin on the wall clock, and how many may be lost, before a plan's numbers are no use.

    99 of 100 begin within `late_s` or that share of their pace, whichever is more, all within `worst_s` or a pace.
    """

    late_s: float = 0.1
    late_share: float = 0.5
    worst_s: float = 10.0
    lost_percent: float = 1.0


@dataclass(frozen=True, slots=True)
class LimitsInForce:
    """limits.toml, as it was when the run began."""

    evaporation: ZeroFlowPlan = field(default_factory=ZeroFlowPlan)
    trumpet: CurvePlan | None = None
    limits: dict[str, Limit] = field(default_factory=dict)
    agreement: Agreement = field(default_factory=Agreement)
    timing: TimingLimits = field(default_factory=TimingLimits)

    @property
    def total_percent(self) -> float:
        """Return how far all that was weighed may be off the programme: as stated, else the widest limit there is."""
        if self.agreement.total_percent is not None:
            return self.agreement.total_percent
        percent = [one for one in self.limits.values() if one.unit == "%"]
        bounds = [abs(bound) for one in percent for bound in (one.lower, one.upper) if bound is not None]
        return max(bounds, default=self.agreement.books_percent)

    @property
    def hours_percent(self) -> float:
        """Return how far any two hours may be off the programme: as stated, else the smaller of all and any stretch."""
        if self.agreement.hours_percent is not None:
            return self.agreement.hours_percent
        return min(self.total_percent, self.agreement.course_percent)

    def named(self, name: str) -> Limit:
        """Return a limit; raise UnknownLimitError with those there are."""
        if name not in self.limits:
            known = ", ".join(map(repr, self.limits))
            raise UnknownLimitError(f"there is no limit {name!r}; there are {known}{did_you_mean(name, self.limits)}")
        return self.limits[name]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement to trace to.

    `hazard` says what hurts whom when it does not hold, `method` by which kind of plan and claim it is verified,
    `no_plan` why none does it; "" is not stated.
    """

    text: str
    source: str
    hazard: str = ""
    method: str = ""
    no_plan: str = ""


@dataclass(frozen=True, slots=True)
class RequirementsInForce:
    """requirements.toml, as it was when the run began."""

    requirements: dict[str, Requirement] = field(default_factory=dict)

    def named(self, name: str) -> Requirement:
        """Return a requirement; raise UnknownRequirementError with those there are."""
        if name not in self.requirements:
            hint = did_you_mean(name, self.requirements)
            raise UnknownRequirementError(
                f"there is no requirement {name!r}; there are {', '.join(self.requirements)}{hint}"
            )
        return self.requirements[name]
