"""A SCPI device of two numbers, as tests of the conversation want it."""

from instruments.scpi.simulated.status_model import ScpiDevice


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


def one(link):
    return link.read_number("ONE?", unit="A", limit=10.0)


def two(link):
    return link.read_number("TWO?", unit="A", limit=10.0)
