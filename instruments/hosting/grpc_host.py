"""Serves one gRPC twin."""

import errno
from concurrent.futures import ThreadPoolExecutor

import grpc

from instruments.hosting.tcp_host import LOOPBACK
from instruments.hosting.twin import GrpcTwin

# Each blocked read and each event stream of a client holds one thread.
_THREADS = 16
_GRACE_S = 0.5
MAX_MESSAGE_BYTES = 64 << 20


class GrpcHost:
    """A gRPC server on the loopback with one twin in it; raises OSError when the port is taken."""

    def __init__(self, name: str, twin: GrpcTwin, tcp_port: int = 0) -> None:
        self._twin = twin
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"twin-{name}")
        self._server = grpc.server(
            self._threads,
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ],
        )
        twin.add_to(self._server)
        try:
            bound = self._server.add_insecure_port(f"{LOOPBACK}:{tcp_port}")
        except RuntimeError as error:  # grpc says no more than that it could not
            self._threads.shutdown(wait=False)
            raise OSError(errno.EADDRINUSE, f"{name}: cannot listen on {LOOPBACK}:{tcp_port}: {error}") from error
        self._server.start()
        self.port = f"grpc://{LOOPBACK}:{bound}"

    def close(self) -> None:
        """End the server; blocked calls are cancelled. Safe to repeat."""
        self._twin.close()
        self._server.stop(_GRACE_S).wait()
        self._threads.shutdown(wait=False)
