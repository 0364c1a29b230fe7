"""What the twin needs of firmware, and what firmware is given.

A bench file may put any class that fulfils `Firmware` under test: `twin.firmware = "module:Class"`. It deals in the
messages of messages.py, never in bytes, and may use the built-in firmware's parts or bring its own. A bench file may
also leave the built-in firmware in and replace parts of it: `twin.parts = { watchdog = "module:Class" }`, and what
takes frames off the link: `twin.receiver = "module:Class"`.
"""

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from instruments.intrathecal_pump.messages import Command, Reply
from instruments.intrathecal_pump.simulated.part_names import PartNames
from instruments.plant.cell import CellKeys
from instruments.plant.line import Stroke
from instruments.plant.propellant import PropellantKeys
from rig.discovery import find_class
from rig.errors import DiscoveryError

BUILT_IN_FIRMWARE = "instruments.intrathecal_pump.simulated.built_in_firmware:BuiltInFirmware"
BUILT_IN_RECEIVER = "instruments.intrathecal_pump.simulated.link_receiver:LinkReceiver"
RECEIVER_METHODS = ("feed", "reset")
FIRMWARE_METHODS = ("advance", "handle", "heard")


class PumpParameters(PropellantKeys, CellKeys):
    """The `twin` table of the pump in a mocked bench's file: parameters of a simulation, not facts about a real pump.

    The reservoir is larger than an implant's, so that days at full rate need no refill on the bench.
    """

    firmware: str = BUILT_IN_FIRMWARE
    parts: PartNames = PartNames()
    receiver: str = BUILT_IN_RECEIVER
    serial: str = Field(default="SIM-0001", pattern=r"^[\x21-\x7e]{1,32}$")
    stroke_ul: float = Field(default=0.5, ge=0.01, le=10)
    stroke_variation_percent: float = Field(default=0.5, ge=0, le=20)
    rate_error_percent: float = Field(default=0.0, gt=-100, le=100)
    motor_edges_per_stroke: int = Field(default=8, ge=1, le=10_000)
    reservoir_ul: float = Field(default=120_000.0, ge=0, le=1_000_000)
    low_reservoir_ul: float = Field(default=2_000.0, ge=0, le=1_000_000)
    capacity_ul: float = Field(default=120_000.0, ge=1, le=1_000_000)
    max_hourly_dose_ul: float = Field(default=1_600.0, ge=1, le=1_000_000)
    clock_drift_ppm: float = Field(default=5.0, ge=-10_000, le=10_000)
    clock_offset_s: float = Field(default=0.0, ge=-1e9, le=1e9)
    outlet_sensor: bool = False
    memory: str = ""
    boot_s: float = Field(default=0.2, ge=0, le=60)

    @field_validator("firmware")
    @classmethod
    def _must_be_firmware(cls, name: str) -> str:
        return _class_with(name, "a firmware", FIRMWARE_METHODS)

    @field_validator("receiver")
    @classmethod
    def _must_be_receiver(cls, name: str) -> str:
        return _class_with(name, "the link's receiver", RECEIVER_METHODS)

    @field_validator("parts")
    @classmethod
    def _firmware_must_have_parts(cls, parts: PartNames, info: ValidationInfo) -> PartNames:
        firmware = info.data.get("firmware")  # missing when that is a mistake itself
        if firmware is not None and not getattr(find_class(firmware, "", ""), "made_of_parts", False):
            raise ValueError(f"the firmware {firmware} is not made of these parts; name it alone, or the parts alone")
        return parts

    @model_validator(mode="after")
    def _stroke_in_whole_nl(self) -> Self:
        if abs(self.stroke_ul * 1000 - self.stroke_nl) > 1e-6:
            raise ValueError(f"stroke_ul must be a multiple of 0.001, not {self.stroke_ul!r}")
        return self

    @property
    def stroke_nl(self) -> int:
        """Return what the firmware takes a stroke for, in nL."""
        return round(self.stroke_ul * 1000)


def _class_with(name: str, what: str, methods: Sequence[str]) -> str:
    """Return the name of a class; raise ValueError when there is none of it, or it lacks some of `methods`."""
    try:
        found = find_class(name, "", "") if ":" in name else None
    except DiscoveryError as error:
        raise ValueError(str(error)) from error
    missing = [method for method in methods if not callable(getattr(found, method, None))]
    if found is None or missing:
        raise ValueError(f"must be module:Class of {what} with the methods {', '.join(methods)}")
    return name


class Firmware(Protocol):
    """What runs in the simulated pump, apart from the wire. All times are the laboratory's UTC ns.

    `link_edition = 2`, where a class has it, says that it knows the commands of the link's second edition too.

    The twin calls `advance` up to the present before anything else, `heard` for each valid frame (repeats too), then
    `handle` once for each command that is to be executed.
    """

    def __init__(self, parameters: PumpParameters, rng: np.random.Generator, now_ns: int) -> None: ...

    @property
    def listening(self) -> bool:
        """Tell whether the link is served: powered and booted."""

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to `to_ns` under this supply voltage and line pressure; return the strokes in order of time."""

    def heard(self, now_ns: int) -> None:
        """Take note that the rig was heard: the link watchdog begins anew."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command now; a RefusalReply has changed neither delivery nor settings."""
