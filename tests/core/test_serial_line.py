"""How serial ports are set, checked and kept to oneself; and ports behind RFC 2217."""

import array
import contextlib
import fcntl
import itertools
import os
import select
import socket
import termios
import tty

import pytest

from instruments.mettler_mt_sics.driver import Driver as Balance
from rig.clock import VirtualClock
from rig.driving import DriverContext, Reporter
from rig.errors import ConnectionFailedError, ConnectionLostError, GarbledReplyError, NoReplyError
from rig.held_ports import Held, held_by_another
from rig.safety.supervisor.orders import PortAct, Saying
from rig.safety.supervisor.relay import Relay
from rig.serial_line import Line, ParityMarks, refuse_others
from rig.transports import ByteStream
from tests.core.access_server import AccessServer
from tests.patience import patient

_TIOCGEXCL = 0x80045440
MARKED = b"12\xff\x00A\xff\xff3"


class Peer:
    """The other end of a pseudo-terminal."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.port = os.ttyname(self.slave)

    def flags(self):
        return termios.tcgetattr(self.slave)

    def mark_no_more(self):
        """Switch the system's marks off, so that marks can be written by hand; a pseudo-terminal has no parity."""
        flags = self.flags()
        flags[0] &= ~(termios.PARMRK | termios.INPCK)
        termios.tcsetattr(self.slave, termios.TCSANOW, flags)

    def say(self, data):
        os.write(self.master, data)
        assert select.select([self.slave], [], [], patient(5))[0]


@pytest.fixture
def peer():
    end = Peer()
    yield end
    os.close(end.master)
    os.close(end.slave)


@pytest.fixture
def opened(peer):
    with contextlib.ExitStack() as stack:

        def open_stream(port=None, **line):
            stream = ByteStream("scale", port or peer.port, line=Line(**line), timeout_s=patient(0.1))
            return stack.enter_context(stream)

        yield open_stream


@pytest.fixture
def checked(opened):
    """A stream whose port checks parity; a pseudo-terminal cannot be set to have any, so that comes afterwards."""
    stream = opened()
    stream.unchecked, stream._marks = stream._guard(Line(parity="even"))
    return stream


# Parity --------------------------------------------------------------------------------------------------------------


def test_system_is_told_to_mark_bytes_of_a_wrong_parity(peer, checked):
    iflag = peer.flags()[0]
    assert iflag & termios.INPCK
    assert iflag & termios.PARMRK
    assert not iflag & termios.IGNPAR
    assert checked.unchecked == ""


def test_nothing_is_marked_without_parity(peer, opened):
    stream = opened()
    assert not peer.flags()[0] & (termios.INPCK | termios.PARMRK)
    peer.say(b"\xff\x00A\n")
    assert stream.read_until(b"\n") == b"\xff\x00A\n"
    assert stream.unchecked == ""


def test_byte_that_looks_like_a_mark_arrives_as_it_is(peer, checked):
    peer.say(b"\xffA\xff\x00\n")
    assert checked.read_until(b"\n") == b"\xffA\xff\x00\n"


def test_byte_of_a_wrong_parity_is_refused_and_named(peer, checked):
    peer.mark_no_more()
    peer.say(b"S S 1\xff\x00A g\r\n")
    with pytest.raises(GarbledReplyError, match="with a wrong parity: 41") as caught:
        checked.read_until(b"\r\n", sent=b"SI\r\n")
    assert caught.value.received == b"S S 1A g\r\n"
    assert "parity" in caught.value.advice


def test_break_is_refused_as_well(peer, checked):
    peer.mark_no_more()
    peer.say(b"1\xff\x00\x00\r\n")
    with pytest.raises(GarbledReplyError, match="wrong parity: 00"):
        checked.read_until(b"\r\n")


def test_line_is_good_again_after_a_wrong_byte(peer, checked):
    peer.mark_no_more()
    peer.say(b"\xff\x00A")
    with pytest.raises(GarbledReplyError):
        checked.read_until(b"\n")
    peer.say(b"good\n")
    assert checked.read_until(b"\n") == b"good\n"


@pytest.mark.parametrize("cuts", list(itertools.combinations(range(1, len(MARKED)), 2)))
def test_marks_may_be_cut_anywhere(cuts):
    marks = ParityMarks()
    parts = [MARKED[start:end] for start, end in itertools.pairwise((0, *cuts, len(MARKED)))]
    assert b"".join(map(marks.unmark, parts)) == b"12A\xff3"
    assert marks.wrong == b"A"


