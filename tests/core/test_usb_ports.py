"""A port that is named by its USB adapter is found wherever the system has put it, and never guessed."""

import os

import pytest

from instruments.scpi_supply.unattended import cutting_act
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchBusyError, BenchFileError, ConnectionFailedError
from rig.safety.lease import leased
from rig.safety.places import place_of
from rig.transports import ByteStream
from rig.usb_ports import Adapter, device_of, is_usb
from tests.core.bench_support import bench_text

BALANCE = Adapter("/dev/ttyUSB0", 0x0403, 0x6001, "FT4X2A1B", "1-1.2", "FT232R")
PUMP = Adapter("/dev/ttyUSB1", 0x0403, 0x6015, "DN01", "1-1.3")
NUMBERLESS = Adapter("/dev/ttyUSB2", 0x1A86, 0x7523, "", "1-1.4")
TWO_PORTS = (
    Adapter("/dev/ttyUSB3", 0x0403, 0x6010, "QUAD", "1-2:1.0"),
    Adapter("/dev/ttyUSB4", 0x0403, 0x6010, "QUAD", "1-2:1.1"),
)
ALL = (BALANCE, PUMP, NUMBERLESS, *TWO_PORTS)


@pytest.mark.parametrize(
    ("port", "device"),
    [
        ("usb:FT4X2A1B", "/dev/ttyUSB0"),
        ("USB:ft4x2a1b", "/dev/ttyUSB0"),
        ("usb:0403:6015", "/dev/ttyUSB1"),
        ("usb:0403:6001:FT4X2A1B", "/dev/ttyUSB0"),
        ("usb:1A86:7523", "/dev/ttyUSB2"),
        ("usb:0x1a86:0x7523", "/dev/ttyUSB2"),
        ("usb:QUAD@1-2:1.1", "/dev/ttyUSB4"),
        ("/dev/ttyS0", "/dev/ttyS0"),
        ("socket://192.0.2.7:4001", "socket://192.0.2.7:4001"),
    ],
)
def test_a_port_is_the_device_of_its_adapter(port, device):
    assert device_of("balance", port, lambda: ALL) == device


def test_one_that_is_not_there_is_refused_with_what_is():
    with pytest.raises(ConnectionFailedError) as caught:
        device_of("balance", "usb:NONE", lambda: ALL)
    assert "balance on usb:NONE: no USB adapter that is plugged in is the one" in str(caught.value)
    for said in ("/dev/ttyUSB0 (0403:6001, serial number FT4X2A1B, FT232R, at 1-1.2)", "without a serial number"):
        assert said in str(caught.value)


@pytest.mark.parametrize("port", ["usb:QUAD", "usb:0403:6010"])
def test_two_with_one_number_are_refused_with_their_places(port):
    with pytest.raises(ConnectionFailedError, match=r"2 USB adapters are that one.*1-2:1.0.*1-2:1.1") as caught:
        device_of("balance", port, lambda: ALL)
    assert "ttyUSB0" not in str(caught.value)


def test_no_adapter_at_all_is_said():
    with pytest.raises(ConnectionFailedError, match="none at all"):
        device_of("balance", "usb:FT4X2A1B", lambda: ())


def test_an_adapter_that_is_plugged_in_again_is_opened_under_its_new_name():
    ends = [os.openpty() for _ in range(2)]
    devices = [os.ttyname(slave) for _, slave in ends]
    plugged = iter([Adapter(device, 0x0403, 0x6001, "FT4X2A1B") for device in devices])
    try:
        for master, _ in ends:
            with ByteStream("balance", "usb:FT4X2A1B", plugged=lambda: (next(plugged),)) as stream:
                stream.write(b"SI\r\n")
                assert os.read(master, 16) == b"SI\r\n"
    finally:
        for end in ends:
            for descriptor in end:
                os.close(descriptor)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("usb:FT4X2A1B", "/dev/ttyUSB0"),
        ("usb:FT4X2A1B", "usb:0403:6001"),
        ("usb:FT4X2A1B", "ASRL/dev/ttyUSB0::INSTR"),
        ("usb:QUAD@1-2:1.1", "/dev/ttyUSB4"),
        ("TCPIP::192.0.2.10::5025::SOCKET", "socket://192.0.2.10:5025"),
        ("/dev/ttyS0", "ASRL/dev/ttyS0"),
        ("com3", "COM3"),
    ],
)
def test_two_spellings_of_one_port_are_one_lease(tmp_path, one, other):
    with (
        leased("lab-2", [one], tmp_path, lambda: ALL),
        pytest.raises(BenchBusyError, match="is in use by"),
        leased("lab-3", [other], tmp_path, lambda: ALL),
    ):
        pass


def test_a_lease_holds_when_the_adapter_is_called_otherwise():
    moved = Adapter("/dev/ttyUSB7", BALANCE.vid, BALANCE.pid, BALANCE.serial)
    assert place_of("/dev/ttyUSB0", lambda: ALL) == place_of("/dev/ttyUSB7", lambda: (moved,))


def test_the_two_ports_of_one_adapter_are_two_leases():
    assert place_of("usb:QUAD@1-2:1.0", lambda: ALL) != place_of("usb:QUAD@1-2:1.1", lambda: ALL)


def test_a_supply_behind_an_adapter_is_switched_off_without_a_visa_library():
    assert cutting_act("supply", "usb:FT4X2A1B", 9600, "{}").port == "usb:FT4X2A1B"


@pytest.mark.parametrize("port", ["usb:", "usb:0403:6001:", "usb:A B"])
def test_a_name_in_no_form_is_a_mistake_of_the_bench_file(tmp_path, port):
    text = bench_text(clock='clock = "wall"', watchdog_s=1, every_s=0.2).replace('"mocked"', '"physical"')
    text = text.replace('[laboratory]\npump_power = "battery"\n', "")
    text = text.replace('driver = "', f'port = "{port}"\ndriver = "')
    path = tmp_path / "bench.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BenchFileError, match=r"instruments.balance.port: .*usb:SERIAL, usb:VID:PID"):
        load_bench_file(path)


@pytest.mark.parametrize("port", ["USB::0x1234::0x5678::SERIAL::INSTR", "usb::0x1234::0x5678::SERIAL"])
def test_visa_resource_of_a_usb_instrument_is_no_adapter(port):
    assert not is_usb(port)
    assert device_of("meter", port, tuple) == port
