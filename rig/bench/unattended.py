"""How each instrument of a bench ends delivery without the run: as its driver says, else by the driver itself."""

import json
from typing import Any

from rig.bench_file.reading import InstrumentEntry
from rig.clock import WallClock
from rig.discovery import find_driver
from rig.driving import DriverContext
from rig.safety.supervisor.orders import Act, HandAct, StopsUnattended

_DOING = {"pump": "pump stopped by its driver", "daq": "interlock opened", "supply": "supply switched off"}


def act_of(entry: InstrumentEntry) -> Act:
    """Return what ends delivery by this instrument when the run is gone."""
    if isinstance(entry.driver, StopsUnattended):
        return entry.driver.unattended(entry.name, entry.settings)
    told = {
        "name": entry.name,
        "capability": entry.capability,
        "driver": entry.driver_name,
        "settings": json.loads(entry.settings.model_dump_json()),
    }
    return HandAct(entry.name, _DOING[entry.capability], f"{__name__}:end_by_driver", told, (entry.driver.__module__,))


def end_by_driver(told: dict[str, Any]) -> None:
    """End delivery through a driver that is opened for it: for instruments whose stop is not known as bytes."""
    driver_class = find_driver(told["driver"])
    settings = driver_class.Settings(**told["settings"])
    driver = driver_class(told["name"], settings, DriverContext(WallClock(), lambda _: None))
    try:
        match told["capability"]:
            case "pump":
                driver.stop()
            case "daq":
                driver.set_interlock(closed=False)
            case "supply":
                driver.switch(on=False)
    finally:
        driver.close()
