"""Serves one gRPC twin."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from instruments.hosting.tcp_host import LOOPBACK
from instruments.hosting.twin import GrpcTwin

# Each blocked read and each event stream of a client holds one thread.
_THREADS = 16
_GRACE_S = 0.5
MAX_MESSAGE_BYTES = 64 << 20


class GrpcHost:
    """A gRPC server on the loopback with one twin in it."""

    def __init__(self, name: str, twin: GrpcTwin, tcp_port: int = 0) -> None:
        self._twin = twin
        self._server = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix=f"twin-{name}"),
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ],
        )
        twin.add_to(self._server)
        bound = self._server.add_insecure_port(f"{LOOPBACK}:{tcp_port}")
        self._server.start()
        self.port = f"grpc://{LOOPBACK}:{bound}"

    def close(self) -> None:
        """End the server; blocked calls are cancelled."""
        self._twin.close()
        self._server.stop(_GRACE_S).wait()
