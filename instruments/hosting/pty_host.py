"""Serves one byte twin on a pseudo-terminal. POSIX only; elsewhere serial twins are served over TCP."""

import os
import select
import termios
import threading
import tty
from pathlib import Path

from instruments.hosting.twin import ByteTwin

_READ_SIZE = 4096
# How often a twin is asked whether it has something to say by itself.
_TICK_S = 0.02


class PtyHost:
    """A thread that carries bytes between a pseudo-terminal and a twin.

    The slave end is kept open here, else the master would see an error between two clients.
    """

    def __init__(self, name: str, twin: ByteTwin, link: Path | None = None) -> None:
        self._twin = twin
        self.failure: Exception | None = None
        self._baud: int | None = getattr(twin, "baud", None)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._wake_read, self._wake_write = os.pipe()
        self._link = link
        self.port = os.ttyname(self._slave)
        if link is not None:
            link.unlink(missing_ok=True)
            link.symlink_to(self.port)
            self.port = str(link)
        self._thread = threading.Thread(target=self._serve, name=f"twin-{name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and remove the terminal; a client sees its port die."""
        if not self._thread.is_alive():
            return
        os.write(self._wake_write, b"x")
        self._thread.join()
        for fd in (self._master, self._slave, self._wake_read, self._wake_write):
            os.close(fd)
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def _serve(self) -> None:
        try:
            self._carry()
        except Exception as error:  # noqa: BLE001 - firmware under test may raise anything; the bench must hear of it
            self.failure = error

    def _carry(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake_read], [], [], _TICK_S)
            if self._wake_read in ready:
                return
            answer = b""
            if self._master in ready:
                data = os.read(self._master, _READ_SIZE)
                # A real instrument hears only noise at a wrong rate, and mostly keeps silent about it.
                if self._baud_matches():
                    answer = self._twin.receive(data)
            self._send(answer + self._twin.unsolicited())

    def _send(self, data: bytes) -> None:
        """Write what fits; what a client leaves unread is lost, as in any full receive buffer."""
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                return

    def _baud_matches(self) -> bool:
        if self._baud is None:
            return True
        return bool(termios.tcgetattr(self._slave)[5] == getattr(termios, f"B{self._baud}"))
