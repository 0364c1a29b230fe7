"""What every SCPI twin is to its host: it takes bytes, answers whole messages."""

from typing import ClassVar

from instruments.plant.laboratory import Laboratory
from instruments.scpi.simulated.status_model import ScpiDevice, ScpiMalfunction


class ScpiTwin:
    """The hosting side of a SCPI twin; a twin adds its commands and what they mean in the laboratory."""

    hosting: ClassVar[str] = "tcp"
    port_format: ClassVar[str] = "TCPIP::{host}::{port}::SOCKET"

    def __init__(self, device: ScpiDevice, laboratory: Laboratory) -> None:
        self._device = device
        self._laboratory = laboratory

    @property
    def malfunction(self) -> ScpiMalfunction:
        """What is wrong with the instrument itself at the moment."""
        return self._device.malfunction

    @malfunction.setter
    def malfunction(self, malfunction: ScpiMalfunction) -> None:
        self._device.malfunction = malfunction

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they come, answer each whole message."""
        with self._laboratory.lock:
            return self._device.receive(data)

    def unsolicited(self) -> bytes:
        """Say nothing: SCPI instruments speak when they are asked."""
        return b""

    def hung_up(self) -> None:
        """Forget half a message; the instrument's state stays as it is."""
        self._device.hang_up()
