"""A device that misbehaves as real ones do, or goes away: typed errors, and right numbers again behind it."""

import pytest

from instruments.hosting.faults import Deaf, Doubled, Garbage, Late, Silent, Truncated, Unplugged
from instruments.hosting.tcp_host import TcpHost
from instruments.scpi.simulated.status_model import ScpiMalfunction
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from tests.instruments.scpi.bare import Bare, one, two

FAULTS = {
    "silent": (Silent(), NoReplyError),
    "deaf": (Deaf(), NoReplyError),
    "truncated": (Truncated(2), NoReplyError),
    "late": (Late(5.0), NoReplyError),
    "garbage": (Garbage(), NoReplyError),
    "flooding": (Garbage(b"0" * (1 << 18)), GarbledReplyError),
    "doubled": (Doubled(), GarbledReplyError),
    "unplugged": (Unplugged(), ConnectionLostError),
    "endless errors": (ScpiMalfunction(endless_errors=True), GarbledReplyError),
    "overload": (ScpiMalfunction(number="+9.90000000E+37"), RefusedError),
    "not a number": (ScpiMalfunction(number="9.91E37"), RefusedError),
    "nan": (ScpiMalfunction(number="NaN"), GarbledReplyError),
    "empty": (ScpiMalfunction(number=" "), GarbledReplyError),
    "with a unit": (ScpiMalfunction(number="1.0 A"), GarbledReplyError),
    "two numbers": (ScpiMalfunction(number="1.0,2.0"), GarbledReplyError),
    "beyond the range": (ScpiMalfunction(number="-10.5"), GarbledReplyError),
}


@pytest.mark.parametrize("faults, error", FAULTS.values(), ids=FAULTS)
def test_fault_is_an_error_with_bytes_and_advice(link, bare, strike, faults, error):
    strike(bare.device, faults)
    with pytest.raises(error) as caught:
        one(link)
    assert caught.value.instrument == "meter"
    assert caught.value.sent
    assert caught.value.advice


@pytest.mark.parametrize("faults", [fault for fault, _ in FAULTS.values()], ids=FAULTS)
def test_it_reads_right_again_once_the_fault_is_over(link, bare, strike, faults):
    strike(bare.device, faults)
    with pytest.raises(InstrumentError):
        one(link)
    strike(bare.device)
    assert (two(link), one(link)) == (2.0, 1.0)


def test_bytes_of_a_reply_that_stops_half_way_are_shown(link, wire):
    wire.fail(Truncated(2))
    with pytest.raises(NoReplyError) as caught:
        one(link)
    assert (caught.value.sent, caught.value.received) == (b"ONE?\n", b"1.")


def test_instrument_that_goes_away(bare, connect):
    host = TcpHost("meter", bare)
    link = connect(host.port)
    host.close()
    with pytest.raises((ConnectionLostError, NoReplyError)):
        one(link)
    with pytest.raises(ConnectionFailedError):
        one(link)


def test_instrument_that_comes_back_is_read_again(bare, connect):
    host = TcpHost("meter", bare)
    link = connect(host.port)
    host.close()
    with pytest.raises(InstrumentError):
        one(link)
    again = TcpHost("meter", bare, host.address[1])
    try:
        assert one(link) == 1.0
    finally:
        link.close()
        again.close()


def test_other_instrument_that_comes_back_is_refused(bare, connect):
    host = TcpHost("meter", bare)
    link = connect(host.port)
    host.close()
    with pytest.raises(InstrumentError):
        one(link)
    again = TcpHost("meter", Bare("RIG,DEVICE,0002,1.0"), host.address[1])
    try:
        with pytest.raises(ConnectionFailedError, match="DEVICE 0002 answers instead of DEVICE 0001"):
            one(link)
    finally:
        again.close()
