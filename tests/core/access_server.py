"""A serial port behind RFC 2217, as an access server has it: pyserial's own other end, before a plug that echoes."""

import contextlib
import socket
import threading

import serial
from serial.rfc2217 import PortManager


class AccessServer:
    """Serves one client after another; what is sent to the port comes back from it."""

    def __init__(self):
        self.device = serial.serial_for_url("loop://", timeout=0.02)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.1)
        self.url = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"
        self._ended = threading.Event()
        self._client = None
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def hang_up(self):
        """Cut the client off."""
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._ended.set()
        if self._client is not None:
            self.hang_up()
        for thread in tuple(self._threads):
            thread.join()
        self._server.close()
        self.device.close()

    def write(self, data):
        """Send to the client what the port manager has to say."""
        self._client.sendall(data)

    def _accept(self):
        while not self._ended.is_set():
            try:
                self._client, _ = self._server.accept()
            except TimeoutError:
                continue
            manager = PortManager(self.device, self)
            gone = threading.Event()
            reader = threading.Thread(target=self._from_port, args=(manager, gone))
            self._threads.append(reader)
            reader.start()
            self._to_port(manager)
            gone.set()
            self._client.close()

    def _to_port(self, manager):
        with contextlib.suppress(OSError):
            while data := self._client.recv(4096):
                self.device.write(b"".join(manager.filter(data)))

    def _from_port(self, manager, gone):
        with contextlib.suppress(OSError):
            while not gone.is_set():
                if data := self.device.read(self.device.in_waiting or 1):
                    self._client.sendall(b"".join(manager.escape(data)))
