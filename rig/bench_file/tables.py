"""The tables of a bench file: what each may hold, with units in the names and limits on the values."""

from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from rig.bench_file.urls import check_url
from rig.driving import LONGEST_VIRTUAL_SILENCE_S
from rig.moments import date_within, moment_within
from rig.usb_ports import FORMS, is_usb, is_well_formed

M = TypeVar("M", bound="TomlTable")
_NAME = "1 to 32 small letters, figures, - and _, a letter first"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$", description=_NAME)]
Role = Annotated[str, Field(pattern=r"^([a-z][a-z0-9 _-]{0,31})?$", description=f"{_NAME}; spaces too")]


class TomlTable(BaseModel):
    """The base of everything in a bench file: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InstrumentSettings(TomlTable):
    """What every driver's `Settings` holds: the port. Drivers subclass this and add their own keys."""

    port: str = Field(min_length=1)

    def samples_in(self, seconds: float, every_s: float) -> float:
        """Return how many samples of all its channels together come in a time, when it is read each `every_s`."""
        return seconds / every_s

    def cannot_feed(self, voltage_v: float, current_limit_a: float) -> dict[str, str]:
        """Return, by key, why a supply that is set so cannot feed a pump with that voltage (V) and limit (A)."""
        del voltage_v, current_limit_a
        return {}

    @property
    def cuts_power(self) -> bool:
        """Tell whether it can take the pump's power away, where instruments of its kind do: a DAQ may have no relay."""
        return True

    @property
    def counts_edges(self) -> bool:
        """Tell whether it counts the motor's edges, where instruments of its kind do: a DAQ may have no counter."""
        return True

    @field_validator("port")
    @classmethod
    def _can_be_a_place(cls, value: str) -> str:
        if value != value.strip():
            raise ValueError("a blank stands before or behind it; take it out")
        if is_usb(value) and not is_well_formed(value):
            raise ValueError(f"a USB adapter is named as {FORMS}")
        check_url(value)
        return value


class TwinParameters(TomlTable):
    """The base of every twin's `Parameters`."""


class Calibration(TomlTable):
    """Which calibration a measuring instrument has and until when it holds (that day included)."""

    id: str = Field(min_length=1)
    due: Annotated[date, AfterValidator(date_within)]
    as_found: str = ""


class Accuracy(TomlTable):
    """The limits of error that an instrument's maker states: percent of the value, or absolute in its own unit."""

    percent: float = Field(ge=0, le=100)
    absolute: float = Field(ge=0)


class BenchSection(TomlTable):
    """What the bench is and which time it runs on."""

    name: Name
    kind: Literal["mocked", "physical"]
    clock: Literal["wall", "virtual"] = "wall"
    epoch: Annotated[AwareDatetime, AfterValidator(moment_within)] | None = None
    seed: int = Field(default=0, ge=0, lt=2**63)
    operator: str = ""
    serial_twins: Literal["pty", "tcp"] = "pty"
    # Twins hosted elsewhere stand behind the ports, and their time runs so much faster than the wall's.
    simulated: bool = False
    clock_speed: float = Field(default=1.0, gt=0, le=10_000)
    least_free_mb: float = Field(default=200.0, ge=0, le=1e9)


class DutSection(TomlTable):
    """The pump under test.

    `stroke_ul` is the volume of one of its strokes as the maker declares it (0: none declared; results find it from
    the readings), `motor_edges_per_stroke` what the DAQ's counter sees of it (0: not declared).
    """

    model: str = Field(min_length=1)
    serial: str = Field(min_length=1)
    stroke_ul: float = Field(default=0.0, ge=0, le=100)
    motor_edges_per_stroke: float = Field(default=0.0, ge=0, le=1e6)

    @property
    def ul_per_edge(self) -> float:
        """Return what an edge of the motor stands for in µL; 0 where that is not declared."""
        return self.stroke_ul / self.motor_edges_per_stroke if self.motor_edges_per_stroke else 0.0


