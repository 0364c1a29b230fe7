"""The tables of a bench file: what each may hold, with units in the names and limits on the values."""

from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

M = TypeVar("M", bound="TomlTable")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Role = Annotated[str, Field(pattern=r"^([a-z][a-z0-9 _-]{0,31})?$")]


class TomlTable(BaseModel):
    """The base of everything in a bench file: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InstrumentSettings(TomlTable):
    """What every driver's `Settings` holds: the port. Drivers subclass this and add their own keys."""

    port: str = Field(min_length=1)


class TwinParameters(TomlTable):
    """The base of every twin's `Parameters`."""


class Calibration(TomlTable):
    """Which calibration a measuring instrument has and until when it holds (that day included)."""

    id: str = Field(min_length=1)
    due: date
    as_found: str = ""


class BenchSection(TomlTable):
    """What the bench is and which time it runs on."""

    name: Name
    kind: Literal["mocked", "physical"]
    clock: Literal["wall", "virtual"] = "wall"
    epoch: AwareDatetime | None = None
    seed: int = Field(default=0, ge=0, lt=2**63)
    operator: str = ""
    serial_twins: Literal["pty", "tcp"] = "pty"
    # Twins hosted elsewhere stand behind the ports, and their time runs so much faster than the wall's.
    simulated: bool = False
    clock_speed: float = Field(default=1.0, gt=0, le=10_000)


class DutSection(TomlTable):
    """The pump under test; `stroke_ul` is the volume of one of its strokes, 0 for a pump without strokes."""

    model: str = Field(min_length=1)
    serial: str = Field(min_length=1)
    stroke_ul: float = Field(default=0.0, ge=0, le=100)


class PowerSection(TomlTable):
    """How the pump is fed when a supply stands on the bench."""

    voltage_v: float = Field(gt=0, le=60)
    current_limit_a: float = Field(gt=0, le=10)
    boot_s: float = Field(default=1.0, ge=0, le=60)


class SafetySection(TomlTable):
    """When the pump must stop by itself because the rig is not heard any more."""

    link_watchdog_s: float = Field(gt=0, le=600)
    plan_lease_s: float = Field(default=10.0, gt=0, le=600)


class WeighingSection(TomlTable):
    """What the conversion from mass to volume needs to know about the bench."""

    needle_diameter_mm: float = Field(default=0.0, ge=0, le=5)
    vessel_diameter_mm: float = Field(default=30.0, gt=1, le=500)
    readability_mg: float = Field(gt=0)
    repeatability_mg: float = Field(gt=0)
    linearity_mg: float = Field(ge=0)
    calibration_u_percent: float = Field(ge=0)
    capillary_mg: float = Field(default=0.05, ge=0)
    u_temperature_k: float = Field(default=0.2, ge=0)
    u_pressure_hpa: float = Field(default=1.0, ge=0)
    u_humidity_percent: float = Field(default=3.0, ge=0)
    clock_ppm: float = Field(default=50.0, ge=0)


class AmbientSection(TomlTable):
    """Ambient conditions as stated, for a bench without a DAQ that measures them."""

    air_temperature_c: float = Field(ge=5, le=40)
    liquid_temperature_c: float = Field(ge=5, le=40)
    air_pressure_hpa: float = Field(ge=500, le=1100)
    air_humidity_percent: float = Field(ge=0, le=100)


class InfluxSection(TomlTable):
    """Where a run is streamed to. A token is never written here: environment, a file, or the system's key store."""

    url: str = Field(pattern=r"^https?://[^/@?#\s]+(/[^@?#\s]*)?$")
    bucket: str = Field(min_length=1)
    org: str = ""
    token_file: str = ""
    keyring_service: str = ""
    ca_file: str = ""


class Document(TomlTable):
    """A whole bench file, before its instruments are looked at."""

    bench: BenchSection
    dut: DutSection
    safety: SafetySection
    power: PowerSection | None = None
    weighing: WeighingSection | None = None
    ambient: AmbientSection | None = None
    influxdb: InfluxSection | None = None
    laboratory: dict[str, Any] = Field(default_factory=dict)
    instruments: dict[Name, dict[str, Any]] = Field(min_length=1)


class InstrumentCommon(TomlTable):
    """The keys of an instrument's table that do not belong to its driver."""

    driver: str = Field(min_length=1)
    role: Role = ""
    calibration: Calibration | None = None
    sample_every_s: float | None = Field(default=None, gt=0, le=3600)
    twin: dict[str, Any] | None = None
