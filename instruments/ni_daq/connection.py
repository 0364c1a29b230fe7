"""The way to an NI device: the local NI-DAQmx driver, or a gRPC device server with a deadline on every call.

The maker's client sets no deadline of its own, so a stalled server would hang the rig. An interceptor gives each call
one and remembers it, so that errors can show what was asked and what came.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import nidaqmx
import nidaqmx.system
from nidaqmx import errors as ni_errors
from nidaqmx.grpc_session_options import SessionInitializationBehavior

from instruments.ni_daq.dialect import LOST, advice_for
from instruments.ni_daq.security import Security
from instruments.ni_daq.wording import call_in_words, fields_in_words, in_ascii, method_in_words
from rig.clock import Deadline
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from rig.wire_trace import Tap

LOCAL = "local"
GRPC_SCHEME = "grpc://"
MAX_MESSAGE_BYTES = 64 << 20
UNENCRYPTED = Security()
# How much of a message a line of the trace shows, and how much of a status an error keeps.
_TRACED, _STATUS_SHOWN = 2000, 500

_PORT_ADVICE = (
    'write port = "grpc://host:port" for an NI gRPC device server or port = "local" for this machine\'s driver'
)
_SERVER_ADVICE = (
    "check that the NI gRPC device server runs and that host and port in the bench file are its own; "
    "a firewall between here and there must let the port through, and a server with TLS needs ca_file"
)
_WIRING_ADVICE = "check that the NI gRPC device server is not older than nidaqmx, and the sensors' wiring"
_TLS_ADVICE = (
    "the two do not agree on TLS: ca_file must be of the authority that signed the server's certificate, server_name "
    "the name in it, and a server that asks for one needs client_cert_file and client_key_file"
)
_LOCAL_ADVICE = (
    "install a recent NI-DAQmx; NI's Linux driver supports Ubuntu, RHEL and openSUSE but not Debian: there, run an "
    'NI gRPC device server on a machine with the driver and write port = "grpc://host:port"'
)


@dataclass(frozen=True, slots=True)
class _Details(grpc.ClientCallDetails):  # type: ignore[misc]  # grpc ships no types
    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _Tap(grpc.UnaryUnaryClientInterceptor):  # type: ignore[misc]  # grpc ships no types
    """Gives each call a deadline and remembers the last one of each thread."""

    def __init__(self, deadline_s: float, trace: Tap | None) -> None:
        self._deadline_s = deadline_s
        self._trace = trace
        self._of_thread = threading.local()
        self.budget: Deadline | None = None

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        left_s = self._deadline_s if self.budget is None else min(self._deadline_s, self.budget.left_s())
        bounded = _Details(
            details.method,
            left_s,
            details.metadata,
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )
        self._of_thread.sent = (details.method, request)
        self._of_thread.call = None
        if self._trace is not None:
            told = fields_in_words(request, _TRACED)
            self._trace("sent", request.SerializeToString(), method_in_words(details.method), told)
        self._of_thread.call = continuation(bounded, request)
        if self._trace is not None:
            self._trace("received", self._came(), method_in_words(details.method), self._said(_TRACED))
        return self._of_thread.call

    def sent(self) -> bytes:
        """Return this thread's last request in words: method and fields, in ASCII."""
        method, request = getattr(self._of_thread, "sent", ("", None))
        return b"" if request is None else call_in_words(method, request).encode()

    def samples_read(self) -> int | None:
        """Return the samples per channel that the reply to this thread's last request claims; None where none does."""
        call = getattr(self._of_thread, "call", None)
        if call is None or call.code() is not grpc.StatusCode.OK:
            return None
        return getattr(call.result(), "samps_per_chan_read", None)

    def received(self) -> bytes:
        """Return the reply to this thread's last request in words, or the status that came instead, in ASCII."""
        return b"" if getattr(self._of_thread, "call", None) is None else self._said(_STATUS_SHOWN).encode()

    def _came(self) -> bytes:
        call = self._of_thread.call
        return bytes(call.result().SerializeToString()) if call.code() is grpc.StatusCode.OK else b""

    def _said(self, most: int) -> str:
        call = self._of_thread.call
        if call.code() is grpc.StatusCode.OK:
            return fields_in_words(call.result(), most)
        trailing = " ".join(f"{key}={value}" for key, value in call.trailing_metadata() or ())
        return in_ascii(f"{call.code().name} {trailing} {call.details()}", most)


