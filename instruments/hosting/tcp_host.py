"""Serves one byte twin on a TCP socket, one client after another or several at once."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable

from instruments.hosting.twin import ByteTwin
from instruments.hosting.wire import Wire, exchange, well

_READ_SIZE = 65536
_TICK_S = 0.02
LOOPBACK = "127.0.0.1"


class TcpHost:
    """Threads that carry bytes between TCP clients and a twin; calls into the twin are serialised.

    A wire that is unplugged drops every client, and new ones as soon as they come.
    """

    def __init__(self, name: str, twin: ByteTwin, tcp_port: int = 0, *, wire: Wire | None = None) -> None:
        self._wire = wire or well()
        self._name = name
        self.failure: Exception | None = None
        self._twin = twin
        self._turn = threading.Lock()
        self._closing = threading.Event()
        self._server = socket.create_server((LOOPBACK, tcp_port))
        self._server.settimeout(_TICK_S * 5)
        # Readable once the host closes, and from then on: no thread has to be waited for until its tick.
        self._closed_read, self._closed_write = socket.socketpair()
        self.address: tuple[str, int] = self._server.getsockname()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def port(self) -> str:
        """Return the port as the twin's driver writes it."""
        return self._twin.port_format.format(host=self.address[0], port=self.address[1])

    def close(self) -> None:
        """Stop listening and drop every client. Safe to repeat."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._closed_write.shutdown(socket.SHUT_RDWR)
        while self._threads:  # the one that lets clients in is the first: behind it nobody is added
            self._threads.pop(0).join()
        self._closed_read.close()
        self._closed_write.close()
        self._server.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=f"twin-{self._name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            select.select([self._server, self._closed_read], [], [])
            if self._closing.is_set():
                return
            try:
                client, _ = self._server.accept()
            except TimeoutError:  # it was gone again
                continue
            if self._wire.unplugged:
                client.close()
                continue
            self._wire.connected_anew()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(1.0)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        try:
            self._carry(client)
        except Exception as error:  # noqa: BLE001 - a twin's mistake may be any; the bench must hear of it
            self.failure = error

    def _carry(self, client: socket.socket) -> None:
        # A client that goes away mid-word is no error of the twin's.
        cuts = self._wire.cuts
        with client, contextlib.suppress(OSError):
            while not self._closing.is_set():
                ready, _, _ = select.select([client, self._closed_read], [], [], _TICK_S)
                if self._closed_read in ready or self._wire.cuts != cuts:
                    break
                data = client.recv(_READ_SIZE) if ready else b""
                if ready and not data:
                    break
                with self._turn:
                    answer = exchange(self._wire, self._twin, data)
                if answer:
                    client.sendall(answer)
        with self._turn:
            self._twin.hung_up()
