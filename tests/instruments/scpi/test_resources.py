"""What the check of a bench file says of a SCPI instrument's port: what can be opened, and what is missing."""

from importlib.util import find_spec

import pytest
from pydantic import ValidationError

from instruments.scpi.settings import ScpiSettings

GOOD = [
    "TCPIP::192.168.1.5::5025::SOCKET",
    "TCPIP0::supply.lab::5025::SOCKET",
    "TCPIP0::192.168.1.5::5025::socket",
    "TCPIP::[::1]::5025::SOCKET",
    "TCPIP::[fe80::1%eth0]::5025::SOCKET",
    "TCPIP::192.168.1.5::INSTR",
    "TCPIP::192.168.1.5::inst0::INSTR",
    "TCPIP::192.168.1.5",
    "TCPIP::192.168.1.5::hislip0::INSTR",
    "TCPIP::192.168.1.5::hislip0,4881::INSTR",
    "ASRL/dev/ttyUSB0::INSTR",
    "/dev/ttyUSB0",
    "COM3",
    "usb:FT4X2A1B",
    "socket://host:5025",
    "socket://[::1]:5025",
    "rfc2217://host:2217",
]
BAD = {
    "nonsense": "is no port of a SCPI instrument",
    "TCPIP::host::port::SOCKET": "a TCP port is a number",
    "TCPIP::host::99999::SOCKET": "a TCP port is a number",
    "TCPIP::host::0::SOCKET": "a TCP port is a number",
    "TCPIP::[::1]::70000::SOCKET": "a TCP port is a number|ut of range",
    "TCPIP::::5025::SOCKET": "is no port of a SCPI instrument",
    "TCPIP::[::1]::INSTR": "reaches IPv6 only as",
    "TCPIP::[::1]::hislip0::INSTR": "reaches IPv6 only as",
    "socket://host": "a TCP port is a number",
    "socket://host:99999": "a TCP port is a number",
    "ASRL1::INSTR": "is named by its number",
}
MISSING = {
    "USB0::0x1234::0x5678::SERIAL::INSTR": ("usb", "pyusb"),
    "USB::0x1234::0x5678::SERIAL": ("usb", "pyusb"),
    "GPIB0::5::INSTR": ("gpib", "gpib-ctypes"),
    "VICP::host::INSTR": ("pyvicp", "pyvicp"),
}


@pytest.mark.parametrize("port", GOOD)
def test_port_that_can_be_opened_passes_the_check(port):
    assert ScpiSettings(port=port).port == port


@pytest.mark.parametrize("port, why", BAD.items(), ids=BAD)
def test_port_that_cannot_be_opened_is_a_mistake_of_the_bench_file(port, why):
    with pytest.raises(ValidationError, match=why):
        ScpiSettings(port=port)


@pytest.mark.parametrize("port, missing", MISSING.items(), ids=MISSING)
def test_package_that_is_missing_is_named(port, missing):
    module, package = missing
    if find_spec(module) is not None:
        assert ScpiSettings(port=port).port == port
        return
    with pytest.raises(ValidationError, match=rf"needs a package that is not installed here: {package}"):
        ScpiSettings(port=port)


@pytest.mark.parametrize("port", [*MISSING, "ASRL1::INSTR", "TCPIP::[::1]::INSTR", "PXI0::1::INSTR"])
def test_maker_s_library_has_names_of_its_own(port):
    assert ScpiSettings(port=port, visa_library="/opt/maker/libvisa.so").port == port
