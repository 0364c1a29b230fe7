"""Serves one gRPC twin, over a wire that may be faulty."""

import errno
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from instruments.hosting.faults import Late, Silent, Unplugged
from instruments.hosting.tcp_host import LOOPBACK
from instruments.hosting.twin import GrpcTwin
from instruments.hosting.wire import Wire, well
from rig.clock import Deadline, ns_from_s

# Each blocked read and each event stream of a client holds one thread.
_THREADS = 16
_GRACE_S = 0.5
_NAP_S = 0.005
UNPLUGGED = "nothing is plugged in here"
MAX_MESSAGE_BYTES = 64 << 20


class _WireOfCalls:
    """Lets every unary call meet the faults of a wire: an interceptor, as grpc calls it."""

    def __init__(self, wire: Wire, closing: threading.Event) -> None:
        self._wire = wire
        self._closing = closing

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Return the handler of a call, with the wire before it."""
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler

        def answer(request: Any, context: Any) -> Any:
            if self._wire.unplugged:
                context.abort(grpc.StatusCode.UNAVAILABLE, UNPLUGGED)
            if not self._wire.hears():
                self._hold(context, None)
                context.abort(grpc.StatusCode.CANCELLED, "the call was not heard")
            try:
                return handler.unary_unary(request, context)
            finally:  # what a twin answers with an error is an answer too
                self._meet_faults(context)

        return grpc.unary_unary_rpc_method_handler(answer, handler.request_deserializer, handler.response_serializer)

    def _meet_faults(self, context: Any) -> None:
        match self._wire.next_answer():
            case Silent():
                self._hold(context, None)
            case Unplugged():
                context.abort(grpc.StatusCode.UNAVAILABLE, UNPLUGGED)
            case Late(by_s=by_s):
                self._hold(context, self._wire.clock.now_ns() + ns_from_s(by_s))

    def _hold(self, context: Any, until_ns: int | None) -> None:
        """Keep a call unanswered until then, or until nobody waits for the answer."""
        while context.is_active() and not self._closing.is_set():
            if until_ns is not None and self._wire.clock.now_ns() >= until_ns:
                return
            Deadline(_NAP_S).nap(_NAP_S)


class GrpcHost:
    """A gRPC server on the loopback with one twin in it; raises OSError when the port is taken."""

    def __init__(self, name: str, twin: GrpcTwin, tcp_port: int = 0, *, wire: Wire | None = None) -> None:
        self._twin = twin
        self._closing = threading.Event()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"twin-{name}")
        self._server = grpc.server(
            self._threads,
            interceptors=[_WireOfCalls(wire or well(), self._closing)],
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
        self._closing.set()
        self._twin.close()
        self._server.stop(_GRACE_S).wait()
        self._threads.shutdown(wait=False)
