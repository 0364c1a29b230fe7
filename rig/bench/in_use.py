"""Whether somebody else uses a physical bench: a run on another machine holds no lease here.

The instruments are asked and told nothing. A DAQ is not asked at all: to open one is to take it over.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.capabilities import Identity, Instrument, Pump, PumpState, Supply
from rig.driving import DriverContext
from rig.errors import BenchBusyError, InstrumentError

# Of the voltage that the pump is fed with: more than this at the output is no rest of a charge.
_FED_ABOVE = 0.2
# A pump that is fed by nobody has stopped by its link watchdog; a longer one is not waited for.
_LONGEST_WAIT_S = 10.0
_MARGIN_S = 1.0
_DELIVERS = (PumpState.INFUSING, PumpState.BOLUS)


@dataclass(slots=True)
class Found:
    """Who answers, what says that the bench is in use, and which of its pumps deliver; `failed` did not answer."""

    who: dict[str, Identity] = field(default_factory=dict)
    signs: list[str] = field(default_factory=list)
    delivering: list[str] = field(default_factory=list)
    failed: list[InstrumentError] = field(default_factory=list)


def look_around(bench_file: BenchFile, context: DriverContext) -> Found:
    """Ask the supply whether it feeds, and the pumps, where they have power, whether they deliver; change nothing."""
    found = Found()
    supplies = [entry for entry in bench_file.instruments if entry.capability == "supply"]
    for entry in supplies:
        _look_at_supply(entry, bench_file, context, found)
    if supplies and not found.signs and bench_file.power is not None:
        return found  # a pump without power is asked nothing
    for entry in bench_file.instruments:
        if entry.capability == "pump":
            _look_at_pump(entry, context, found)
    return found


def demand_nobody_else(bench_file: BenchFile, context: DriverContext) -> None:
    """Raise BenchBusyError when a pump delivers and goes on although nobody here feeds its link watchdog.

    One that was left running stops by that time, and a run may have the bench. Where the watchdog is too long to be
    waited for nobody can tell: then the run takes the bench over, and stops the pump first of all.
    """
    found = look_around(bench_file, context)
    wait_s = bench_file.safety.link_watchdog_s + _MARGIN_S
    if not found.delivering or wait_s > _LONGEST_WAIT_S:
        return
    context.clock.wait_s(wait_s)
    again = look_around(bench_file, context)
    if again.delivering:
        raise in_use(bench_file, again)


def in_use(bench_file: BenchFile, found: Found) -> BenchBusyError:
    """Return the error that says so."""
    return BenchBusyError(
        f"bench {bench_file.bench.name} is in use: {'; '.join(found.signs)}. No run of this machine has it: a run on "
        "another machine does, or somebody left it so; nothing was changed. End that run, or stop the pump by hand"
    )


def _look_at_supply(entry: InstrumentEntry, bench_file: BenchFile, context: DriverContext, found: Found) -> None:
    with _opened(entry, context, found) as driver:
        if not isinstance(driver, Supply) or bench_file.power is None:
            return
        voltage_v = driver.measure_voltage_v()
        if voltage_v > _FED_ABOVE * bench_file.power.voltage_v:
            found.signs.append(f"its {entry.name} gives {voltage_v:.3g} V")


def _look_at_pump(entry: InstrumentEntry, context: DriverContext, found: Found) -> None:
    with _opened(entry, context, found) as driver:
        if not isinstance(driver, Pump):
            return
        status = driver.status()
        if status.state in _DELIVERS or status.rate_ul_h > 0.0:
            found.delivering.append(entry.name)
            found.signs.append(f"its {entry.name} delivers ({status.state.value})")


@contextlib.contextmanager
def _opened(entry: InstrumentEntry, context: DriverContext, found: Found) -> Iterator[Instrument | None]:
    """Open one instrument for a look; None, and noted, where it does not answer: the opening proper says why."""
    try:
        driver: Instrument = entry.driver(entry.name, entry.settings, context)
    except InstrumentError as error:
        found.failed.append(error)
        yield None
        return
    try:
        found.who[entry.name] = driver.identify()
        yield driver
    except InstrumentError as error:
        found.failed.append(error)
    finally:
        driver.close()
