"""The whole gRPC face of the simulated device: those methods of NI's device server that clients of `nidaqmx` call.

A method that is missing answers UNIMPLEMENTED, loudly, as the maker's base class does.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
from nidaqmx._stubs import nidaqmx_pb2 as wire
from nidaqmx._stubs.nidaqmx_pb2_grpc import NiDAQmxServicer, add_NiDAQmxServicer_to_server

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated import attributes
from instruments.ni_daq.simulated.answering import Base, Handler, answering
from instruments.ni_daq.simulated.attributes import look_up
from instruments.ni_daq.simulated.event_methods import EventMethods
from instruments.ni_daq.simulated.line_methods import LineMethods
from instruments.ni_daq.simulated.read_methods import ReadMethods
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.task_methods import TaskMethods


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
        of_channel = (request.channel,) if rpc.startswith("SetChan") else ()
        look_up(table, request.attribute_raw, task, *of_channel, request.value)
        return answer()

    return rpc, answering(put)


def _of_device(self: Base, request: Any) -> tuple[Any, ...]:
    if request.device_name not in (self.identity.device, *self.identity.modules):
        raise DeviceError(NiCode.INVALID_DEVICE_ID, f"Device identifier is invalid: {request.device_name}")
    return (replace(self.identity, device=request.device_name),)


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
        *(
            _attribute(f"GetTimingAttribute{t}", attributes.TIMING, _of_task)
            for t in ("Double", "Int32", "UInt32", "UInt64")
        ),
        _attribute("GetBufferAttributeUInt32", attributes.BUFFER, _of_task),
        *(_attribute(f"GetChanAttribute{t}", attributes.CHANNEL, _of_channel) for t in ("Int32", "String", "Double")),
        _setting("SetReadAttributeBool", attributes.SET_READ),
        _setting("SetBufferAttributeUInt32", attributes.SET_BUFFER),
        _setting("SetTimingAttributeDouble", attributes.SET_TIMING),
        _setting("SetChanAttributeString", attributes.SET_CHANNEL),
    ]
)


class Service(TaskMethods, ReadMethods, EventMethods, LineMethods, NiDAQmxServicer):  # type: ignore[misc]  # the base ships no types
    """One simulated device behind NI's gRPC methods."""

    def add_to(self, server: Any) -> None:
        """Register the methods with a grpc.Server."""
        add_NiDAQmxServicer_to_server(self, server)


for _rpc, _handler in _ATTRIBUTES.items():
    setattr(Service, _rpc, _handler)
