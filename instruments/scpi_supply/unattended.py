"""How a supply's output is switched off without its driver."""

import json
from typing import Any

from instruments.scpi_supply import dialect
from rig.safety.supervisor.orders import Act, HandAct, PortAct, Saying
from rig.visa_names import as_stream, is_stream

_DOING = "supply switched off"
# Supplies answer the one or the other.
_OFF = (b"0", b"OFF")


def cutting_act(
    name: str,
    port: str,
    baud: int,
    settings: str,
    *,
    by_bytes: bool = True,
    output: int | str | None = None,
    listed: bool = False,
) -> Act:
    """Return what switches the output off: lines on a socket or a serial port, else a process with the driver.

    `settings` are those of the driver as JSON, for the latter. `output` is told to the supply as it has to be; where it
    is not known how, the lines are not known either.
    """
    if not (by_bytes and is_stream(port)):
        return HandAct(name, _DOING, f"{__name__}:switch_off", {"name": name, "settings": json.loads(settings)})
    select = ""
    off, ask = dialect.switch_output(on=False), dialect.OUTPUT
    if listed and isinstance(output, int):
        off, ask = dialect.to_outputs(off, output), dialect.to_outputs(ask, output)
    elif isinstance(output, int):
        select = dialect.select_number(output)
    elif output is not None:
        select = dialect.select_name(output)
    asked = Saying(_lines(select, ask), *_OFF)
    # A line ahead ends what a run may have left half-said. One bit divides off from on: it is asked twice.
    sayings = (Saying(b"\n" + _lines(select, off)), asked, asked)
    return PortAct(name, _DOING, as_stream(port), sayings, baud=baud)


def switch_off(told: dict[str, Any]) -> None:
    """Switch the output off through the driver: for ports that only a VISA library opens."""
    from instruments.scpi_supply.driver import Driver, SupplySettings
    from rig.clock import WallClock
    from rig.driving import DriverContext

    driver = Driver(told["name"], SupplySettings(**told["settings"]), DriverContext(WallClock(), lambda _: None))
    try:
        driver.switch(on=False)
    finally:
        driver.close()


def _lines(*said: str) -> bytes:
    return "".join(f"{line}\n" for line in said if line).encode("ascii")
