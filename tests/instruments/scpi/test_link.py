"""The conversation over real sockets, and what is met where no such device is."""

import socket

import pytest

from instruments.hosting.faults import Silent
from instruments.hosting.pty_host import PtyHost
from instruments.scpi.opening import open_session
from rig.capabilities import Identity
from rig.clock import Stopwatch
from rig.errors import (
    ConnectionFailedError,
    NoReplyError,
    RefusedError,
)
from rig.serial_line import Line
from tests.instruments.scpi.bare import Bare, one, two
from tests.patience import patient
from tests.ports import nobody_listens


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


@pytest.mark.parametrize("wanted, found", [({"model": "E36312A"}, "DEVICE"), ({"serial": "77"}, "0001")])
def test_other_instrument_than_the_bench_file_demands_is_refused(bare, serve, connect, wanted, found):
    with pytest.raises(ConnectionFailedError, match=f"is '{found}', the bench file demands"):
        connect(serve(bare), **wanted)


def test_nothing_listening(connect):
    with nobody_listens() as port, pytest.raises(ConnectionFailedError, match="advice"):
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
