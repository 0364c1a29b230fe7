"""The start of a run: everything that a reader needs to trust the rest."""

from dataclasses import dataclass, field

from rig.record.bodies.judging import LimitsInForce, RequirementsInForce

# 1: results without k and degrees of freedom, no outcomes of plans. 2: this one.
FORMAT = 2
# 1: evaporation constant between two weighings, the liquid is water. 2: its change is in the budget, nothing that
# contradicts a result leaves it a PASS. 3: a ramp asks for the staircase that its pump is told to climb.
# 4: a pump that gives a share more or less of its programme, behind a line that gives way, is no changing loss;
# two hours that are off as far as the whole may not be contradict the programme. 5: rates and volumes in the pump's log
# are held to the orders; truths that differ are the fault of whom all witnesses speak against.
# 6: linearity is of a series' outermost levels, and what noise of levels hides of a pump's own scatter is in its U.
# 7: what fails in a daily proof is the bench's; an alarm that ended delivery stays until somebody stops the pump.
# 8: k is of the shape of what is not known: where a bound is the largest part, U ends at it.
# 9: a line may let go behind a high rate what it held of it; a pump that is not the one named is a contradiction.
# 10: of one rate, volume and mean flow are one number; what came at once is in the U of every volume and part, and by
# how much the two weighings differ is in it once.
# 11: whatever takes its time ends in the pump's log when it is over, and not boluses alone; a line of it between two
# comparisons of its clock that differ may be by either; what a patient's requests are answered against their terms is
# held against the pump; a count that was read at a window's ends hides a stroke there and no more.
# 12: a patient's bolus is held to what was allowed, and not to what the pump said at the request; a line of the log
# between two settings of the clock is dated by the setting before it; how long a silence excuses an alarm and a status
# may lag goes by the readings of that moment; a call for replacement stays; a proof holds the balance to a slow flow,
# and the room to the hour before it.
# 13: what bounds the dose, windows that slide and trials, is held to the pump's count, its alarms and its refusals; of
# a stop and a permission that were told in one moment the later one holds; what a challenge of a pressure pushes back
# into a line is no dose; an end that is due may be any line that may be of then; a status that nobody read says
# nothing, and an alarm that the log alone tells of, or that stood when it was told to run, ended delivery; a bridge
# waits for a prime that began before it; what infuses beside a bolus may be off as it may be without one.
# 14: a fall that comes back is known as one where readings arrive in bursts, too; a challenge that begins when another
# of its kind ends goes on to its own end; what was heard again may be refused, and what moves no dose told again; a
# proof holds a slow flow and what comes behind a stop to the count of the pump that gives it, and takes a balance's
# wander in a blank of minutes for what is stated of it.
# 15: the pump's log is asked for an order from its moment on, though it asks for nothing until later.
# 16: an order to set the pump's clock explains a leap of it between the comparisons around that order alone.
# 17: an order to set the pump's clock must bring it where it was to go.
# 18: what the pump tells is left of what is under way, and was given, is held to its orders, answers and count;
#     so is the voltage that it tells of its battery to what feeds it.
RULES = 19


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that the run keeps in full. A plan's `file` is the part of its node id before the `::`."""

    file: str = ""
    sha256: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class HelperFile:
    """A file that plans use and that is none of them (a helper module, a conftest.py); `plans` names their files."""

    source: SourceFile
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dut:
    """The pump under test; the volume of one of its strokes and the motor's edges it takes, 0 where not declared.

    `batch` is "" where nobody named one.
    """

    model: str = ""
    serial: str = ""
    stroke_ul: float = 0.0
    motor_edges_per_stroke: float = 0.0
    batch: str = ""


@dataclass(frozen=True, slots=True)
class CalibrationStatus:
    """Which calibration a measuring instrument has and until when it holds (`due`: ISO date, that day included)."""

    id: str = ""
    due: str = ""
    as_found: str = ""


@dataclass(frozen=True, slots=True)
class StatedAccuracy:
    """The limits of error that an instrument's maker states: percent of the value, or absolute in its own unit."""

    percent: float
    absolute: float


@dataclass(frozen=True, slots=True)
class DeclaredInstrument:
    """One instrument of the bench file. `role` is what it is for on this bench: "" means its capability."""

    capability: str
    driver: str = ""
    calibration: CalibrationStatus | None = None
    sample_every_s: float | None = None
    role: str = ""
    accuracy: StatedAccuracy | None = None

    @property
    def serves_as(self) -> str:
        """Return the role, which is the capability where the bench file gives none."""
        return self.role or self.capability


