"""Reads a bench file: every mistake reported at once, each with its place, what was found and what is allowed.

A bench file is TOML. What all benches have in common is modelled in `rig.bench_file.tables`; the keys of one
instrument are modelled by its driver's `Settings`, those of its twin by the twin's `Parameters`. All is validated in
one pass.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from rig.bench_file.tables import (
    AmbientSection,
    BenchSection,
    Calibration,
    Document,
    DutSection,
    InfluxSection,
    InstrumentCommon,
    InstrumentSettings,
    M,
    PowerSection,
    SafetySection,
    TomlTable,
    TwinParameters,
    WeighingSection,
)
from rig.capabilities import CAPABILITIES
from rig.clock import NS_PER_S
from rig.discovery import find_class, find_driver, find_twin
from rig.errors import BenchFileError, DiscoveryError

TWIN_PORT = "(its twin)"


@dataclass(frozen=True, slots=True)
class InstrumentEntry:
    """One instrument of a bench: its driver with validated settings, and on a mocked bench its twin."""

    name: str
    capability: str
    driver_name: str
    driver: Any
    settings: InstrumentSettings
    calibration: Calibration | None
    sample_every_s: float | None
    twin: Any
    twin_parameters: TwinParameters | None


@dataclass(frozen=True, slots=True)
class BenchFile:
    """A bench file that holds no mistake."""

    path: Path
    text: str
    bench: BenchSection
    dut: DutSection
    safety: SafetySection
    power: PowerSection | None
    weighing: WeighingSection | None
    ambient: AmbientSection | None
    laboratory: TwinParameters | None
    instruments: tuple[InstrumentEntry, ...]
    influxdb: InfluxSection | None = None

    @property
    def mocked(self) -> bool:
        """Tell whether twins stand in for the instruments."""
        return self.bench.kind == "mocked"

    @property
    def simulated(self) -> bool:
        """Tell whether what is measured is simulated, here or by twins hosted elsewhere."""
        return self.mocked or self.bench.simulated

    @property
    def sha256(self) -> str:
        """Return the hash of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def epoch_ns(self) -> int:
        """Return where virtual time begins, UTC nanoseconds."""
        epoch = self.bench.epoch or datetime(1970, 1, 1, tzinfo=UTC)
        return int(epoch.timestamp()) * NS_PER_S

    def overdue(self, today: date) -> tuple[str, ...]:
        """Return a line for each instrument whose calibration has run out; simulated instruments need none."""
        if self.simulated:
            return ()
        return tuple(
            f"{entry.name}: calibration {entry.calibration.id} was due on {entry.calibration.due}"
            for entry in self.instruments
            if entry.calibration is not None and entry.calibration.due < today
        )


