"""The whole gRPC face of the simulated device: those methods of NI's device server that clients of `nidaqmx` call.

A method that is missing answers UNIMPLEMENTED, loudly, as the maker's base class does.
"""
# ruff: noqa: N802 - the methods bear the names that the wire gives them

from collections.abc import Callable
from typing import Any

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
from nidaqmx._stubs import nidaqmx_pb2 as wire
from nidaqmx._stubs.nidaqmx_pb2_grpc import NiDAQmxServicer, add_NiDAQmxServicer_to_server

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated import attributes
from instruments.ni_daq.simulated.answering import Base, Handler, answering
from instruments.ni_daq.simulated.attributes import look_up
from instruments.ni_daq.simulated.device import DeviceError
from instruments.ni_daq.simulated.read_methods import ReadMethods
from instruments.ni_daq.simulated.task_methods import TaskMethods
from instruments.ni_daq.simulated.tasks import Task


class LineMethods(Base):
    """Digital lines, written and read back."""

    @answering
    def WriteDigitalLines(self, request: Any) -> Any:
        """Write one boolean per line."""
        task = self._startable(request)
        flat = [bool(byte) for byte in request.write_array]
        width = max(len(lines) for lines in task.lines.values())
        if len(flat) != width * len(task.lines):
            raise DeviceError(
                NiCode.WRITE_NUM_CHANS_MISMATCH,
                f"{len(flat)} booleans do not fit {len(task.lines)} channels of {width} lines",
            )
        for number, lines in enumerate(task.lines.values()):
            for line, high in zip(lines, flat[number * width :], strict=False):
                self.book.lines.write(line, high=high)
        return wire.WriteDigitalLinesResponse(samps_per_chan_written=1)

    @answering
    def WriteDigitalU32(self, request: Any) -> Any:
        """Write one number per channel, bit by bit."""
        task = self._startable(request)
        if len(request.write_array) != len(task.lines):
            raise DeviceError(
                NiCode.WRITE_NUM_CHANS_MISMATCH,
                f"{len(request.write_array)} numbers do not fit {len(task.lines)} channels",
            )
        for number, lines in zip(request.write_array, task.lines.values(), strict=True):
            for line in lines:
                self.book.lines.write(line, high=bool(number >> int(line.rpartition("line")[2]) & 1))
        return wire.WriteDigitalU32Response(samps_per_chan_written=1)

    @answering
    def ReadDigitalLines(self, request: Any) -> Any:
        """Read the lines of a task back, one boolean each."""
        lines = [line for lines in self.task(request).lines.values() for line in lines]
        states = bytes(self.book.lines.read(line) for line in lines)
        width = len(lines) // max(1, len(self.task(request).lines))
        return wire.ReadDigitalLinesResponse(read_array=states, samps_per_chan_read=1, num_bytes_per_samp=width)

    def _startable(self, request: Any) -> Task:
        task = self.task(request)
        if not task.lines:
            raise DeviceError(NiCode.NO_CHANS_OF_GIVEN_TYPE_IN_TASK, f"task {task.name} has no digital lines")
        if not (request.auto_start or task.running):
            raise DeviceError(
                NiCode.CANNOT_WRITE_WHEN_AUTO_START_FALSE_AND_TASK_NOT_RUNNING,
                "the task is stopped, and the write is not to start it",
            )
        return task


def _attribute(rpc: str, table: Any, asked: Callable[[Base, Any], tuple[Any, ...]]) -> tuple[str, Handler]:
    """Return the handler of one method that gets an attribute; enum values travel in the raw member."""
    answer = getattr(wire, f"{rpc}Response")
    member = "value_raw" if rpc.endswith("Int32") and not rpc.endswith("UInt32") else "value"

    def get(self: Base, request: Any) -> Any:
        if rpc == "GetTimingAttributeDouble" and self.malfunction.rate_hz is not None:
            return answer(value=self.malfunction.rate_hz)
        return answer(**{member: look_up(table, request.attribute_raw, *asked(self, request))})

    return rpc, answering(get)


def _setting(rpc: str, table: Any) -> tuple[str, Handler]:
    """Return the handler of one method that sets an attribute of a task that is not running."""
    answer = getattr(wire, f"{rpc}Response")

    def put(self: Base, request: Any) -> Any:
        task = self.task(request)
        if task.running:
            raise DeviceError(
                NiCode.ATTRIBUTE_NOT_SETTABLE_WHEN_TASK_IS_RUNNING,
                "Specified property cannot be set while the task is running.",
            )
        look_up(table, request.attribute_raw, task, request.value)
        return answer()

    return rpc, answering(put)


def _of_device(self: Base, request: Any) -> tuple[Any, ...]:
    if request.device_name != self.identity.device:
        raise DeviceError(NiCode.INVALID_DEVICE_ID, f"Device identifier is invalid: {request.device_name}")
    return (self.identity,)


def _of_system(self: Base, request: Any) -> tuple[Any, ...]:  # noqa: ARG001 - all of _attribute's are called alike
    return (self.identity,)


def _of_task(self: Base, request: Any) -> tuple[Any, ...]:
    return (self.task(request),)


def _of_moment(self: Base, request: Any) -> tuple[Any, ...]:
    return (attributes.Moment(self.task(request), self.now_ns()),)


def _of_channel(self: Base, request: Any) -> tuple[Any, ...]:
    return (self.task(request), request.channel)


_ATTRIBUTES = dict(
    [
        *(_attribute(f"GetSystemInfoAttribute{t}", attributes.SYSTEM, _of_system) for t in ("UInt32", "String")),
        *(_attribute(f"GetDeviceAttribute{t}", attributes.DEVICE, _of_device) for t in ("UInt32", "String", "Bool")),
        _attribute("GetDeviceAttributeDouble", attributes.DEVICE, _of_device),
        *(_attribute(f"GetTaskAttribute{t}", attributes.TASK, _of_task) for t in ("UInt32", "String")),
        *(_attribute(f"GetReadAttribute{t}", attributes.READ, _of_moment) for t in ("UInt32", "UInt64", "String")),
        _attribute("GetReadAttributeBool", attributes.READ, _of_moment),
        _attribute("GetWriteAttributeUInt32", attributes.WRITE, _of_task),
        *(_attribute(f"GetTimingAttribute{t}", attributes.TIMING, _of_task) for t in ("Double", "Int32", "UInt64")),
        _attribute("GetBufferAttributeUInt32", attributes.BUFFER, _of_task),
        *(_attribute(f"GetChanAttribute{t}", attributes.CHANNEL, _of_channel) for t in ("Int32", "String", "Double")),
        _setting("SetReadAttributeBool", attributes.SET_READ),
        _setting("SetBufferAttributeUInt32", attributes.SET_BUFFER),
        _setting("SetTimingAttributeDouble", attributes.SET_TIMING),
    ]
)


class Service(TaskMethods, ReadMethods, LineMethods, NiDAQmxServicer):  # type: ignore[misc]  # the base ships no types
    """One simulated device behind NI's gRPC methods."""

    def add_to(self, server: Any) -> None:
        """Register the methods with a grpc.Server."""
        add_NiDAQmxServicer_to_server(self, server)


for _rpc, _handler in _ATTRIBUTES.items():
    setattr(Service, _rpc, _handler)
