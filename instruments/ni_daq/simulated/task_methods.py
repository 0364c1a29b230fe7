"""gRPC methods that create, configure, start and end tasks."""
# ruff: noqa: N802 - the methods bear the names that the wire gives them

from enum import Enum
from typing import Any

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
from nidaqmx._stubs import nidaqmx_pb2 as wire
from nidaqmx.constants import (
    CJCSource,
    CurrentShuntResistorLocation,
    CurrentUnits,
    TaskMode,
    TemperatureUnits,
    TerminalConfiguration,
    ThermocoupleType,
    VoltageUnits,
)
from nidaqmx.error_codes import DAQmxErrors
from nidaqmx.errors import DaqError
from nidaqmx.utils import unflatten_channel_string
from session_pb2 import Session

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.answering import Base, answering, answering_in_its_own_time
from instruments.ni_daq.simulated.device import LINES_OF_PORT, Edge, Mode
from instruments.ni_daq.simulated.refusals import DeviceError, out_of_range
from instruments.ni_daq.simulated.sensors import (
    THERMOPOWER_V_PER_K,
    Electrical,
    check_order,
    of_current,
    of_thermocouple,
    range_for,
)
from instruments.ni_daq.simulated.tasks import Kind, Task

_MODES: dict[int, Mode] = {10178: "finite", 10123: "continuous"}
_INITIALIZE, _ATTACH = 1, 2
_COUNT_UP = 10128
# What multiplexes has no pseudodifferential inputs.
_TERMINALS = {kind.value: kind.name for kind in TerminalConfiguration if kind is not TerminalConfiguration.PSEUDO_DIFF}
_EDGES: dict[int, Edge] = {10280: "rising", 10171: "falling"}


