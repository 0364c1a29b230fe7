"""The conversation over real sockets, against a device that misbehaves in every way a real one can."""

import socket

import pytest

from instruments.hosting.faults import Deaf, Doubled, Garbage, Late, Silent, Truncated, Unplugged
from instruments.hosting.pty_host import PtyHost
from instruments.hosting.tcp_host import TcpHost
from instruments.scpi.opening import open_session
from instruments.scpi.queries import ScpiLink
from instruments.scpi.settings import ScpiSettings
from instruments.scpi.simulated.status_model import ScpiDevice, ScpiMalfunction
from rig.capabilities import Identity
from rig.clock import Stopwatch
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from rig.serial_line import Line
from tests.patience import patient


class Bare:
    """A device with two numbers, 1 and 2, and nothing around it."""

    hosting = "tcp"
    port_format = "TCPIP::{host}::{port}::SOCKET"

    def __init__(self, identity="RIG,DEVICE,0001,1.0"):
        self.device = ScpiDevice(
            identity,
            {"ONE?": lambda _: self.device.malfunction.number or "1.0", "TWO?": lambda _: "2.0", "DO": lambda _: ""},
        )

    def receive(self, data):
        return self.device.receive(data)

    def unsolicited(self):
        return b""

    def hung_up(self):
        self.device.hang_up()


@pytest.fixture
def bare():
    return Bare()


@pytest.fixture
def connect(context, closing):
    def open_link(port, **settings):
        link = ScpiLink("meter", ScpiSettings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(link.close)
        return link

    return open_link


@pytest.fixture
def link(bare, serve, connect):
    return connect(serve(bare))


def one(link):
    return link.read_number("ONE?", unit="A", limit=10.0)


def two(link):
    return link.read_number("TWO?", unit="A", limit=10.0)


def test_identity_is_asked_at_opening(link):
    assert link.identity == Identity("RIG", "DEVICE", "0001", "1.0")


def test_number_is_read(link):
    assert (one(link), two(link)) == (1.0, 2.0)


def test_command_is_reported_with_what_the_queue_said(link, journal, clock):
    link.command("do", {"much": 1.0}, "DO", "DO")
    (exchange,) = journal
    assert (exchange.verb, exchange.arguments, exchange.result) == ("do", {"much": 1.0}, "ok")
    assert (exchange.sent, exchange.received) == (b"DO\nDO\n", b'+0,"No error"\n')
    assert exchange.sent_ns == exchange.received_ns == clock.now_ns()


def test_refused_command_carries_every_queued_error(link, journal):
    with pytest.raises(RefusedError, match="Undefined header") as caught:
        link.command("do", {}, "UNDO", "REDO")
    assert caught.value.code == "-113"
    assert caught.value.sent == b"UNDO\nREDO\n"
    said = '-113,"Undefined header"; -113,"Undefined header"'
    assert journal[0].result == f"RefusedError: the instrument reports {said}"


def test_refused_command_leaves_the_queue_empty(link):
    with pytest.raises(RefusedError):
        link.command("do", {}, "UNDO")
    assert one(link) == 1.0


def test_errors_from_before_are_recorded_at_opening_and_stop_nothing(bare, serve, connect, journal):
    bare.receive(b"BLAH\n")
    assert one(connect(serve(bare))) == 1.0
    assert [(exchange.verb, exchange.result) for exchange in journal] == [
        ("read stale errors", '-113,"Undefined header"')
    ]


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


@pytest.mark.parametrize("wanted, found", [({"model": "E36312A"}, "DEVICE"), ({"serial": "77"}, "0001")])
def test_other_instrument_than_the_bench_file_demands_is_refused(bare, serve, connect, wanted, found):
    with pytest.raises(ConnectionFailedError, match=f"is '{found}', the bench file demands"):
        connect(serve(bare), **wanted)


def test_nothing_listening(connect):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionFailedError, match="advice"):
        connect(f"TCPIP::127.0.0.1::{port}::SOCKET")


def test_host_that_does_not_accept(connect, closing):
    server = closing.enter_context(socket.socket())
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    for _ in range(3):  # a full queue of callers drops the next one
        caller = closing.enter_context(socket.socket())
        caller.setblocking(False)
        caller.connect_ex(server.getsockname())
    with pytest.raises((ConnectionFailedError, NoReplyError)):
        connect(f"TCPIP::127.0.0.1::{server.getsockname()[1]}::SOCKET")


def test_silent_port(connect):
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(NoReplyError):
        connect(f"TCPIP::127.0.0.1::{server.getsockname()[1]}::SOCKET")


@pytest.mark.parametrize(
    "port",
    [
        "nonsense",
        "TCPIP::no-such-host.invalid::5025::SOCKET",
        "TCPIP::127.0.0.1::port::SOCKET",
        "TCPIP::127.0.0.1::99999::SOCKET",
        "ASRL/dev/no-such-port::INSTR",
        "GPIB0::5::INSTR",
        "USB0::0x1234::0x5678::SERIAL::INSTR",
    ],
)
def test_port_that_cannot_be_opened(port):
    with pytest.raises(ConnectionFailedError) as caught:
        open_session("meter", port, visa_library="@py", timeout_s=1.0, line=Line(), tap=None)
    assert caught.value.port == port


def test_something_that_is_not_scpi(connect, serve):
    class Balance(Bare):
        def receive(self, data):
            return b"ES\r\n" if data else b""

    with pytest.raises(ConnectionFailedError, match="no SCPI instrument answers"):
        connect(serve(Balance()))


def test_visa_library_that_is_not_installed(connect, bare, serve):
    with pytest.raises(ConnectionFailedError):
        connect(serve(bare), visa_library="/no/such/libvisa.so")


def test_serial_instrument_is_reached_by_its_port_alone(bare, connect, closing):
    host = PtyHost("meter", bare)
    closing.callback(host.close)
    link = connect(f"ASRL{host.port}::INSTR")
    assert (one(link), two(link)) == (1.0, 2.0)


class OneAtATime(Bare):
    """Hears one line of what comes at once, as instruments without an input buffer do."""

    def receive(self, data):
        return super().receive(data[: data.find(b"\n") + 1])


@pytest.mark.parametrize("kind", [Bare, OneAtATime])
def test_text_is_asked_of_who_may_not_know_it(kind, serve, connect):
    link = connect(serve(kind()))
    assert (link.answer("ONE?"), link.answer("WHO?"), link.answer("TWO?")) == ("1.0", None, "2.0")
    assert one(link) == 1.0


def test_nobody_waits_for_an_answer_that_does_not_come(link):
    watch = Stopwatch()
    for _ in range(10):
        assert link.answer("WHO?") is None
    assert watch.elapsed_s() < 10 * patient(0.1)


def test_class_of_a_resource_may_be_in_small_letters(bare, serve, connect):
    assert one(connect(serve(bare).replace("SOCKET", "socket"))) == 1.0


def test_silent_serial_instrument(bare, wire, connect, closing):
    host = PtyHost("meter", bare, wire=wire)
    closing.callback(host.close)
    link = connect(f"ASRL{host.port}::INSTR")
    wire.fail(Silent())
    with pytest.raises(NoReplyError):
        one(link)


def test_close_is_repeatable(link):
    link.close()
    link.close()
