"""A pump's end of a wire, for tests of who holds that wire."""

import contextlib
import socket
import threading

from rig.clock import Deadline
from tests.patience import patient

PORT = "socket://127.0.0.1:{}"


class Far:
    """A far end on a TCP port that notes what it hears and answers by a table."""

    def __init__(self, answers):
        self.heard = bytearray()
        self._answers = answers
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = PORT.format(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        try:
            client, _ = self._server.accept()
        except OSError:
            return
        self._client = client
        with client, contextlib.suppress(OSError):
            while data := client.recv(4096):
                self.heard += data
                for asked, answer in self._answers.items():
                    if asked in data:
                        client.sendall(answer)

    def wait_for(self, words):
        deadline = Deadline(patient(1))
        while words not in self.heard and not deadline.passed():
            deadline.nap(0.01)
        assert words in self.heard

    def hang_up(self):
        self._client.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._server.close()