class TaskMethods(Base):
    """The life of a task."""

    @answering
    def CreateTask(self, request: Any) -> Any:
        """Create a task, or attach to the one of that name."""
        name = request.session_name
        exists = self.book.has(name)
        if exists and request.initialization_behavior == _INITIALIZE:
            raise DeviceError(NiCode.DUPLICATE_TASK, f"Task name conflicts with an existing task name: {name}")
        if not exists and request.initialization_behavior == _ATTACH:
            raise DeviceError(NiCode.INVALID_TASK, f"there is no session {name!r}")
        task = self.book.find(name) if exists else self.book.create(name)
        return wire.CreateTaskResponse(task=Session(name=task.name), new_session_initialized=not exists)

    @answering
    def ClearTask(self, request: Any) -> Any:
        """Stop and forget a task."""
        self.book.clear(request.task.name)
        return wire.ClearTaskResponse()

    @answering
    def StartTask(self, request: Any) -> Any:
        """Start a task."""
        self.book.start(self.task(request))
        return wire.StartTaskResponse()

    @answering
    def StopTask(self, request: Any) -> Any:
        """Stop a task."""
        self.book.stop(self.task(request))
        return wire.StopTaskResponse()

    @answering
    def TaskControl(self, request: Any) -> Any:
        """Start, stop, verify, commit, reserve, release or abort."""
        task = self.task(request)
        match request.action_raw:
            case TaskMode.TASK_START.value:
                self.book.start(task)
            case TaskMode.TASK_STOP.value:
                self.book.stop(task)
            case TaskMode.TASK_VERIFY.value:
                self.book.verify(task)
            case TaskMode.TASK_COMMIT.value | TaskMode.TASK_RESERVE.value:
                self.book.reserve(task)
            case TaskMode.TASK_UNRESERVE.value | TaskMode.TASK_ABORT.value:
                self.book.stop(task)
                task.reserved = False
            case other:
                raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, f"a task cannot be put into state {other}")
        return wire.TaskControlResponse()

    @answering
    def IsTaskDone(self, request: Any) -> Any:
        """Tell whether a task has nothing left to do."""
        return wire.IsTaskDoneResponse(is_task_done=self.done(self.task(request)))

    @answering_in_its_own_time
    def WaitUntilTaskDone(self, request: Any, context: Any) -> Any:
        """Wait for the last sample, at most as long as the client wants."""
        with self.laboratory.lock:
            task = self.task(request)
        if not self.wait(lambda: self.done(task), request.time_to_wait, self.now_ns(), context):
            raise DeviceError(
                NiCode.WAIT_UNTIL_DONE_DOES_NOT_INDICATE_DONE,
                "Wait Until Done did not indicate that the task was done in time.",
            )
        return wire.WaitUntilTaskDoneResponse()

    @answering
    def CreateAIVoltageChan(self, request: Any) -> Any:
        """Add analogue inputs for voltages to a task."""
        _check_unit(request, VoltageUnits.VOLTS)
        self._add_inputs(request, Electrical(range_for(request.min_val, request.max_val)))
        return wire.CreateAIVoltageChanResponse()

    @answering
    def CreateAICurrentChan(self, request: Any) -> Any:
        """Add analogue inputs for currents to a task."""
        _check_unit(request, CurrentUnits.AMPS)
        external = request.shunt_resistor_loc_raw == CurrentShuntResistorLocation.EXTERNAL.value
        if external and not request.ext_shunt_resistor_val > 0:
            raise out_of_range("DAQmx_AI_CurrentShunt_Resistance", request.ext_shunt_resistor_val, 1e-6, 1e6)
        shunt_ohm = request.ext_shunt_resistor_val if external else None
        self._add_inputs(request, of_current(request.min_val, request.max_val, shunt_ohm))
        return wire.CreateAICurrentChanResponse()

    @answering
    def CreateAIThrmcplChan(self, request: Any) -> Any:
        """Add analogue inputs for thermocouples to a task."""
        _check_unit(request, TemperatureUnits.DEG_C, TemperatureUnits.K)
        check_order(request.min_val, request.max_val)
        kinds = {kind.value: kind.name for kind in ThermocoupleType if kind.name in THERMOPOWER_V_PER_K}
        kind = kinds.get(request.thermocouple_type_raw)
        sources = {CJCSource.BUILT_IN.value: None, CJCSource.CONSTANT_USER_VALUE.value: request.cjc_val}
        if kind is None or request.cjc_source_raw not in sources:
            raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, "the device has no such thermocouple or cold junction")
        in_kelvin = request.units_raw == TemperatureUnits.K.value
        cold_c = sources[request.cjc_source_raw]
        self._add_inputs(request, of_thermocouple(kind, cold_c, in_kelvin=in_kelvin))
        return wire.CreateAIThrmcplChanResponse()

    def _add_inputs(self, request: Any, electrical: Electrical) -> None:
        physical = names(request.physical_channel)
        if electrical.measures != "thermocouple" and request.terminal_config_raw not in _TERMINALS:
            raise DeviceError(
                NiCode.INVALID_ATTRIBUTE_VALUE,
                "Requested value is not a supported value for this property.\nProperty: DAQmx_AI_TermCfg\n"
                f"Requested Value: {request.terminal_config_raw}\n"
                f"Possible Values: {', '.join(sorted(_TERMINALS.values()))}",
            )
        for number, one in enumerate(physical):
            given = request.name_to_assign_to_channel
            name = f"{given}{number}" if given and len(physical) > 1 else given
            self.book.add_input(self.task(request), one, name, electrical)

    @answering
    def CreateCICountEdgesChan(self, request: Any) -> Any:
        """Add an edge counter to a task."""
        edge = _EDGES.get(request.edge_raw)
        if edge is None:
            raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, f"the counter knows no edge {request.edge_raw}")
        if request.count_direction_raw != _COUNT_UP:
            raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, "the counter's direction cannot be changed")
        self.book.add_counter(
            self.task(request), request.counter, request.name_to_assign_to_channel, edge, request.initial_count
        )
        return wire.CreateCICountEdgesChanResponse()

    @answering
    def CreateDOChan(self, request: Any) -> Any:
        """Add digital outputs to a task."""
        self._add_lines(request, "lines")
        return wire.CreateDOChanResponse()

    @answering
    def CreateDIChan(self, request: Any) -> Any:
        """Add digital inputs to a task."""
        self._add_lines(request, "inputs")
        return wire.CreateDIChanResponse()

    def _add_lines(self, request: Any, kind: Kind) -> None:
        together = request.line_grouping_raw == 1
        lines = tuple(line for name in names(request.lines) for line in lines_of(name))
        self.book.add_lines(self.task(request), kind, lines, request.name_to_assign_to_lines, together=together)

    @answering
    def CfgSampClkTiming(self, request: Any) -> Any:
        """Set a task's sample clock."""
        mode = _MODES.get(request.sample_mode_raw)
        if mode is None:
            raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, f"sample mode {request.sample_mode_raw} is not supported")
        if request.source not in ("", "OnboardClock"):
            raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, f"no clock comes in at {request.source}")
        task = self.task(request)
        if task.running:
            raise DeviceError(
                NiCode.CAN_NOT_PERFORM_OP_WHILE_TASK_RUNNING,
                "Specified operation cannot be performed while the task is running.",
            )
        task.need_analogue().configure_clock(request.rate, mode, request.samps_per_chan)
        return wire.CfgSampClkTimingResponse()

    @answering
    def GetErrorString(self, request: Any) -> Any:
        """Return what an error code means."""
        known = [error.name for error in DAQmxErrors if error.value == request.error_code]
        said = known[0].replace("_", " ").capitalize() if known else "Error code could not be found."
        if request.error_code == NiCode.INVALID_ATTRIBUTE_VALUE:
            said = "Requested value is not a supported value for this property."
        return wire.GetErrorStringResponse(error_string=said)

    @answering
    def ResetDevice(self, request: Any) -> Any:
        """Abort all tasks and open the relay."""
        self.book.reset(request.device_name)
        return wire.ResetDeviceResponse()

    def done(self, task: Task) -> bool:
        """Tell whether a task has nothing left to do; of what is sampled only finite acquisitions end by themselves."""
        if task.done or task.analogue is None:
            return task.done
        return task.analogue.mode == "finite" and task.analogue.acquired(self.now_ns()) >= task.analogue.samples


def _check_unit(request: Any, *units: Enum) -> None:
    if request.units_raw not in [unit.value for unit in units]:
        raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, "the device has no custom scales and no such unit")


def lines_of(physical: str) -> list[str]:
    """Return the lines of a port such as Dev1/port0, and a line as it is."""
    port = physical.partition("/")[2]
    return [f"{physical}/line{number}" for number in range(LINES_OF_PORT.get(port, 0))] or [physical]


def names(flattened: str) -> list[str]:
    """Return the single names in "Dev1/ai0:3, Dev1/ai7"; raise DeviceError when it cannot be read."""
    try:
        unflattened = list(unflatten_channel_string(flattened))
    except DaqError as error:
        raise DeviceError(error.error_code, str(error)) from error
    if not unflattened:
        raise DeviceError(NiCode.PHYSICAL_CHAN_DOES_NOT_EXIST, "no physical channel is given")
    return unflattened