@dataclass(frozen=True, slots=True)
class WeighingFacts:
    """What the conversion from mass to volume needs to know about the bench; see the bench file's [weighing]."""

    readability_mg: float
    repeatability_mg: float
    linearity_mg: float
    calibration_u_percent: float
    needle_diameter_mm: float = 0.0
    vessel_diameter_mm: float = 30.0
    capillary_mg: float = 0.05
    u_temperature_k: float = 0.2
    u_pressure_hpa: float = 1.0
    u_humidity_percent: float = 3.0
    clock_ppm: float = 50.0
    u_needle_mm: float = 0.05
    u_vessel_mm: float = 0.5
    evaporation_floor_mg_h: float = 0.01
    evaporation_floor_percent: float = 5.0
    evaporation_mg_h: float | None = None
    u_evaporation_mg_h: float | None = None
    liquid_in_line_ul: float = 0.0
    u_warming_k_h: float = 0.0
    u_stamp_s: float = 0.0


@dataclass(frozen=True, slots=True)
class LiquidFacts:
    """What is pumped; `expansion_per_k` None is that of water, volumes are those at `volume_at_c`."""

    name: str
    density_kg_m3: float
    u_density_kg_m3: float
    reference_c: float
    volume_at_c: float
    expansion_per_k: float | None = None
    u_expansion_per_k: float = 0.0


@dataclass(frozen=True, slots=True)
class StatedAir:
    """Ambient conditions as stated, for a bench without a DAQ that measures them."""

    air_temperature_c: float
    liquid_temperature_c: float
    air_pressure_hpa: float
    air_humidity_percent: float


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the run was made with."""

    rig: str = ""
    python: str = ""
    platform: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    lock_sha256: str = ""
    commit: str = ""
    modified: bool = False
    started_wall_utc: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """The start entry. `kind` is "mocked" or "physical", `clock` "wall" or "virtual".

    `plans` are the plan files, `selected` the plans of this session by their names, () where that was not written.
    `begun_utc_ns` is the machine's own time, since runs in virtual time may all start at one instant. `overdue` says
    which calibrations had run out. `format` is the version of these words, `rules` that of the rules by which results
    are computed from samples: a record from under other rules recomputes to other numbers. `liquid` None is water at
    the temperature of the beaker. `judged_by` are the files that `limits` and `requirements` were read from.
    `fed_by_supply` says that the bench's supply feeds the pump. `bench_folder` is where paths in the bench file lead
    from, "" for the folder that one is in.
    """

    bench: str = ""
    kind: str = ""
    clock: str = ""
    bench_file: SourceFile = field(default_factory=SourceFile)
    bench_folder: str = ""
    seed: int = 0
    dut: Dut = field(default_factory=Dut)
    operator: str = ""
    instruments: dict[str, DeclaredInstrument] = field(default_factory=dict)
    weighing: WeighingFacts | None = None
    liquid: LiquidFacts | None = None
    fed_by_supply: bool = False
    ambient: StatedAir | None = None
    overdue: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    plan_sources: tuple[SourceFile, ...] = ()
    helper_sources: tuple[HelperFile, ...] = ()
    judged_by: tuple[SourceFile, ...] = ()
    limits: LimitsInForce = field(default_factory=LimitsInForce)
    requirements: RequirementsInForce = field(default_factory=RequirementsInForce)
    provenance: Provenance = field(default_factory=Provenance)
    purpose: str = ""
    begun_utc_ns: int = 0
    format: int = 1
    rules: int = 1

    @property
    def mocked(self) -> bool:
        """Tell whether what was measured is simulated."""
        return self.kind == "mocked"

    def in_role(self, role: str) -> str:
        """Return the name of the instrument that serves in a role, "" when the bench has none."""
        return next((name for name, one in self.instruments.items() if one.serves_as == role), "")

    def with_capability(self, capability: str) -> tuple[str, ...]:
        """Return the names of the instruments with a capability, the one that serves under its name first."""
        names = [name for name, one in self.instruments.items() if one.capability == capability]
        return tuple(sorted(names, key=lambda name: self.instruments[name].serves_as != capability))
