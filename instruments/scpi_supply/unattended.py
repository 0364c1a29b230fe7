"""How a supply's output is switched off without its driver."""

import json
from typing import Any

from instruments.scpi_supply import dialect
from rig.safety.supervisor.orders import Act, HandAct, PortAct, Saying
from rig.usb_ports import is_usb

_DOING = "supply switched off"
_OFF = b"0"


def cutting_act(name: str, port: str, baud: int, settings: str) -> Act:
    """Return what switches the output off: lines on a socket or a serial port, else a process with a VISA library.

    `settings` are those of the driver as JSON, for the latter.
    """
    stream = _stream(port)
    if stream is None:
        return HandAct(name, _DOING, f"{__name__}:switch_off", {"name": name, "settings": json.loads(settings)})
    lines = (dialect.switch_output(on=False), dialect.OUTPUT)
    off, asked = (line.encode("ascii") + b"\n" for line in lines)
    # A line ahead ends what a run may have left half-said.
    return PortAct(name, _DOING, stream, (Saying(b"\n" + off), Saying(asked, _OFF)), baud=baud)


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


def _stream(port: str) -> str | None:
    """Return a VISA resource's port as pyserial knows it; None for what is no plain stream."""
    if is_usb(port):
        return port
    parts = port.split("::")
    kind = parts[0].upper()
    if kind.startswith("TCPIP") and len(parts) == 4 and parts[3].upper() == "SOCKET":
        return f"socket://{parts[1]}:{parts[2]}"
    if kind.startswith("ASRL") and not parts[0][4:].isdigit():
        return parts[0][4:]
    return None
