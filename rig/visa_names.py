"""VISA resource names of what needs no VISA: serial ports and sockets, as pyserial writes them."""

import os
import re

from rig.usb_ports import is_usb

_SERIAL = re.compile(r"ASRL(?P<device>\D.*?)(?:::INSTR)?", re.IGNORECASE)
_NUMBERED = re.compile(r"ASRL(?P<number>\d+)(?:::INSTR)?", re.IGNORECASE)
# An IPv6 address stands in square brackets: its colons would divide the name otherwise.
_SOCKET = re.compile(r"TCPIP\d*::(?P<host>\[[^\]\s]+\]|[^:\[\]\s]+)::(?P<port>\d+)::SOCKET", re.IGNORECASE)
_CLASSES = ("INSTR", "SOCKET", "RAW", "INTFC")
_WINDOWS_PORT = re.compile(r"COM\d+", re.IGNORECASE)


def as_stream(port: str) -> str:
    """Return a VISA resource of a serial port or a socket as pyserial writes it, and anything else as it is."""
    if serial := _SERIAL.fullmatch(port):
        return serial["device"]
    if (numbered := _NUMBERED.fullmatch(port)) and os.name == "nt":
        return f"COM{numbered['number']}"
    if socket := _SOCKET.fullmatch(port):
        return f"socket://{socket['host']}:{socket['port']}"
    return port


def as_visa(port: str) -> str:
    """Return a VISA resource with its class as PyVISA has it: `TCPIP::host::5025::socket` is a SOCKET."""
    before, divided, last = port.rpartition("::")
    return before + divided + (last.upper() if last.upper() in _CLASSES else last)


def is_stream(port: str) -> bool:
    """Tell whether a port, however it is written, can be opened without a VISA library."""
    plain = as_stream(port)
    return is_usb(plain) or plain.startswith("/") or "://" in plain or _WINDOWS_PORT.fullmatch(plain) is not None


def is_visa(port: str) -> bool:
    """Tell whether a port is written as a VISA resource."""
    return not is_usb(port) and not port.startswith("/") and "://" not in port and "::" in port
