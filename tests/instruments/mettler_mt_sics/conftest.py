"""A balance over a real port: the twin, and one that answers with recorded bytes."""

import pytest

from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.twin import Twin
from tests.patience import patient

MEETING = {
    b"@": b'I4 A "B1"\r\n',
    b"I2": b'I2 A "XP205 220.0 g"\r\n',
    b"I3": b'I3 A "1.0"\r\n',
    b"I4": b'I4 A "B1"\r\n',
    b"M01": b"ES\r\n",
    b"M02": b"ES\r\n",
    b"M03": b"ES\r\n",
    b"C0": b"ES\r\n",
    b"WS": b"ES\r\n",
}


class Recorded:
    """Answers each command with recorded bytes; a list is answered item by item, the last one for ever."""

    hosting = "serial"
    port_format = "socket://{host}:{port}"
    baud = 9600

    def __init__(self, answers):
        self.answers = {command: list(a) if isinstance(a, list) else [a] for command, a in answers.items()}
        self.heard = []

    def receive(self, data):
        commands = data.split(b"\r\n")[:-1]
        self.heard += commands
        return b"".join(self._next(command) for command in commands)

    def _next(self, command):
        answers = self.answers[command]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def unsolicited(self):
        return b""

    def hung_up(self):
        pass


@pytest.fixture
def twin(laboratory):
    return Twin("balance", Twin.Parameters(), laboratory)


@pytest.fixture
def open_driver(context, closing):
    def connect(port, **settings):
        driver = Driver("balance", Driver.Settings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(driver.close)
        return driver

    return connect


@pytest.fixture
def balance(twin, serve, open_driver, journal):
    driver = open_driver(serve(twin))
    journal.clear()  # how it is set is told at the opening
    return driver


@pytest.fixture
def recorded(serve, open_driver):
    def connect(answers, **settings):
        played = Recorded({**MEETING, **answers})
        return open_driver(serve(played), **settings), played

    return connect
