"""How a handler answers: under the laboratory's lock, with errors as NI's server sends them, never waiting for ever."""

import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

import grpc

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.attributes import DeviceIdentity
from instruments.ni_daq.simulated.malfunction import DaqMalfunction
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.tasks import Task, TaskBook
from instruments.plant.laboratory import Laboratory
from rig.clock import NS_PER_S, Deadline

R = TypeVar("R")
Handler = Callable[[Any, Any, Any], Any]

BY_SCAN = 1
_ALL_AVAILABLE = -1
_MOST_VALUES = 10_000_000
_NAP_S = 0.005
_LONGEST_WAIT_S = 86_400.0


class Base:
    """What all groups of methods share."""

    def __init__(self, book: TaskBook, identity: DeviceIdentity, laboratory: Laboratory) -> None:
        self.book = book
        self.identity = identity
        self.laboratory = laboratory
        self.malfunction = DaqMalfunction()
        self._closing = threading.Event()

    def close(self) -> None:
        """Let every call that waits end."""
        self._closing.set()

    def wanted(self, context: Any) -> bool:
        """Tell whether somebody still waits for this call's answer."""
        return bool(context.is_active()) and not self._closing.is_set()

    def task(self, request: Any) -> Task:
        """Return the task that a request names."""
        return self.book.find(request.task.name)

    def now_ns(self) -> int:
        """Return the clock's present."""
        return self.laboratory.clock.now_ns()

    def wait(self, reached: Callable[[], bool], timeout_s: float, due_ns: int, context: Any) -> bool:
        """Wait on behalf of a blocked client until `reached()`, at most `timeout_s` of real time; tell whether it is.

        `due_ns` says when that should be on the clock. On the virtual clock time may stand still: then the client's
        own time-out ends the wait. A negative timeout waits as long as the client does.
        """
        deadline = Deadline(timeout_s if 0 <= timeout_s < _LONGEST_WAIT_S else _LONGEST_WAIT_S)
        while True:
            with self.laboratory.lock:
                if reached():
                    return True
            if deadline.passed() or not self.wanted(context):
                return False
            ahead_s = (due_ns - self.now_ns()) / NS_PER_S
            deadline.nap(min(max(ahead_s, 0.0005), _NAP_S))


def answering(method: Callable[[Any, Any], Any]) -> Handler:
    """Make a method of one request a handler that never waits: under the lock, errors as trailing metadata."""

    @wraps(method)
    def handle(self: Base, request: Any, context: Any) -> Any:
        try:
            with self.laboratory.lock:
                return method(self, request)
        except DeviceError as fault:
            return refuse(context, fault)

    return handle


def answering_in_its_own_time(method: Callable[[Any, Any, Any], Any]) -> Handler:
    """Make a method of request and context a handler that may wait: it takes the lock itself, and briefly."""

    @wraps(method)
    def handle(self: Base, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except DeviceError as fault:
            return refuse(context, fault, samples_read=0)

    return handle


def telling(register: Callable[[Any, Any, Any], Iterator[Any]]) -> Handler:
    """Make a method that tells a client what happens, one message each, a handler.

    The method registers, under the lock, and returns what it will tell. The client waits for its stream to begin, and
    hears of a refusal only where that comes before.
    """

    @wraps(register)
    def handle(self: Base, request: Any, context: Any) -> Iterator[Any]:
        try:
            with self.laboratory.lock:
                happenings = register(self, request, context)
        except DeviceError as fault:
            refuse(context, fault)
            return
        context.send_initial_metadata(())
        yield from happenings

    return handle


def wanted_on_demand(samples: int, values_each: int, room: int) -> int:
    """Return how many samples a read on demand takes; raise DeviceError where its buffer has no room for them."""
    number = 1 if samples == _ALL_AVAILABLE else samples
    if not 0 <= number * values_each <= min(room, _MOST_VALUES):
        raise DeviceError(NiCode.READ_BUFFER_TOO_SMALL, "Buffer is too small to fit read data.")
    return number


def refuse(context: Any, fault: DeviceError, samples_read: int | None = None) -> Any:
    """Answer with an NI-DAQmx error: status UNKNOWN, code and count in the trailing metadata."""
    metadata = [("ni-error", str(fault.code))]
    if samples_read is not None:
        metadata.append(("ni-samps-per-chan-read", str(samples_read)))
    context.set_trailing_metadata(tuple(metadata))
    context.abort(grpc.StatusCode.UNKNOWN, str(fault))
