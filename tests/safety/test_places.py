"""One place has one name, however bench files write it; and two places have two."""

import contextlib
import socket

import pytest

from rig.safety.places import host_of, place_of

NO_ADAPTERS = tuple
ONE = [
    ("socket://127.0.0.1:4001", "rfc2217://localhost:4001"),
    ("socket://127.0.0.1:4001", "TCPIP0::localhost::4001::SOCKET"),
    ("socket://[::1]:4001", "tcpip::127.0.0.1::4001::socket"),
    ("socket://127.0.0.2:4001?logging=debug", "socket://LOCALHOST:4001"),
    ("spy://socket://127.0.0.1:4001", "socket://127.0.0.1:4001"),
    ("TCPIP::10.1.2.3::INSTR", "TCPIP0::10.1.2.3::inst0::INSTR"),
    ("TCPIP::10.1.2.3::INSTR", "tcpip::10.1.2.3::hislip0,4880::INSTR"),
    ("TCPIP::010.1.2.3.::INSTR", "TCPIP::010.1.2.3::INSTR"),
    ("USB0::0x1AB1::0x0E11::DP8C1::INSTR", "USB::6833::3601::dp8c1::0::INSTR"),
    ("GPIB::5::INSTR", "gpib0::5"),
    ("grpc://localhost:31763 Dev1", "grpc://127.0.0.1:31763 dev1"),
    ("local Dev1", "LOCAL dev1"),
    ("ASRL/dev/ttyS9::INSTR", "/dev/../dev/ttyS9"),
]
TWO = [
    ("socket://127.0.0.1:4001", "socket://127.0.0.1:4002"),
    ("socket://10.1.2.3:4001", "socket://10.1.2.4:4001"),
    ("TCPIP::10.1.2.3::gpib0,5::INSTR", "TCPIP::10.1.2.3::gpib0,6::INSTR"),
    ("TCPIP::10.1.2.3::inst0::INSTR", "TCPIP::10.1.2.3::inst1::INSTR"),
    ("USB0::0x1AB1::0x0E11::DP8C1::INSTR", "USB0::0x1AB1::0x0E11::DP8C2::INSTR"),
    ("GPIB0::5::INSTR", "GPIB1::5::INSTR"),
    ("grpc://localhost:31763 Dev1", "grpc://localhost:31763 Dev2"),
    ("/dev/ttyS8", "/dev/ttyS9"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_place_has_one_name(one, other):
    assert place_of(one, NO_ADAPTERS) == place_of(other, NO_ADAPTERS)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_places_have_two(one, other):
    assert place_of(one, NO_ADAPTERS) != place_of(other, NO_ADAPTERS)


def test_an_address_of_this_machine_is_this_machine():
    own = "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("10.255.255.255", 9))  # nothing is sent; it says which own address would be used
        own = probe.getsockname()[0]
    assert host_of(own) == host_of("localhost")


def test_a_host_that_nobody_knows_is_its_name():
    assert host_of("No-Such-Host.invalid.") == "no-such-host.invalid"