def test_port_whose_parity_nobody_checks_says_so_in_the_record(opened):
    told = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = opened(f"socket://127.0.0.1:{server.getsockname()[1]}", parity="odd")
        Reporter("scale", stream.port, DriverContext(VirtualClock(0), told.append)).unchecked(stream.unchecked)
    assert [(one.verb, one.result) for one in told] == [
        ("open", "parity odd is set, but nobody here checks it on receipt: this port is none of the system's")
    ]


# Handshake, RS-485 ---------------------------------------------------------------------------------------------------


def test_handshakes_are_set(peer, opened):
    opened(handshake="xon/xoff", exclusive=False)
    assert peer.flags()[0] & termios.IXON
    opened(handshake="rts/cts", exclusive=False)
    assert peer.flags()[2] & termios.CRTSCTS
    opened(exclusive=False)
    assert not peer.flags()[0] & termios.IXON
    assert not peer.flags()[2] & termios.CRTSCTS


def test_two_stop_bits_are_set(peer, opened):
    opened(stop_bits=2)
    assert peer.flags()[2] & termios.CSTOPB


@pytest.mark.parametrize("port", [None, "socket://127.0.0.1:9"])
def test_rs485_is_refused_where_the_port_cannot_do_it(opened, port):
    with pytest.raises(ConnectionFailedError):
        opened(port, rs485="rts high to send")


# To oneself ----------------------------------------------------------------------------------------------------------


def test_port_that_is_open_is_refused_to_the_next(opened):
    opened()
    with pytest.raises(ConnectionFailedError, match="exclusively lock"):
        opened()


def test_port_may_be_shared(opened):
    opened(exclusive=False)
    opened(exclusive=False)


def test_port_is_free_again_once_it_is_closed(opened):
    opened().close()
    opened()


def test_system_refuses_others(peer):
    state = array.array("i", [0])
    refuse_others(peer.slave)
    fcntl.ioctl(peer.slave, _TIOCGEXCL, state)
    assert state[0] == 1


# RFC 2217 ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def server():
    far = AccessServer()
    yield far
    far.close()


def test_port_behind_rfc_2217_is_written_and_read(server, opened):
    stream = opened(server.url, baud=19_200)
    assert stream.exchange(b"\xff\x00hello\n", b"\n") == b"\xff\x00hello\n"
    assert server.device.baudrate == 19_200
    with pytest.raises(NoReplyError) as caught:
        stream.exchange(b"no end", b"\n")
    assert caught.value.received == b"no end"


def test_parity_behind_rfc_2217_is_set_there_and_checked_by_nobody_here(server, opened):
    assert "nobody here checks it" in opened(server.url, parity="even").unchecked
    assert server.device.parity == "E"


def test_rfc_2217_that_is_cut_off_is_a_lost_connection(server, opened):
    stream = opened(server.url)
    server.hang_up()
    with pytest.raises(ConnectionLostError):
        stream.exchange(b"x\n", b"\n")


def test_rfc_2217_can_be_opened_again(server, opened):
    opened(server.url).close()
    assert opened(server.url).exchange(b"again\n", b"\n") == b"again\n"


def test_nobody_behind_rfc_2217(opened):
    with pytest.raises(ConnectionFailedError):
        opened("rfc2217://127.0.0.1:9")


def test_supervisor_holds_a_port_behind_rfc_2217_for_the_run_and_stops_by_it(server, opened):
    act = PortAct("pump", "stopped", server.url, (Saying(b"STOP\n", b"STOP"),), end=b"\n")
    with contextlib.closing(Relay(act)) as relay:
        with held_by_another(server.url, Held(relay.url, relay.token)):
            assert opened(server.url).exchange(b"run\n", b"\n") == b"run\n"
        assert relay.stop() == ""
        server.hang_up()
        assert relay.stop() != ""


def test_balance_has_every_key_of_a_serial_line(peer):
    line = {"stop_bits": 2, "handshake": "xon/xoff", "timeout_s": 0.05}
    with pytest.raises(NoReplyError):
        Balance("scale", Balance.Settings(port=peer.port, **line), DriverContext(VirtualClock(0), print))
    assert peer.flags()[0] & termios.IXON
    assert peer.flags()[2] & termios.CSTOPB


def test_balance_whose_parity_nobody_checks_says_so_in_the_record():
    told = []
    context = DriverContext(VirtualClock(0), told.append)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(NoReplyError):
            Balance("scale", Balance.Settings(port=port, parity="even", timeout_s=0.05), context)
    assert [one.verb for one in told] == ["open"]
