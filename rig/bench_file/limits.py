"""Limits and requirements: what plans are judged by, kept apart from the plans."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from rig.bench_file.checking import Checker
from rig.bench_file.tables import M, TomlTable
from rig.errors import PlanFileError
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import LimitsInForce, RequirementsInForce


class LimitTable(TomlTable):
    """Within what a result must lie, agreed before measuring; `source` says who says so."""

    unit: str = Field(min_length=1)
    lower: float | None = None
    upper: float | None = None
    coverage_k: float = Field(default=2.0, gt=0, le=5)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lower is None and self.upper is None:
            raise ValueError("a limit needs lower, upper or both")
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError(f"lower {self.lower:g} must be below upper {self.upper:g}")
        return self


class EvaporationSection(TomlTable):
    """How long the bench weighs at zero flow before and after each plan that doses."""

    zero_flow_hours: float = Field(ge=0, le=48)
    settle_minutes: float = Field(ge=0, le=600)


class TrumpetSection(TomlTable):
    """How start-up graphs and trumpet curves are drawn; a sample interval is demanded, never assumed."""

    sample_interval_min: float = Field(gt=0)
    windows_min: tuple[float, ...] = Field(min_length=1)


class AgreementSection(TomlTable):
    """How far what instruments, books and clocks say may lie apart, beyond the uncertainty of comparing them."""

    total_percent: float | None = Field(default=None, gt=0, le=100)
    course_percent: float = Field(default=10.0, gt=0, le=100)
    hours_percent: float | None = Field(default=None, gt=0, le=100)
    books_percent: float = Field(default=5.0, gt=0, le=100)
    clock_ppm: float = Field(default=100.0, gt=0, le=1e6)


class TimingSection(TomlTable):
    """How late readings may begin on the wall clock, and how many may be lost, for a plan's numbers to be judged."""

    late_s: float = Field(default=0.1, gt=0, le=3600)
    late_share: float = Field(default=0.5, ge=0, le=100)
    worst_s: float = Field(default=10.0, gt=0, le=86_400)
    lost_percent: float = Field(default=1.0, ge=0, le=100)


class LimitsFile(TomlTable):
    """limits.toml."""

    evaporation: EvaporationSection
    trumpet: TrumpetSection | None = None
    agreement: AgreementSection = AgreementSection()
    timing: TimingSection = TimingSection()
    limits: dict[str, LimitTable]


class RequirementTable(TomlTable):
    """One requirement to trace to: what hurts whom without it, how it is verified, and why by no plan if by none."""

    text: str = Field(min_length=1)
    source: str = Field(min_length=1)
    hazard: str = Field(default="", min_length=1)
    method: str = Field(default="", min_length=1)
    no_plan: str = Field(default="", min_length=1)


class RequirementsFile(TomlTable):
    """requirements.toml."""

    requirements: dict[str, RequirementTable]


def load_limits(path: Path) -> LimitsInForce:
    """Read limits.toml; raise PlanFileError with every mistake in it."""
    return from_body(LimitsInForce, _load(path, LimitsFile).model_dump(mode="json"), str(path))


def load_requirements(path: Path) -> RequirementsInForce:
    """Read requirements.toml; raise PlanFileError with every mistake in it."""
    return from_body(RequirementsInForce, _load(path, RequirementsFile).model_dump(mode="json"), str(path))


def _load(path: Path, kind: type[M]) -> M:
    checker = Checker(path, PlanFileError)
    return checker.whole(checker.table(kind, checker.raw))
