"""What a port is, whatever it is called: two bench files that write one place differently are to meet at it.

A device may be reached by links to it, as a VISA resource or a URL, by a host's name or its numbers. Nothing here opens
a port.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Thread

from rig.errors import ConnectionFailedError
from rig.usb_ports import USB, Plugged, adapter_at, adapters, device_of, is_usb

_WINDOWS_PORT = re.compile(r"COM\d+", re.IGNORECASE)
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9]*)://(?P<host>\[[^]]*\]|[^:/?#\s]+)(?::(?P<port>\d+))?", re.IGNORECASE)
# What wraps another port of pyserial's, or looks for one by a pattern.
_WRAPPED = re.compile(r"(?:spy|alt)://(?P<port>[^?]+)", re.IGNORECASE)
_VISA_SERIAL = re.compile(r"ASRL(?P<device>.+?)(?:::INSTR)?", re.IGNORECASE)
_HOST = r"(?P<host>\[[^]]*\]|[^:\s]+)"
_VISA_SOCKET = re.compile(rf"TCPIP\d*::{_HOST}::(?P<port>\d+)::SOCKET", re.IGNORECASE)
_VISA_LAN = re.compile(rf"TCPIP\d*::{_HOST}(?:::(?P<name>(?!INSTR$)[^:\s]+))?(?:::INSTR)?", re.IGNORECASE)
_VISA_USB = re.compile(
    r"USB\d*::(?P<vid>\w+)::(?P<pid>\w+)::(?P<serial>[^:]+)(?:::\d+)?(?:::(?:INSTR|RAW))?", re.IGNORECASE
)
_VISA_GPIB = re.compile(r"GPIB(?P<board>\d*)::(?P<address>\d+(?:::\d+)?)(?:::INSTR)?", re.IGNORECASE)
# The first device of a host has no name of its own, whatever protocol leads to it.
_FIRST_OF_A_HOST = re.compile(r"(?:inst0|hislip0)?(?:,\d+)?", re.IGNORECASE)
_LOOPBACK = "localhost"
# A name server that does not answer must hold no run up.
_NAMED_WITHIN_S = 2.0


def place_of(port: str, plugged: Plugged = adapters) -> str:
    """Return what a port is, whatever it is called: a link to a device is the device, a VISA resource what it names.

    Behind a device server's address may follow, after a space, which device of it is meant. A USB adapter with a number
    of its own is that, because its device is called otherwise when it is plugged in anew.
    """
    port = port.strip()
    if wrapped := _WRAPPED.fullmatch(port.partition("?")[0]):
        port = wrapped["port"]
    return _in_visa(port) or _in_a_url(port) or _device(_serial_of_visa(port), plugged)


def _in_visa(port: str) -> str | None:
    """Return the place of a VISA resource that is no serial port, None for anything else."""
    if met := _VISA_SOCKET.fullmatch(port):
        return f"tcp {host_of(met['host'])} {int(met['port'])}"
    if met := _VISA_LAN.fullmatch(port):
        name = met["name"] or ""
        return f"lan {host_of(met['host'])} {'' if _FIRST_OF_A_HOST.fullmatch(name) else name.lower()}".strip()
    if met := _VISA_USB.fullmatch(port):
        return f"usbtmc {_number(met['vid'])} {_number(met['pid'])} {met['serial'].lower()}"
    if met := _VISA_GPIB.fullmatch(port):
        return f"gpib {int(met['board'] or 0)} {met['address']}"
    return None


def _in_a_url(port: str) -> str | None:
    """Return the place of a URL, None for anything else; `socket` and `rfc2217` lead to one and the same server."""
    url, _, device = port.partition(" ")
    if (met := _URL.match(url)) is None:
        return None
    scheme = "tcp" if met["scheme"].lower() in ("socket", "rfc2217") else met["scheme"].lower()
    return " ".join(word for word in (scheme, host_of(met["host"]), met["port"], device.strip().lower()) if word)


def _serial_of_visa(port: str) -> str:
    """Return the device of a VISA serial port, and anything else as it is; one by number is COM3 on Windows alone."""
    met = _VISA_SERIAL.fullmatch(port)
    if met is None:
        return port
    device = met["device"]
    return f"COM{device}" if device.isdigit() and os.name == "nt" else port if device.isdigit() else device


def _device(port: str, plugged: Plugged) -> str:
    try:
        device = device_of("a bench", port, plugged)
    except ConnectionFailedError:
        return port.lower()  # nobody can open it now
    device = device.removeprefix("\\\\.\\")
    if not device.startswith("/") and not is_usb(port) and not _WINDOWS_PORT.fullmatch(device):
        return device.lower()
    adapter = adapter_at(device, plugged)
    if adapter is not None:
        return f"{USB}{adapter.vid:04x}:{adapter.pid:04x}:{adapter.serial}".lower()
    return str(Path(device).resolve()) if device.startswith("/") else device.lower()


def _number(text: str) -> str:
    """Return a USB number, written in hex or in decimal, as four hex digits; what is no number as it is."""
    try:
        return f"{int(text, 0):04x}"
    except ValueError:
        return text.lower()


@cache
def host_of(name: str) -> str:
    """Return a host by the first of its addresses, whatever it is called; every address of this machine is one."""
    bare = name.strip("[]").rstrip(".").lower()
    addresses = _within(_NAMED_WITHIN_S, lambda: sorted({str(one[4][0]) for one in socket.getaddrinfo(bare, None)}))
    if not addresses:
        return bare
    return _LOOPBACK if any(_is_own(address) for address in addresses) else addresses[0]


def _is_own(address: str) -> bool:
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        return True
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:  # nobody can have a port of an address that is not his
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _within(seconds: float, ask: Callable[[], list[str]]) -> list[str]:
    """Return what is asked for, nothing where it cannot be had or takes longer."""
    answers: list[str] = []

    def run() -> None:
        try:
            answers.extend(ask())
        except (OSError, UnicodeError):
            return

    asking = Thread(target=run, name="a host's name", daemon=True)
    asking.start()
    asking.join(seconds)
    return list(answers)
