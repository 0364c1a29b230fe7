"""Serves one byte twin on a pseudo-terminal. POSIX only; elsewhere serial twins are served over TCP."""

import os
import select
import termios
import threading
import tty
from pathlib import Path

from instruments.hosting.twin import ByteTwin
from instruments.hosting.wire import Wire, exchange, well
from rig.clock import Deadline

_READ_SIZE = 4096
# How often a twin is asked whether it has something to say by itself.
_TICK_S = 0.02
# A thread that has nothing else to do has pulled a plug by then, on a machine that is busy with much else.
_PLUGGED_WITHIN_S = 10.0
_UNPLUGGED = "(unplugged)"


class PtyHost:
    """A thread that carries bytes between a pseudo-terminal and a twin, over a wire that may be faulty.

    The slave end is kept open here, else the master would see an error between two clients. A terminal that was
    unplugged comes back under another name; `link` keeps one that stays.
    """

    def __init__(self, name: str, twin: ByteTwin, link: Path | None = None, *, wire: Wire | None = None) -> None:
        self._twin = twin
        self._wire = wire or well()
        self.failure: Exception | None = None
        self._baud: int | None = getattr(twin, "baud", None)
        self._link = link
        self._wake_read, self._wake_write = os.pipe()
        self._closed = False
        self._ends: tuple[int, ...] = ()
        self._plug_in()
        self._thread = threading.Thread(target=self._serve, name=f"twin-{name}", daemon=True)
        self._thread.start()

    def port_now(self) -> str:
        """Return the port that the wire's script leaves by now, and what cannot be opened while it is unplugged.

        The thread needs a moment to pull a plug or to put it in, which on the virtual clock nobody else waits for.
        """
        deadline = Deadline(_PLUGGED_WITHIN_S)
        while not self._is_as_scripted() and not deadline.passed():
            deadline.nap(_TICK_S)
        return self.port if self._ends else _UNPLUGGED

    def _is_as_scripted(self) -> bool:
        if self._wire.unplugged or self.failure is not None:
            return not self._ends or self.failure is not None
        return bool(self._ends) and self._wire.cuts == self._cuts

    def close(self) -> None:
        """End the thread and remove the terminal; a client sees its port die. Safe to repeat."""
        if self._closed:
            return
        self._closed = True
        os.write(self._wake_write, b"x")
        self._thread.join()
        self._pull_out()
        for fd in (self._wake_read, self._wake_write):
            os.close(fd)
        if self._link is not None and self._leads_to(self._link):
            self._link.unlink(missing_ok=True)

    def _leads_to(self, link: Path) -> bool:
        """Tell whether the name is still this terminal's: somebody else may have taken it since."""
        try:
            return str(link.readlink()) == self._terminal
        except OSError:
            return False

    def _plug_in(self) -> None:
        """Make a terminal; from now on only a new pull of the plug counts."""
        self._cuts = self._wire.cuts
        self._wire.connected_anew()
        ends = self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = self._terminal = os.ttyname(self._slave)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self.port)
            self.port = str(self._link)
        self._ends = ends  # last: who sees them may use the port

    def _pull_out(self) -> None:
        for fd in self._ends:
            os.close(fd)
        self._ends = ()

    def _serve(self) -> None:
        try:
            while self._carry():
                self._twin.hung_up()
                self._pull_out()
                while self._wire.unplugged and not self._is_ending(_TICK_S):
                    continue
                self._plug_in()
        except Exception as error:  # noqa: BLE001 - firmware under test may raise anything; the bench must hear of it
            self.failure = error
            self._pull_out()  # nobody will answer any more: whoever waits for an answer is told at once

    def _carry(self) -> bool:
        """Carry bytes until the host is to end (False) or the wire is unplugged (True)."""
        while True:
            ready, _, _ = select.select([self._master, self._wake_read], [], [], _TICK_S)
            if self._wake_read in ready:
                return False
            if self._wire.cuts != self._cuts:
                return True
            data = os.read(self._master, _READ_SIZE) if self._master in ready else b""
            # A real instrument hears only noise at a wrong rate, and mostly keeps silent about it.
            if data and not self._baud_matches():
                data = b""
            self._send(exchange(self._wire, self._twin, data))

    def _is_ending(self, within_s: float) -> bool:
        return bool(select.select([self._wake_read], [], [], within_s)[0])

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
