"""Byte streams over real pseudo-terminals and sockets: every way a port can disappoint is one typed error."""

import os
import select
import socket
import threading
import tty

import pytest

from rig.clock import Deadline, VirtualClock, WallClock
from rig.driving import DriverContext, patience_of
from rig.errors import ConnectionFailedError, ConnectionLostError, GarbledReplyError, NoReplyError
from rig.transports import ByteStream
from tests.patience import patient


class Peer:
    """The other end of a pseudo-terminal."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.port = os.ttyname(self.slave)

    def close(self):
        for fd in (self.master, self.slave):
            os.close(fd)

    def await_arrival(self):
        """Return when what was written can be read at the port: the kernel carries it there in its own time."""
        assert select.select([self.slave], [], [], patient(5))[0]

    def answer_once(self, reply):
        def answer():
            os.read(self.master, 1000)
            os.write(self.master, reply)

        thread = threading.Thread(target=answer)
        thread.start()
        return thread


@pytest.fixture
def peer():
    end = Peer()
    yield end
    end.close()


@pytest.fixture
def stream(peer):
    with ByteStream("scale", peer.port, timeout_s=patient(0.1)) as opened:
        yield opened


def test_an_exchange_returns_the_reply_with_its_end(peer, stream):
    thread = peer.answer_once(b"S S 1.0 g\r\n")
    assert stream.exchange(b"SI\r\n", b"\r\n") == b"S S 1.0 g\r\n"
    thread.join()


def test_bytes_behind_the_end_wait_for_the_next_call(peer, stream):
    os.write(peer.master, b"one\r\ntwo\r\n")
    assert stream.read_until(b"\r\n") == b"one\r\n"
    assert stream.read_until(b"\r\n") == b"two\r\n"


def test_an_exchange_drops_what_lay_in_the_input_before(peer, stream):
    os.write(peer.master, b"stale\r\n")
    peer.await_arrival()
    thread = peer.answer_once(b"fresh\r\n")
    assert stream.exchange(b"?", b"\r\n") == b"fresh\r\n"
    thread.join()


def test_a_whole_reply_may_be_told_by_a_function(peer, stream):
    thread = peer.answer_once(b"\x03abc")
    assert stream.exchange(b"?", lambda data: len(data) > data[0] if data else False) == b"\x03abc"
    thread.join()


def test_silence_ends_at_the_deadline_with_the_bytes_so_far(peer, stream):
    thread = peer.answer_once(b"S S 1.")
    with pytest.raises(NoReplyError) as caught:
        stream.exchange(b"SI\r\n", b"\r\n")
    thread.join()
    assert caught.value.sent == b"SI\r\n"
    assert caught.value.received == b"S S 1."
    assert "scale" in str(caught.value)
    assert "baud rate" in caught.value.advice


def test_an_endless_babble_is_garbled(stream, peer):
    stop = threading.Event()

    def babble():
        while not stop.is_set():
            try:
                os.write(peer.master, b"x" * 1000)
            except BlockingIOError:
                continue

    os.set_blocking(peer.master, False)
    thread = threading.Thread(target=babble)
    thread.start()
    try:
        with pytest.raises(GarbledReplyError):
            stream.read_until(b"\r\n", timeout_s=patient(5.0))
    finally:
        stop.set()
        thread.join()


def test_a_port_that_is_not_there(tmp_path):
    with pytest.raises(ConnectionFailedError, match="cannot be opened") as caught:
        ByteStream("pump", str(tmp_path / "none"))
    assert caught.value.port == str(tmp_path / "none")


@pytest.mark.parametrize("port", ["socket://127.0.0.1:1", "nonsense://x", "socket://nobody"])
def test_a_url_that_leads_nowhere(port):
    with pytest.raises(ConnectionFailedError):
        ByteStream("pump", port, timeout_s=0.2)


def test_a_port_that_dies_in_use():
    end = Peer()
    with ByteStream("pump", end.port, timeout_s=0.3) as stream:
        end.close()
        with pytest.raises((ConnectionLostError, NoReplyError)):
            stream.exchange(b"x", b"\n")


def test_a_socket_that_is_closed_by_the_other_side():
    server = socket.create_server(("127.0.0.1", 0))
    with ByteStream("pump", f"socket://127.0.0.1:{server.getsockname()[1]}", timeout_s=patient(0.5)) as stream:
        client, _ = server.accept()
        client.close()
        server.close()
        with pytest.raises(ConnectionLostError):
            stream.exchange(b"x", b"\n")


def test_closing_twice_is_harmless(stream):
    stream.close()
    stream.close()


def test_a_stream_that_was_closed_is_a_lost_connection(stream):
    stream.close()
    with pytest.raises(ConnectionLostError):
        stream.exchange(b"x", b"\n")


class Sluggish:
    """Reads what a pseudo-terminal was sent, but begins late."""

    def __init__(self, peer, expected, after_s):
        self.heard = b""
        self._thread = threading.Thread(target=self._read, args=(peer, expected, after_s))
        self._thread.start()

    def _read(self, peer, expected, after_s):
        Deadline(after_s).nap(after_s)
        while len(self.heard) < expected:
            self.heard += os.read(peer.master, 4096)

    def join(self):
        self._thread.join()


LONG = bytes(range(256)) * 256  # more than any pseudo-terminal keeps


def test_a_far_end_that_begins_to_read_late_gets_every_byte(peer, stream):
    late = Sluggish(peer, len(LONG), 2.0)
    stream.write(LONG)
    late.join()
    assert late.heard == LONG


def test_a_far_end_that_never_reads_is_no_reply_and_says_what_was_taken(peer, stream):
    deadline = Deadline(30.0)
    with pytest.raises(NoReplyError, match=rf"only \d+ of {len(LONG)} bytes were taken within 5 s") as caught:
        stream.write(LONG)
    assert not deadline.passed()
    assert "flow control" in caught.value.advice


def test_a_socket_that_begins_to_read_late_gets_every_byte():
    data = LONG * 200  # more than both ends of a socket keep
    heard = []

    def read_late(client):
        Deadline(1.0).nap(1.0)
        while sum(map(len, heard)) < len(data) and (got := client.recv(1 << 20)):
            heard.append(got)

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        ByteStream("pump", f"socket://127.0.0.1:{server.getsockname()[1]}") as stream,
    ):
        client, _ = server.accept()
        with client:
            thread = threading.Thread(target=read_late, args=(client,))
            thread.start()
            stream.write(data)
            thread.join()
    assert b"".join(heard) == data


def test_an_answer_that_came_while_the_reader_was_held_up_counts(peer, stream):
    os.write(peer.master, b"late for us, not for them\r\n")
    select.select([stream.raw], [], [])
    assert stream.read_until(b"\r\n", timeout_s=0.0) == b"late for us, not for them\r\n"


def test_a_bench_on_the_virtual_clock_is_patient_and_a_real_one_takes_settings_as_they_are():
    virtual, wall = VirtualClock(0), WallClock()
    waits = {
        clock: [DriverContext(clock, print, patience_of(clock)).wire_s(timeout_s) for timeout_s in (0.1, 2.0, 30.0)]
        for clock in (virtual, wall)
    }
    assert waits == {virtual: [2.0, 6.0, 30.0], wall: [0.1, 2.0, 30.0]}
