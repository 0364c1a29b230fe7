"""Lines that echo, and far ends that hang up within an answer: the error says so."""

import socket

import pytest

from instruments.scpi.opening import open_session
from instruments.scpi.queries import ScpiLink
from instruments.scpi.settings import ScpiSettings
from rig.clock import Stopwatch
from rig.errors import ConnectionFailedError, ConnectionLostError
from rig.serial_line import Line
from tests.patience import patient


class Echo:
    hosting = "tcp"
    port_format = "TCPIP::{host}::{port}::SOCKET"

    def receive(self, data):
        return data

    def unsolicited(self):
        return b""

    def hung_up(self):
        """Do nothing: it remembers nothing."""


def test_a_line_that_echoes_is_called_so(serve, context):
    with pytest.raises(ConnectionFailedError) as caught:
        ScpiLink("meter", ScpiSettings(port=serve(Echo()), timeout_s=patient(0.1)), context)
    assert caught.value.advice.startswith("what came is what was sent: switch the echo off")
    assert caught.value.advice in str(caught.value)


def test_an_instrument_that_hangs_up_within_an_answer_is_lost_at_once(closing):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"TCPIP::127.0.0.1::{server.getsockname()[1]}::SOCKET"
        session = open_session("meter", port, visa_library="@py", timeout_s=20.0, line=Line(), tap=None)
        closing.callback(session.close)
        with server.accept()[0] as far:
            far.sendall(b"+1.0")
    waited = Stopwatch()
    with pytest.raises(ConnectionLostError, match="hung up"):
        session.exchange("ONE?")
    assert waited.elapsed_s() < 10.0
