"""Serial ports by their USB adapter: the system names a port anew at each plugging, its adapter keeps its number.

A port of a bench file may be `usb:SERIAL`, `usb:VID:PID` (in hex) or `usb:VID:PID:SERIAL`. An adapter of several ports
has one number for all of them: then `@LOCATION` behind it says which, as the refusal lists them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rig.errors import ConnectionFailedError

USB = "usb:"
FORMS = "usb:SERIAL, usb:VID:PID or usb:VID:PID:SERIAL, each with @LOCATION behind it where there are several"
_FORM = re.compile(
    r"usb:(?:(?:0x)?(?P<vid>[0-9a-f]{4}):(?:0x)?(?P<pid>[0-9a-f]{4})(?::(?P<both>[^@\s]+))?"
    r"|(?P<alone>[^@\s]*[^@\s:]))(?:@(?P<at>\S+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Adapter:
    """One serial port of a USB adapter that is plugged in; `serial` is empty for one that has none."""

    device: str
    vid: int
    pid: int
    serial: str = ""
    location: str = ""
    product: str = ""

    def __str__(self) -> str:
        number = f"serial number {self.serial}" if self.serial else "without a serial number"
        what = f", {self.product}" if self.product else ""
        return (
            f"{self.device} ({self.vid:04x}:{self.pid:04x}, {number}{what}, at {self.location or 'an unknown place'})"
        )


Plugged = Callable[[], Sequence[Adapter]]


def adapters() -> tuple[Adapter, ...]:
    """Return the serial ports of all USB adapters that are plugged in now, by their devices' names."""
    from serial.tools.list_ports import comports  # takes its time to import, and few benches name a port so

    found = [
        Adapter(
            port.device,
            port.vid,
            port.pid,
            _printable(port.serial_number),
            _printable(port.location),
            _printable(port.product),
        )
        for port in comports()
        if port.vid is not None and port.pid is not None
    ]
    return tuple(sorted(found, key=lambda adapter: adapter.device))


def is_usb(port: str) -> bool:
    """Tell whether a port is named by its adapter; `USB::0x1234::…` is a VISA resource of a USB instrument."""
    return port.lower().startswith(USB) and not port.lower().startswith(USB + ":")


def is_well_formed(port: str) -> bool:
    """Tell whether a port that is named by its adapter is so in one of the forms."""
    return _FORM.fullmatch(port.strip()) is not None


def device_of(instrument: str, port: str, plugged: Plugged = adapters) -> str:
    """Return the device that a port names now; whatever is not named by its adapter is its own.

    Raises ConnectionFailedError, with what is plugged in, when no adapter or more than one is meant.
    """
    if not is_usb(port):
        return port
    there = plugged()
    meant = [adapter for adapter in there if _is_meant(port, adapter)]
    if len(meant) == 1:
        return meant[0].device
    found = "no USB adapter that is plugged in is the one" if not meant else f"{len(meant)} USB adapters are that one"
    listed = "; ".join(map(str, meant or there)) or "none at all"
    raise ConnectionFailedError(
        instrument,
        f"{found}; there are: {listed}" if not meant else f"{found}: {listed}",
        port=port,
        advice=f"plug the adapter in, or write another of those in the bench file, as {FORMS}",
    )


def adapter_at(device: str, plugged: Plugged = adapters) -> Adapter | None:
    """Return the adapter whose port a device is, if no other bears the same number; None for any other device."""
    there = plugged()
    real = str(Path(device).resolve()) if device.startswith("/") else device.lower()
    here = [one for one in there if real in (one.device, str(Path(one.device).resolve()), one.device.lower())]
    if not here or not here[0].serial:
        return None
    return here[0] if _alone(here[0], there) else None


def _alone(adapter: Adapter, there: Iterable[Adapter]) -> bool:
    same = [one for one in there if (one.vid, one.pid, one.serial) == (adapter.vid, adapter.pid, adapter.serial)]
    return len(same) == 1


def _is_meant(port: str, adapter: Adapter) -> bool:
    form = _FORM.fullmatch(port.strip())
    if form is None or (form["at"] and form["at"] != adapter.location):
        return False
    if form["alone"]:
        return form["alone"].lower() == adapter.serial.lower()
    if (int(form["vid"], 16), int(form["pid"], 16)) != (adapter.vid, adapter.pid):
        return False
    return not form["both"] or form["both"].lower() == adapter.serial.lower()


def _printable(said: str | None) -> str:
    """Return what an adapter says of itself without what would move a terminal's cursor."""
    return "".join(sign for sign in said or "" if sign.isprintable()).strip()
