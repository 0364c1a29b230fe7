"""How each instrument of a bench ends delivery without the run, and what its pumps are held to without it."""

import json
from typing import Any

from rig.bench_file.interlocks import COUNT, RATE, WATCHED_UNITS
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.clock import WallClock
from rig.discovery import find_driver
from rig.driving import DriverContext
from rig.safety.supervisor.orders import Act, HandAct, PortAct, PumpBounds, StopsUnattended, ValueBound

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


def bounds_of(bench_file: BenchFile) -> tuple[PumpBounds, ...]:
    """Return what the supervisor holds pumps to by their own word: those interlocks that are about what they tell."""
    section = bench_file.interlocks
    found = []
    for entry in bench_file.instruments:
        if entry.capability != "pump":
            continue
        act, channels = act_of(entry), getattr(entry.driver, "channels", ())
        if not isinstance(act, PortAct) or not act.tells or not isinstance(channels, tuple):
            continue  # its driver alone understands it
        asked = [
            (key, one.name, units[one.unit])
            for key, units in WATCHED_UNITS.items()
            for one in channels
            if one.unit in units
        ]
        if entry.role == "pump":
            asked += [("most_rate_ul_h", RATE, 1.0)]
        limits = [(getattr(section, key), key, channel, factor) for key, channel, factor in asked]
        values = tuple(
            ValueBound(key, channel, limit, factor) for limit, key, channel, factor in limits if limit is not None
        )
        count = COUNT if entry.role == "pump" else ""
        volume, rate = section.most_volume_ul, section.most_rate_ul_h
        bounds = PumpBounds(entry.name, values, count, volume, rate, section.rate_over_s)
        if bounds.keys:
            found.append(bounds)
    return tuple(found)


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
