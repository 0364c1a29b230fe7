"""Which ports a SCPI instrument can have, and what each needs to be opened: for the check of a bench file."""

import os
import re
from importlib.util import find_spec
from urllib.parse import urlsplit

from pyvisa.rname import ResourceName

from rig.bench_file.urls import check_number
from rig.visa_names import as_stream, as_visa, is_stream, is_visa

PYVISA_PY = "@py"
FORMS = (
    "TCPIP::host::5025::SOCKET (IPv6 in brackets: TCPIP::[::1]::5025::SOCKET), TCPIP::host::INSTR (VXI-11), "
    "TCPIP::host::hislip0::INSTR, USB0::0x1234::0x5678::SERIAL::INSTR, GPIB0::5::INSTR, ASRL/dev/ttyUSB0::INSTR, a "
    "serial device, usb:SERIAL, socket://host:port or rfc2217://host:port"
)
# What PyVISA-py reaches by packages of its own: any one of the modules will do.
_NEEDS = {
    "USB": (("usb",), "pyusb (with libusb, or the package libusb-package)"),
    "GPIB": (("gpib_ctypes", "gpib"), "gpib-ctypes (with linux-gpib or the maker's driver)"),
    "VICP": (("pyvicp",), "pyvicp"),
}
_NUMBERED = re.compile(r"ASRL\d+(::INSTR)?", re.IGNORECASE)


def check_port(port: str, visa_library: str) -> None:
    """Raise ValueError, which says what is allowed or missing, for a port that cannot be opened on this machine."""
    if not is_visa(port) and is_stream(port):
        return  # `InstrumentSettings` has looked at it
    if visa_library != PYVISA_PY:
        return  # a maker's library has names of its own
    if _NUMBERED.fullmatch(port) and os.name != "nt":
        raise ValueError(f"port {port} is named by its number, as COM1 on Windows; here write its device: {FORMS}")
    if is_stream(port) and "[" in port:
        check_number(urlsplit(as_stream(port)).port)
        return
    if "[" in port:
        raise ValueError(f"port {port}: PyVISA-py reaches IPv6 only as TCPIP::[address]::port::SOCKET")
    _check_resource(port)


def _check_resource(port: str) -> None:
    try:
        parsed = ResourceName.from_string(as_visa(port))
    except ValueError as error:
        raise ValueError(f"{port!r} is no port of a SCPI instrument: {error}; allowed are {FORMS}") from error
    if parsed.resource_class == "SOCKET":
        number = getattr(parsed, "port", "")
        check_number(int(number) if number.isdecimal() else None)
    modules, package = _NEEDS.get(parsed.interface_type, ((), ""))
    if modules and not any(find_spec(module) for module in modules):
        raise ValueError(
            f"port {port} needs a package that is not installed here: {package}; install it beside pyvisa-py, or name "
            "a maker's VISA by visa_library"
        )