class _MadeOnce:
    """A channel that makes once what calls a method: the maker's client asks for all 451 anew with each task."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._made: dict[str, Any] = {}

    def unary_unary(self, method: str, *how: Any, **more: Any) -> Any:
        if (made := self._made.get(method)) is None:
            made = self._made[method] = self._channel.unary_unary(method, *how, **more)
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


class Connection:
    """One client of one device server or of the local driver."""

    def __init__(
        self,
        instrument: str,
        port: str,
        deadline_s: float,
        trace: Tap | None = None,
        security: Security = UNENCRYPTED,
    ) -> None:
        self._instrument = instrument
        self._port = port
        self._deadline_s = deadline_s
        self._tap = _Tap(deadline_s, trace)
        self._channel: Any = None
        self._intercepted: Any = None
        if port.startswith(GRPC_SCHEME) and ":" in port.removeprefix(GRPC_SCHEME):
            options = [
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ]
            self._channel = security.channel(instrument, port, port.removeprefix(GRPC_SCHEME), options)
            self._intercepted = _MadeOnce(grpc.intercept_channel(self._channel, self._tap))
        elif port != LOCAL:
            raise ConnectionFailedError(
                instrument, f"{port!r} is no way to an NI device", port=port, advice=_PORT_ADVICE
            )

    def system(self) -> Any:
        """Return the NI-DAQmx system behind the port."""
        options = self._options("")
        return nidaqmx.system.System.local() if options is None else nidaqmx.system.System.remote(options)

    def new_task(self, name: str) -> Any:
        """Return an empty task of this name.

        A device server keeps the tasks of a client that died, and with them the device. So a task of that name that
        is still there is cleared first.
        """
        if self._channel is None:
            return nidaqmx.Task(name)
        nidaqmx.Task(name, grpc_options=self._options(name)).close()
        fresh = SessionInitializationBehavior.INITIALIZE_SERVER_SESSION
        return nidaqmx.Task(name, grpc_options=self._options(name, fresh))

    def task_there_or_new(self, name: str) -> Any:
        """Return the task of this name that a device server holds already, or a new one where there is none."""
        if self._channel is None:
            return nidaqmx.Task(name)
        return nidaqmx.Task(name, grpc_options=self._options(name))

    def last_exchange(self) -> tuple[bytes, bytes]:
        """Return what this thread last sent and what it received; empty for the local driver, which has no wire."""
        return self._tap.sent(), self._tap.received()

    @contextmanager
    def within_one_deadline(self) -> Iterator[None]:
        """Let all calls inside share a single deadline: for opening and closing, which make many."""
        self._tap.budget = Deadline(self._deadline_s)
        try:
            yield
        finally:
            self._tap.budget = None

    @contextmanager
    def calling(self, what: str) -> Iterator[None]:
        """Turn every way in which a call can fail into one typed error; `what` says what was being done."""
        try:
            yield
        except ni_errors.DaqError as error:
            raise self._told(what, error.error_code, str(error)) from error
        except ni_errors.DaqWarning as warning:
            raise self._told(what, warning.error_code, str(warning)) from warning
        except ni_errors.RpcError as error:
            raise self._failure(what, error.rpc_code) from error
        except grpc.RpcError as error:
            raise self._failure(what, error.code()) from error
        except _NO_DRIVER as error:
            raise ConnectionFailedError(
                self._instrument, f"{what}: {error}", port=self._port, advice=_LOCAL_ADVICE
            ) from error
        except (AssertionError, ValueError, TypeError) as error:
            # The maker's client asserts on what it is sent, and protobuf refuses what does not fit its fields.
            raise self.garbled(f"{what}: the client refused what came ({error})") from error

    def samples_in_reply(self) -> int | None:
        """Return how many samples per channel this thread's last reply claims to hold; None where it says nothing."""
        return self._tap.samples_read()

    def refused(self, what: str, code: str, advice: str) -> RefusedError:
        """Return the error for a device that did not do as it was told; `code` is its word for why."""
        return RefusedError(self._instrument, what, code=code, advice=advice, **self._evidence())

    def lost(self, what: str, advice: str) -> ConnectionLostError:
        """Return the error for a device that is not the one any more that it was."""
        return ConnectionLostError(self._instrument, what, advice=advice, **self._evidence())

    def garbled(self, what: str, advice: str = _WIRING_ADVICE) -> GarbledReplyError:
        """Return the error for a reply that makes no sense."""
        return GarbledReplyError(self._instrument, what, advice=advice, **self._evidence())

    def close(self) -> None:
        """Close the channel; safe to repeat."""
        if self._channel is not None:
            self._channel.close()

    def _options(self, name: str, behaviour: Any = SessionInitializationBehavior.AUTO) -> Any:
        if self._channel is None:
            return None
        return nidaqmx.GrpcSessionOptions(self._intercepted, name, initialization_behavior=behaviour)

    def _told(self, what: str, code: int, text: str) -> InstrumentError:
        """Return the error for an error of NI-DAQmx: all that it says, what was asked for and what is allowed too."""
        lines = [line.strip() for line in text.split("\n\nTask Name:")[0].splitlines()]
        said = " ".join(line for line in lines if line and not line.startswith("Status Code:"))
        if code in LOST:
            return self.lost(f"{what}: {said} ({code})", advice_for(code))
        return self.refused(f"{what}: {said}", str(code), advice_for(code))

    def _failure(self, what: str, status: grpc.StatusCode) -> InstrumentError:
        kind, said, advice = _STATUS.get(status, _OTHER_STATUS)
        came = self._tap.received().lower()
        if b"handshake" in came or b"verification" in came:
            said, advice = f"{said}, because TLS fails", _TLS_ADVICE
        return kind(self._instrument, f"{what}: {said} ({status.name})", advice=advice, **self._evidence())

    def _evidence(self) -> dict[str, Any]:
        sent, received = self.last_exchange()
        return {"port": self._port, "sent": sent or None, "received": received or None}


_NO_DRIVER = (
    ni_errors.DaqNotFoundError,
    ni_errors.DaqNotSupportedError,
    ni_errors.DaqFunctionNotSupportedError,
)
_LOST = (ConnectionLostError, "the device server cannot be reached", _SERVER_ADVICE)
_STATUS: dict[Any, tuple[type[InstrumentError], str, str]] = {
    grpc.StatusCode.DEADLINE_EXCEEDED: (NoReplyError, "no reply before the deadline", _SERVER_ADVICE),
    grpc.StatusCode.UNAVAILABLE: _LOST,
    grpc.StatusCode.CANCELLED: _LOST,
    grpc.StatusCode.UNIMPLEMENTED: (
        ConnectionFailedError,
        "what answers is no NI gRPC device server, or too old a one",
        "check that the port is that of an NI gRPC device server and that the server is not older than nidaqmx",
    ),
}
_OTHER_STATUS = (
    GarbledReplyError,
    "the server answered with an error that is none of NI-DAQmx's",
    "check that the port is that of an NI gRPC device server, and read its log",
)