def load_bench_file(path: Path) -> BenchFile:
    """Read and check a bench file; raise BenchFileError with every mistake in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BenchFileError(str(path), [f"the file cannot be read: {error}"]) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BenchFileError(str(path), [f"not TOML: {error}"]) from error
    return _Checker(path, text).check(raw)


class _Checker:
    """Collects mistakes over the whole file before it gives up."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.mistakes: list[str] = []

    def check(self, raw: dict[str, Any]) -> BenchFile:
        document = self.model(Document, raw, "")
        tables = raw.get("instruments")
        # The instruments are looked at even when the rest of the file is wrong: all mistakes in one go.
        kind = raw.get("bench", {}).get("kind") if isinstance(raw.get("bench"), dict) else None
        entries = []
        if isinstance(tables, dict):
            entries = [self.instrument(n, t, mocked=kind == "mocked") for n, t in tables.items() if isinstance(t, dict)]
        instruments = tuple(entry for entry in entries if entry is not None)
        laboratory = self.laboratory(raw.get("laboratory", {}), mocked=kind == "mocked")
        if document is not None:
            self.whole(document, instruments)
        if self.mistakes or document is None:
            raise BenchFileError(str(self.path), self.mistakes)
        return BenchFile(
            path=self.path,
            text=self.text,
            bench=document.bench,
            dut=document.dut,
            safety=document.safety,
            power=document.power,
            weighing=document.weighing,
            ambient=document.ambient,
            laboratory=laboratory,
            instruments=instruments,
            influxdb=document.influxdb,
        )

    def model(self, kind: type[M], raw: object, place: str, also: frozenset[str] = frozenset()) -> M | None:
        try:
            return kind.model_validate(raw)
        except ValidationError as error:
            self.mistakes.extend(_line(detail, place, kind, also) for detail in error.errors())
            return None

    def instrument(self, name: str, table: dict[str, Any], *, mocked: bool) -> InstrumentEntry | None:
        place = f"instruments.{name}"
        common_keys = set(InstrumentCommon.model_fields)
        common = self.model(InstrumentCommon, {k: v for k, v in table.items() if k in common_keys}, place)
        if common is None:
            return None
        try:
            driver = find_driver(common.driver)
            twin = find_twin(common.driver) if mocked else None
        except DiscoveryError as error:
            self.mistakes.append(f"{place}.driver: {error}")
            return None
        raw_settings = {k: v for k, v in table.items() if k not in common_keys}
        if mocked:
            if "port" in raw_settings:
                self.mistakes.append(
                    f"{place}.port: found {raw_settings['port']!r}; a mocked bench's twins give the port"
                )
            raw_settings["port"] = TWIN_PORT
        elif common.twin is not None:
            self.mistakes.append(f"{place}.twin: a physical bench has no twins")
        settings = self.model(driver.Settings, raw_settings, place, frozenset(common_keys))
        parameters = self.model(twin.Parameters, common.twin or {}, f"{place}.twin") if twin is not None else None
        if driver.measuring and common.calibration is None:
            self.mistakes.append(f"{place}.calibration: missing; a measuring instrument needs {{ id = …, due = … }}")
        if settings is None or (twin is not None and parameters is None):
            return None
        return InstrumentEntry(
            name=name,
            capability=driver.capability,
            driver_name=common.driver,
            driver=driver,
            settings=settings,
            calibration=common.calibration,
            sample_every_s=common.sample_every_s,
            twin=twin,
            twin_parameters=parameters,
        )

    def laboratory(self, raw: object, *, mocked: bool) -> TwinParameters | None:
        if not mocked:
            if raw:
                self.mistakes.append("laboratory: a physical bench has a real laboratory; leave this table out")
            return None
        return self.model(find_class("instruments.plant.laboratory:Parameters", "", ""), raw, "laboratory")

    def whole(self, document: Document, instruments: tuple[InstrumentEntry, ...]) -> None:
        """Check what no single table can know."""
        bench = document.bench
        if bench.clock == "virtual" and bench.kind == "physical":
            self.mistakes.append("bench.clock: found 'virtual'; a physical bench lives on the 'wall' clock")
        if bench.clock_speed != 1.0 and not (bench.simulated and bench.clock == "wall"):
            self.mistakes.append(
                f"bench.clock_speed: found {bench.clock_speed:g}; only a wall clock before simulated instruments runs "
                "faster than time"
            )
        if bench.clock == "virtual" and bench.epoch is None:
            self.mistakes.append("bench.epoch: missing; virtual time needs a beginning, such as 2026-01-05T08:00:00Z")
        seen: dict[str, str] = {}
        for entry in instruments:
            if entry.capability not in CAPABILITIES:
                self.mistakes.append(f"instruments.{entry.name}.driver: capability {entry.capability!r} is not known")
            if entry.capability in seen:
                self.mistakes.append(
                    f"instruments.{entry.name}: a second {entry.capability} beside "
                    f"{seen[entry.capability]!r}; one is allowed"
                )
            seen[entry.capability] = entry.name
        pump_every_s = next((e.sample_every_s for e in instruments if e.capability == "pump"), None)
        if pump_every_s is not None and pump_every_s * 2 > document.safety.link_watchdog_s:
            self.mistakes.append(
                f"safety.link_watchdog_s: found {document.safety.link_watchdog_s:g}; must be at least twice the pump's "
                f"sample_every_s of {pump_every_s:g}, which is what keeps the watchdog quiet"
            )
        if "balance" in seen and document.weighing is None:
            self.mistakes.append("weighing: missing; a bench with a balance says what the balance is worth")


def _line(detail: Any, place: str, kind: type[TomlTable], also: frozenset[str]) -> str:
    """Say one of pydantic's findings in one line: place, found, allowed."""
    where = ".".join(str(part) for part in (place, *detail["loc"]) if part != "")
    if detail["type"] == "extra_forbidden":
        inside = detail["loc"][:-1]
        # A driver's keys share their table with those that every instrument has.
        allowed = sorted({*_allowed_keys(kind, inside), *(() if inside else also)})
        near = get_close_matches(str(detail["loc"][-1]), allowed, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{where}: this key is not known{hint}; allowed here: {', '.join(allowed)}"
    if detail["type"] == "missing":
        return f"{where}: missing"
    # An address may hold a password: it is not repeated.
    found = "an address with an '@'" if "@" in str(detail["input"]) else repr(detail["input"])
    return f"{where}: found {found}; {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _allowed_keys(kind: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Return the keys allowed in the table at `loc` below a model."""
    for part in loc:
        field = kind.model_fields.get(str(part))
        if field is None:
            return []
        inner = [a for a in (field.annotation, *get_args(field.annotation)) if isinstance(a, type)]
        models = [a for a in inner if issubclass(a, BaseModel)]
        if not models:
            return []
        kind = models[0]
    return sorted(kind.model_fields)