class PowerSection(TomlTable):
    """How the pump is fed when a supply stands on the bench."""

    voltage_v: float = Field(gt=0, le=60)
    current_limit_a: float = Field(gt=0, le=10)
    boot_s: float = Field(default=1.0, ge=0, le=60)


class SafetySection(TomlTable):
    """When the pump must stop by itself because the rig is not heard any more, and when it is stopped for the run.

    The supervisor ends delivery when the run has not been heard for `run_lease_s`, a plan that lets the pump deliver
    has shown no sign of life for `plan_lease_s`, or the pump has left what it is told unanswered for `silence_s`.
    `plan_hours` is after how much of the bench's own time a plan is ended.
    """

    link_watchdog_s: float = Field(gt=0, le=LONGEST_VIRTUAL_SILENCE_S)
    plan_lease_s: float = Field(default=0.6, gt=0, le=600)
    run_lease_s: float = Field(default=0.6, ge=0.3, le=60)
    silence_s: float = Field(default=0.7, ge=0.2, le=60)
    plan_hours: float | None = Field(default=None, gt=0, le=100_000)


class InterlocksSection(TomlTable):
    """What must not be exceeded while the bench is open; what is left out is not watched.

    Rates are means over `rate_over_s`; the ways to know a volume are compared from `distance_from_ul` on.
    """

    most_volume_ul: float | None = Field(default=None, gt=0)
    most_rate_ul_h: float | None = Field(default=None, gt=0)
    rate_over_s: float = Field(default=60.0, gt=0, le=86_400)
    most_pressure_kpa: float | None = Field(default=None, gt=0)
    most_current_ma: float | None = Field(default=None, gt=0)
    most_temperature_c: float | None = Field(default=None, ge=-50, le=200)
    most_distance_percent: float | None = Field(default=None, gt=0, le=100)
    distance_from_ul: float = Field(default=100.0, gt=0)
    lateness_s: float | None = Field(default=None, gt=0, le=3600)
    lost_after_s: float | None = Field(default=None, gt=0, le=86_400)


class WeighingSection(TomlTable):
    """What the conversion from mass to volume needs to know about the bench.

    `evaporation_floor_mg_h` and `evaporation_floor_percent` say how far the loss of the vessel (evaporation and the
    balance's creep) may stray, standard uncertainty, where two weighings show nothing of it. `evaporation_mg_h` with
    `u_evaporation_mg_h` is what the bench knows of its loss from blanks without a pump: weighings are held to it.
    """

    needle_diameter_mm: float = Field(default=0.0, ge=0, le=5)
    u_needle_mm: float = Field(default=0.05, ge=0, le=5)
    vessel_diameter_mm: float = Field(default=30.0, gt=1, le=500)
    u_vessel_mm: float = Field(default=0.5, ge=0, le=50)
    readability_mg: float = Field(gt=0)
    repeatability_mg: float = Field(gt=0)
    linearity_mg: float = Field(ge=0)
    calibration_u_percent: float = Field(ge=0)
    capillary_mg: float = Field(default=0.05, ge=0)
    evaporation_floor_mg_h: float = Field(default=0.01, ge=0)
    evaporation_floor_percent: float = Field(default=5.0, ge=0, le=1000)
    evaporation_mg_h: float | None = None
    u_evaporation_mg_h: float | None = Field(default=None, ge=0)
    liquid_in_line_ul: float = Field(default=0.0, ge=0)
    u_warming_k_h: float = Field(default=0.0, ge=0)
    u_temperature_k: float = Field(default=0.2, ge=0)
    u_pressure_hpa: float = Field(default=1.0, ge=0)
    u_humidity_percent: float = Field(default=3.0, ge=0)
    clock_ppm: float = Field(default=50.0, ge=0)
    u_stamp_s: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _known_loss_with_its_uncertainty(self) -> Self:
        if (self.evaporation_mg_h is None) != (self.u_evaporation_mg_h is None):
            raise ValueError("evaporation_mg_h and u_evaporation_mg_h belong together: give both or neither")
        return self


