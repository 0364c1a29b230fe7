"""A reverse proxy that misbehaves on demand, in front of a real server."""

import contextlib
import http.client
import socket
import ssl
import struct
import threading
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.patience import patient

WRITE = "/api/v2/write"


@dataclass(frozen=True)
class Answer:
    """Answer so without asking the server."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"message":"as planned"}'


class Fault:
    """Names of what can be done to a request."""

    PASS = "none"
    HANG = "take the request and never answer"
    HALF_OPEN = "stop reading in the middle of the request and never answer"
    RESET_MID_BODY = "reset the connection in the middle of the request"
    RESET_AFTER = "let the server take it, then reset the connection instead of answering"
    GARBAGE = "answer something that is not HTTP"
    CUT_ANSWER = "let the server take it, then end the answer in its head"


def always(answer: Answer | None) -> Callable[[bytes], Answer | None]:
    """Return a rule that looks at nothing."""

    def rule(_body: bytes) -> Answer | None:
        return answer

    return rule


class FaultyProxy:
    """Forwards to `backend`.

    The next writes meet what is in `plan`, one each (`Fault.PASS`: nothing); others what `rule` says of their body.
    """

    def __init__(self, backend: str, tls: ssl.SSLContext | None = None) -> None:
        self.plan: deque[Answer | str] = deque()
        self.rule: Callable[[bytes], Answer | None] = always(None)
        self.before_fault: Callable[[], None] = lambda: None
        self.writes = 0
        self.to_reads: Answer | None = None
        self.seen: list[dict[str, str]] = []
        self.over = threading.Event()
        parts = urllib.parse.urlsplit(backend)
        self._backend = (parts.hostname, parts.port)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                proxy.handle(self)

            def do_GET(self) -> None:
                proxy.handle(self)

            def log_message(self, *args: Any) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                pass  # connections break here on purpose

        self._listener = Listener(("127.0.0.1", 0), Handler, bind_and_activate=False)
        # A small window, so that a request that nobody reads stands still at once.
        self._listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.server_bind()
        self._listener.server_activate()
        if tls is not None:
            self._listener.socket = tls.wrap_socket(self._listener.socket, server_side=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._listener.server_port}"
        self._thread = threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Serve one request."""
        length = int(request.headers.get("Content-Length") or 0)
        write = request.path.startswith(WRITE)
        self.seen.append(dict(request.headers))
        self.writes += write
        fault = self.plan.popleft() if write and self.plan else None
        if fault in (Fault.HALF_OPEN, Fault.RESET_MID_BODY):
            request.rfile.read(min(length // 2, 100))
            self.before_fault()
            self._end(request, reset=fault == Fault.RESET_MID_BODY)
            return
        body = request.rfile.read(length)
        if not write and self.to_reads is not None:
            _answer(request, self.to_reads)
        elif isinstance(fault, Answer):
            _answer(request, fault)
        elif fault == Fault.HANG:
            self._end(request, reset=False)
        elif fault == Fault.GARBAGE:
            request.wfile.write(b"\xff\x00 what?\r\n\r\n")
            request.close_connection = True
        elif write and fault is None and (refusal := self.rule(body)) is not None:
            _answer(request, refusal)
        else:
            self._forward(request, body, fault)

    def _forward(self, request: BaseHTTPRequestHandler, body: bytes, fault: object) -> None:
        headers = {key: value for key, value in request.headers.items() if key.lower() not in ("host", "connection")}
        try:
            with contextlib.closing(http.client.HTTPConnection(*self._backend, timeout=patient(20))) as backend:
                backend.request(request.command, request.path, body or None, headers)
                response = backend.getresponse()
                content = response.read()
        except OSError:
            self._end(request, reset=True)
            return
        if fault == Fault.RESET_AFTER:
            self.before_fault()
            self._end(request, reset=True)
        elif fault == Fault.CUT_ANSWER:
            request.wfile.write(b"HTTP/1.1 204 No Con")
            request.close_connection = True
        else:
            kept = {
                key: value for key, value in response.getheaders() if key.lower() in ("content-type", "retry-after")
            }
            _answer(request, Answer(response.status, kept, content.decode()))

    def _end(self, request: BaseHTTPRequestHandler, *, reset: bool) -> None:
        request.close_connection = True
        if reset:
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.connection.close()
        else:
            self.over.wait(patient(30))


def _answer(request: BaseHTTPRequestHandler, answer: Answer) -> None:
    body = b"" if answer.status == 204 else answer.body.encode()
    request.send_response(answer.status)
    for key, value in answer.headers.items():
        request.send_header(key, value)
    if answer.status != 204:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@contextlib.contextmanager
def faulty(backend: str, tls: ssl.SSLContext | None = None) -> Iterator[FaultyProxy]:
    """Put a faulty proxy in front of a server."""
    with FaultyProxy(backend, tls) as proxy:
        yield proxy
