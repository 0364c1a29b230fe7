"""The names of the built-in firmware's parts, and the classes that stand for them.

A replacement is derived from the part's own class, so that it need say only what is different, and is made with the
same arguments.
"""

from typing import TypeVar

from pydantic import ValidationInfo, field_validator

from instruments.intrathecal_pump.simulated.part import Part
from rig.bench_file.tables import TomlTable
from rig.discovery import find_class
from rig.errors import DiscoveryError

P = TypeVar("P", bound=Part)
_HERE = __name__.rpartition(".")[0]


class PartNames(TomlTable):
    """The `twin.parts` table of the pump in a bench file: each key one part, its value `module:Class`."""

    schedule: str = f"{_HERE}.infusion_schedule:InfusionSchedule"
    bolus: str = f"{_HERE}.bolus_engine:BolusEngine"
    limits: str = f"{_HERE}.programming_limits:ProgrammingLimits"
    prime: str = f"{_HERE}.priming:Priming"
    patient: str = f"{_HERE}.patient:PatientControl"
    dose_limit: str = f"{_HERE}.dose_limit:DoseLimit"
    trial: str = f"{_HERE}.trial:TrialSession"
    flow_monitor: str = f"{_HERE}.flow_monitor:FlowMonitor"
    forecast: str = f"{_HERE}.forecast:Forecast"
    staging: str = f"{_HERE}.staging:Staging"
    alarms: str = f"{_HERE}.alarms:Alarms"
    watchdog: str = f"{_HERE}.link_watchdog:LinkWatchdog"
    battery: str = f"{_HERE}.battery:Battery"
    books: str = f"{_HERE}.books:Books"
    log: str = f"{_HERE}.event_log:EventLog"
    clock: str = f"{_HERE}.real_time_clock:PumpClock"
    planner: str = f"{_HERE}.stroke_planner:StrokePlanner"
    mechanism: str = f"{_HERE}.mechanism:Mechanism"
    start_up: str = f"{_HERE}.start_up:PumpStartUp"
    rest: str = f"{_HERE}.rest_timer:RestTimer"
    self_test: str = f"{_HERE}.self_test:PumpSelfTest"
    desk: str = f"{_HERE}.command_desk:CommandDesk"

    @field_validator("*")
    @classmethod
    def _must_be_that_part(cls, name: str, info: ValidationInfo) -> str:
        built_in = find_class(cls.model_fields[str(info.field_name)].default, "", "")
        try:
            find_part(name, built_in)
        except DiscoveryError as error:
            raise ValueError(str(error)) from error
        return name


def find_part(name: str, base: type[P]) -> type[P]:
    """Return the class that `name` means, the part `base` or one derived from it; raise DiscoveryError for another."""
    wanted = f"module:Class of {base.__name__} or a class derived from it, which is in {base.__module__}"
    if ":" not in name:
        raise DiscoveryError(f"must be {wanted}")
    found: type = find_class(name, "", "")
    if not issubclass(found, base):
        raise DiscoveryError(f"{name!r} is not this part; must be {wanted}")
    return found
