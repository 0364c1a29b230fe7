"""gRPC in both directions: what a device server answers, fed to the driver; what clients call, fed to the twin."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from inspect import isgenerator
from itertools import islice
from pathlib import Path
from typing import NoReturn

import grpc
import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
from google.protobuf.message import DecodeError
from nidaqmx._stubs import nidaqmx_pb2 as wire
from nidaqmx._stubs.nidaqmx_pb2_grpc import NiDAQmxServicer

from instruments.hosting.grpc_host import GrpcHost
from instruments.ni_daq.driver import Driver
from instruments.ni_daq.simulated.service import Service
from instruments.ni_daq.twin import Twin
from rig.clock import VirtualClock
from tests.fuzz.dialogues import EPOCH_NS, NEXT, context, each, laboratory
from tests.fuzz.target import Target
from tests.patience import patient

METHODS = tuple(
    method
    for method in wire.DESCRIPTOR.services_by_name["NiDAQmx"].methods
    if getattr(Service, method.name) is not getattr(NiDAQmxServicer, method.name)
)
PREFIX = "/nidaqmx_grpc.NiDAQmx/"
ERROR = b"!"


class Relay(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc ships no types
    """A device server that answers with the pieces of a case; without one it hands calls on, and listens."""

    def __init__(self, closing: ExitStack) -> None:
        self.pieces: list[bytes] | None = None
        self.beyond: grpc.Channel | None = None
        self.heard: list[tuple[str, bytes, bytes]] = []
        threads = ThreadPoolExecutor(4)
        server = grpc.server(threads, handlers=[self])
        self.port = f"grpc://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        closing.callback(threads.shutdown)
        closing.callback(lambda: server.stop(None).wait())

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return grpc.unary_unary_rpc_method_handler(lambda request, call: self._answer(details.method, request, call))

    def _answer(self, method: str, request: bytes, call: grpc.ServicerContext) -> bytes:
        if self.beyond is not None:
            answer = bytes(self.beyond.unary_unary(method)(request))
            self.heard.append((method.removeprefix(PREFIX), request, answer))
            return answer
        if not self.pieces:
            call.abort(grpc.StatusCode.UNAVAILABLE, "gone")
        piece = self.pieces.pop(0)
        if piece.startswith(ERROR):
            text = piece[1:].decode("latin-1")
            printable = "".join(letter for letter in text if " " <= letter <= "~").strip()
            call.set_trailing_metadata((("ni-error", printable), ("ni-samps-per-chan-read", printable[::-1].strip())))
            call.abort(grpc.StatusCode.UNKNOWN, text)
        return piece


def daq(port: str) -> None:
    """Open the driver, and read samples and edges."""
    clock = VirtualClock(EPOCH_NS)
    driver = Driver("daq", Driver.Settings(port=port, deadline_s=patient(1.0)), context(clock))
    try:
        each(
            driver.start_sampling,
            driver.read_block,
            driver.count_edges,
            lambda: driver.set_interlock(closed=True),
            driver.read_block,
        )
    finally:
        driver.close()


def overheard(relay: Relay) -> list[tuple[str, bytes, bytes]]:
    """Return what the driver and a twin have said: method, request, answer."""
    host = GrpcHost("daq", Twin("daq", Twin.Parameters(), laboratory()))
    channel = grpc.insecure_channel(host.port.removeprefix("grpc://"))
    relay.beyond = channel
    daq(relay.port)
    relay.beyond = None
    channel.close()
    host.close()
    return relay.heard


class Call:
    """What a servicer knows of a call whose client does not wait."""

    def is_active(self) -> bool:
        return False

    def send_initial_metadata(self, metadata: object) -> None: ...

    def set_trailing_metadata(self, metadata: object) -> None: ...

    def abort(self, _: object, details: str) -> NoReturn:
        raise AbortedError(details)


class AbortedError(Exception):
    """A call that was answered with an error."""


def called(case: bytes) -> None:
    """Make the calls of a case: each piece is the number of a method, in two bytes, and its message."""
    room = laboratory()
    service = Twin("daq", Twin.Parameters(), room)._service
    for piece in case.split(NEXT)[:40]:
        method = METHODS[int.from_bytes(piece[:2], "big") % len(METHODS)]
        try:
            request = getattr(wire, method.input_type.name).FromString(piece[2:])
        except DecodeError:
            continue
        room.clock.wait_s(1.0)
        try:
            answer = getattr(service, method.name)(request, Call())
            answers = list(islice(answer, 4)) if isgenerator(answer) else [answer]
        except AbortedError:
            continue
        for one in answers:
            one.SerializeToString()


def numbered(name: str, request: bytes) -> bytes:
    """Return a call as a piece of a case."""
    return [method.name for method in METHODS].index(name).to_bytes(2, "big") + request


def targets(_: Path, closing: ExitStack) -> tuple[Target, ...]:
    """Return the driver before a server that says anything, and the twin before clients that do."""
    relay = Relay(closing)
    said = overheard(relay)

    def answered(case: bytes) -> None:
        relay.pieces = case.split(NEXT)
        daq(relay.port)

    calls = tuple(numbered(method.name, b"") for method in METHODS)
    spans = (b"Dev1/ai0:7", b"Dev1/ai0:99999999", b"Dev1/port0/line0:3", b"Dev1/ctr0", b"Dev1/ai\xd9\xa3")
    return (
        Target(
            "daq's answers",
            answered,
            (NEXT.join(answer for _, _, answer in said),),
            ("instruments/ni_daq/",),
            (NEXT, b"\0", b"\x08", b"\x12", ERROR, b"!-200279", b"!-88709", b"!x"),
            quick=40,
        ),
        Target(
            "daq twin's calls",
            called,
            (NEXT.join(numbered(name, request) for name, request, _ in said), NEXT.join(calls)),
            ("instruments/ni_daq/simulated",),
            (NEXT, *calls, *spans),
            quick=40,
        ),
    )
