"""The sockets below PyVISA-py's sessions: its waits begin anew with each byte that comes, and ours must not."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator

from pyvisa.resources import MessageBasedResource, TCPIPSocket

# Where PyVISA-py keeps its sockets: VXI-11 in the first, HiSLIP in the other two.
_NAMES = ("sock", "_sync", "_async")


def socket_of(resource: MessageBasedResource) -> socket.socket | None:
    """Return the socket of a SOCKET resource; None for any other, and under a maker's VISA library."""
    interface = _interface(resource)
    return interface if isinstance(resource, TCPIPSocket) and isinstance(interface, socket.socket) else None


def await_bytes(sock: socket.socket, seconds: float) -> bool:
    """Wait for something to read, or for the far end to hang up; return whether it came."""
    return bool(select.select([sock], [], [], seconds)[0])


def demand_far_end(sock: socket.socket) -> None:
    """Raise OSError when the far end has hung up: PyVISA-py takes that for silence and looks again until it is late."""
    if await_bytes(sock, 0) and not sock.recv(1, socket.MSG_PEEK):
        raise ConnectionResetError("the far end hung up")


def await_room(sock: socket.socket, seconds: float) -> bool:
    """Wait until the far end takes bytes; return whether it does."""
    return bool(select.select([], [sock], [], seconds)[1])


class Cut:
    """Whether the sockets of a resource were shut because its time was over."""

    def __init__(self) -> None:
        self.done = False


@contextlib.contextmanager
def cut_after(resource: MessageBasedResource, seconds: float) -> Iterator[Cut]:
    """Shut the sockets below a VXI-11 or HiSLIP resource when the block takes longer; others are left to their library.

    A socket that is shut lets every wait on it end at once: there is no other way to end those of PyVISA-py.
    """
    interface = _interface(resource)
    found = [getattr(interface, name, None) for name in _NAMES]
    below = [one for one in found if isinstance(one, socket.socket)]
    cut = Cut()

    def shut() -> None:
        cut.done = True
        for one in below:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    if not below:
        yield cut
        return
    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()
        timer.join()


def _interface(resource: MessageBasedResource) -> object:
    sessions = getattr(resource.visalib, "sessions", {})
    return getattr(sessions.get(resource.session), "interface", None)