class CheckWeightSection(TomlTable):
    """The weight that the bench's balance is held against when a session begins, by somebody who puts it on.

    `u_mg` is the standard uncertainty of `mass_mg` by its `certificate`, which holds until `due` (that day included).
    """

    mass_mg: float = Field(gt=0)
    within_mg: float = Field(gt=0)
    u_mg: float = Field(default=0.0, ge=0)
    certificate: str = ""
    due: Annotated[date, AfterValidator(date_within)] | None = None


class LiquidSection(TomlTable):
    """What is pumped: its density at a temperature, how it expands, and at which temperature volumes are stated.

    `expansion_per_k` is a number, or "water" for a watery solution that expands as water does. A programmed µL is a µL
    at `volume_at_c`: 37 for a pump whose volumes mean the body, the bench's own temperature for one that is compared
    with what lies in the beaker.
    """

    name: str = Field(min_length=1)
    density_kg_m3: float = Field(ge=500, le=2500)
    u_density_kg_m3: float = Field(ge=0, le=100)
    reference_c: float = Field(ge=0, le=40)
    expansion_per_k: float | Literal["water"] = Field(description='a number from -0.001 to 0.01 per K, or "water"')
    u_expansion_per_k: float = Field(default=0.0, ge=0, le=0.01)
    volume_at_c: float = Field(ge=0, le=40)

    @field_validator("expansion_per_k")
    @classmethod
    def _plausible_expansion(cls, value: float | Literal["water"]) -> float | Literal["water"]:
        if value != "water" and not -0.001 <= value <= 0.01:
            raise ValueError('must be within -0.001 to 0.01 per K, or "water"')
        return value


class AmbientSection(TomlTable):
    """Ambient conditions as stated, for a bench without a DAQ that measures them."""

    air_temperature_c: float = Field(ge=5, le=40)
    liquid_temperature_c: float = Field(ge=5, le=40)
    air_pressure_hpa: float = Field(ge=500, le=1100)
    air_humidity_percent: float = Field(ge=0, le=100)


class InfluxSection(TomlTable):
    """Where a run is streamed to. A token is never written here: environment, a file, or the system's key store."""

    url: str = Field(
        pattern=r"^https?://[^/@?#\s]+(/[^@?#\s]*)?$",
        description="http:// or https://, host and port, no user or token",
    )
    bucket: str = Field(min_length=1)
    org: str = ""
    token_file: str = ""
    keyring_service: str = ""
    ca_file: str = ""


class OperatorSection(TomlTable):
    """What the twin of a mocked bench answers when a plan asks somebody, by the question's text."""

    answers: dict[str, str | float] = Field(default_factory=dict)


class Document(TomlTable):
    """A whole bench file, before its instruments are looked at."""

    bench: BenchSection
    dut: DutSection
    safety: SafetySection
    interlocks: InterlocksSection = Field(default_factory=InterlocksSection)
    power: PowerSection | None = None
    weighing: WeighingSection | None = None
    check_weight: CheckWeightSection | None = None
    liquid: LiquidSection | None = None
    ambient: AmbientSection | None = None
    influxdb: InfluxSection | None = None
    operator: OperatorSection = Field(default_factory=OperatorSection)
    challenges: dict[str, Any] = Field(default_factory=dict)
    proof: dict[str, Any] = Field(default_factory=dict)
    laboratory: dict[str, Any] = Field(default_factory=dict)
    instruments: dict[Name, dict[str, Any]] = Field(min_length=1)


class InstrumentCommon(TomlTable):
    """The keys of an instrument's table that do not belong to its driver."""

    driver: str = Field(min_length=1)
    role: Role = ""
    calibration: Calibration | None = None
    accuracy: Accuracy | None = None
    sample_every_s: float | None = Field(default=None, gt=0, le=3600)
    away_s: float = Field(default=900.0, ge=0, le=604_800)
    twin: dict[str, Any] | None = None
