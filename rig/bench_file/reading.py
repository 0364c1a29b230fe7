"""Reads a bench file: every mistake reported at once, each with its place, what was found and what is allowed.

A bench file is TOML. What all benches have in common is modelled in `rig.bench_file.tables`; the keys of one
instrument are modelled by its driver's `Settings`, those of its twin by the twin's `Parameters`. All is validated in
one pass.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rig.bench_file.challenges import CHALLENGES, ChallengesSection, wrong_table
from rig.bench_file.checking import Checker
from rig.bench_file.proof import ProofSection, wrong_proof
from rig.bench_file.tables import (
    Accuracy,
    AmbientSection,
    BenchSection,
    Calibration,
    CheckWeightSection,
    Document,
    DutSection,
    InfluxSection,
    InstrumentCommon,
    InstrumentSettings,
    InterlocksSection,
    LiquidSection,
    OperatorSection,
    PowerSection,
    SafetySection,
    TwinParameters,
    WeighingSection,
)
from rig.bench_file.whole import Standing, check_whole
from rig.clock import NS_PER_S
from rig.discovery import find_class, find_driver, find_twin
from rig.errors import BenchFileError, DiscoveryError
from rig.safety.places import place_of

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_S_PER_DAY = 86_400
TWIN_PORT = "(its twin)"


@dataclass(frozen=True, slots=True)
class InstrumentEntry:
    """One instrument of a bench: its driver with validated settings, and on a mocked bench its twin.

    `role` is what it is for on this bench; the one instrument of a kind that has no role of its own serves under the
    name of its capability, and is the one that plans and verdicts mean.
    """

    name: str
    capability: str
    role: str
    driver_name: str
    driver: Any
    settings: InstrumentSettings
    calibration: Calibration | None
    accuracy: Accuracy | None
    sample_every_s: float | None
    away_s: float
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
    liquid: LiquidSection | None
    ambient: AmbientSection | None
    laboratory: TwinParameters | None
    instruments: tuple[InstrumentEntry, ...]
    influxdb: InfluxSection | None = None
    challenges: ChallengesSection = field(default_factory=ChallengesSection)
    operator: OperatorSection = field(default_factory=OperatorSection)
    check_weight: CheckWeightSection | None = None
    interlocks: InterlocksSection = field(default_factory=InterlocksSection)
    proof: ProofSection = field(default_factory=ProofSection)

    @property
    def ports(self) -> tuple[str, ...]:
        """Return where the instruments are reached; devices behind one driver or server are told apart."""
        return tuple(f"{entry.settings.port} {one}".strip() for entry in self.instruments for one in _devices(entry))

    @property
    def latching_ports(self) -> tuple[str, ...]:
        """Return where real pumps are: no bench of another name reaches them while this one is latched."""
        pumps = [entry for entry in self.instruments if entry.capability == "pump"]
        return () if self.simulated else tuple(place_of(entry.settings.port) for entry in pumps)

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
        """Return where virtual time begins, UTC nanoseconds, to the last digit that the file has."""
        since = (self.bench.epoch or _UNIX_EPOCH) - _UNIX_EPOCH
        # In whole numbers: a float of seconds since 1970 keeps no nanoseconds.
        return (since.days * _S_PER_DAY + since.seconds) * NS_PER_S + since.microseconds * 1000

    def overdue(self, today: date) -> tuple[str, ...]:
        """Return a line for each instrument whose calibration has run out; simulated instruments need none."""
        if self.simulated:
            return ()
        return tuple(
            f"{entry.name}: calibration {entry.calibration.id} was due on {entry.calibration.due}"
            for entry in self.instruments
            if entry.calibration is not None and entry.calibration.due < today
        )


def _devices(entry: InstrumentEntry) -> tuple[str, ...]:
    """Return the devices behind a port that an instrument needs; one without a name where the port is all there is."""
    devices: tuple[str, ...] = getattr(entry.settings, "devices", (getattr(entry.settings, "device", ""),))
    return devices


def load_bench_file(path: Path) -> BenchFile:
    """Read and check a bench file; raise BenchFileError with every mistake in it."""
    checker = Checker(path, BenchFileError)
    return checker.whole(_bench(checker))


def _bench(checker: Checker) -> BenchFile | None:
    raw = checker.raw
    document = checker.table(Document, raw)
    bench, tables = raw.get("bench"), raw.get("instruments")
    mocked = isinstance(bench, dict) and bench.get("kind") == "mocked"
    named = tables.items() if isinstance(tables, dict) else ()
    found = [_instrument(checker, name, table, mocked=mocked) for name, table in named if isinstance(table, dict)]
    instruments = tuple(entry for _, entry in found if entry is not None)
    standing = [one for one, _ in found if one is not None]
    laboratory = _laboratory(checker, raw.get("laboratory", {}), mocked=mocked)
    challenges = _challenges(checker, raw.get("challenges", {}), standing, mocked=mocked)
    proof = _proof(checker, raw, standing)
    check_whole(checker, raw, standing)
    if document is None or challenges is None or proof is None:
        return None
    return BenchFile(
        path=checker.path,
        text=checker.text,
        bench=document.bench,
        dut=document.dut,
        safety=document.safety,
        power=document.power,
        weighing=document.weighing,
        liquid=document.liquid,
        ambient=document.ambient,
        laboratory=laboratory,
        instruments=instruments,
        influxdb=document.influxdb,
        challenges=challenges,
        operator=document.operator,
        check_weight=document.check_weight,
        interlocks=document.interlocks,
        proof=proof,
    )


def _instrument(
    checker: Checker, name: str, table: dict[str, object], *, mocked: bool
) -> tuple[Standing | None, InstrumentEntry | None]:
    """Check one instrument's table against what all instruments have, its driver and its twin.

    Returns what can be said of it although something is wrong, and the instrument where nothing is.
    """
    place = ("instruments", name)
    common_keys = frozenset(InstrumentCommon.model_fields)
    common = checker.table(InstrumentCommon, {k: v for k, v in table.items() if k in common_keys}, place)
    driver_name = table.get("driver")
    if not isinstance(driver_name, str) or not driver_name:
        return None, None
    try:
        driver = find_driver(driver_name)
        twin = find_twin(driver_name) if mocked else None
    except DiscoveryError as error:
        checker.mistake((*place, "driver"), str(error))
        return None, None
    if mocked and "port" in table:
        checker.mistake((*place, "port"), f"found {table['port']!r}; a mocked bench's twins give the port")
    if not mocked and "twin" in table:
        checker.mistake((*place, "twin"), "a physical bench has no twins")
    own = {key: value for key, value in table.items() if key not in common_keys}
    settings = checker.table(driver.Settings, own | ({"port": TWIN_PORT} if mocked else {}), place, beside=common_keys)
    parameters = None
    if twin is not None and isinstance(table.get("twin", {}), dict):
        parameters = checker.table(twin.Parameters, table.get("twin", {}), (*place, "twin"))
    if driver.measuring and "calibration" not in table:
        words = "missing; a measuring instrument needs { id = …, due = … }"
        checker.mistake((*place, "calibration"), words)
    standing = Standing(
        name=name,
        driver=driver,
        capability=driver.capability,
        role=str(table.get("role", "")) or driver.capability,
        port="" if mocked else str(table.get("port", "")),
        settings=settings,
        sample_every_s=common.sample_every_s if common is not None else None,
        is_paced=common is not None,
    )
    if common is None or settings is None or (twin is not None and parameters is None):
        return standing, None
    entry = InstrumentEntry(
        name=name,
        capability=driver.capability,
        role=common.role or driver.capability,
        driver_name=driver_name,
        driver=driver,
        settings=settings,
        calibration=common.calibration,
        accuracy=common.accuracy,
        sample_every_s=common.sample_every_s,
        away_s=common.away_s,
        twin=twin,
        twin_parameters=parameters,
    )
    return standing, entry


def _laboratory(checker: Checker, raw: object, *, mocked: bool) -> TwinParameters | None:
    if mocked:
        return checker.table(find_class("instruments.plant.laboratory:Parameters", "", ""), raw, ("laboratory",))
    if raw:
        checker.mistake(("laboratory",), "a physical bench has a real laboratory; leave this table out")
    return None


def _challenges(
    checker: Checker, raw: object, standing: Sequence[Standing], *, mocked: bool
) -> ChallengesSection | None:
    """Check by what the bench does what is done to a pump, and that it stands there."""
    section = checker.table(ChallengesSection, raw, ("challenges",))
    by_role = {entry.role: entry for entry in standing}
    for verb in CHALLENGES if section is not None else ():
        table = section.of(verb) if section is not None else None
        if table is None:
            continue
        for key, words in wrong_table(verb, table, mocked=mocked):
            checker.mistake(("challenges", verb, key), words)
        if table.by in ("daq", "supply") and table.by not in by_role:
            checker.mistake(("challenges", verb, "by"), f"found {table.by!r}; no {table.by} stands on this bench")
        elif table.by == "daq" and getattr(by_role["daq"].settings, "is_interlock", lambda _: False)(table.line):
            words = f"found {table.line!r}; that line moves the interlock relay, which is for safety alone"
            checker.mistake(("challenges", verb, "line"), words)
    return section


def _proof(checker: Checker, raw: dict[str, object], standing: Sequence[Standing]) -> ProofSection | None:
    """Check what the daily proof is to be, and that the bench can be proved so."""
    section = checker.table(ProofSection, raw.get("proof", {}), ("proof",))
    if section is not None:
        roles = [one.role for one in standing]
        inputs = {one.role: channel_names(one.settings) for one in standing}
        for place, words in wrong_proof(section, inputs, roles, powered="power" in raw):
            checker.mistake(("proof", *place), words)
    return section


def channel_names(settings: object) -> tuple[str, ...]:
    """Return the names of the channels that an instrument's settings state, () where its driver knows them alone."""
    return tuple(one.name for one in getattr(settings, "channels", ()))
