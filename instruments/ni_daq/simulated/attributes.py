"""The NI-DAQmx attributes that the simulated device can be asked for, by their numbers on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.device import (
    ANALOGUE_INPUTS,
    COUNTER_TERMINALS,
    LINES_OF_PORT,
    AnalogInput,
)
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.sensors import InputChannel
from instruments.ni_daq.simulated.tasks import Task

V = TypeVar("V")

ANALOG_INPUT, COUNTER_INPUT, DIGITAL_INPUT, DIGITAL_OUTPUT = 10100, 10131, 10151, 10153
MEASURES_EDGES = 10125
MEASURED = {"voltage": 10322, "current": 10134, "thermocouple": 10303}
MODES = {"finite": 10178, "continuous": 10123, "on demand": 10178}
CHANNEL_TYPES = {"analogue": ANALOG_INPUT, "counter": COUNTER_INPUT, "lines": DIGITAL_OUTPUT, "inputs": DIGITAL_INPUT}


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """What the device says of itself."""

    device: str
    product: str
    serial: int
    driver_version: tuple[int, int, int]
    most_hz: float
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A task and the present, for attributes that count samples."""

    task: Task
    now_ns: int

    @property
    def analogue(self) -> AnalogInput:
        """Return the analogue part; raise DeviceError when the task has none."""
        return self.task.need_analogue()


def look_up(table: Mapping[int, Callable[..., Any]], attribute: int, *asked: Any) -> Any:
    """Return the value of an attribute; raise DeviceError for one that the device does not have."""
    getter = table.get(attribute)
    if getter is None:
        raise DeviceError(
            NiCode.ATTRIBUTE_NOT_SUPPORTED_IN_TASK_CONTEXT,
            f"the device has no attribute 0x{attribute:04x}",
        )
    return getter(*asked)


SYSTEM: dict[int, Callable[[DeviceIdentity], Any]] = {
    0x1272: lambda identity: identity.driver_version[0],
    0x1923: lambda identity: identity.driver_version[1],
    0x2F22: lambda identity: identity.driver_version[2],
    0x193B: lambda identity: ", ".join((identity.device, *identity.modules)),
}

DEVICE: dict[int, Callable[[DeviceIdentity], Any]] = {
    0x0631: lambda identity: identity.product,
    0x0632: lambda identity: identity.serial,
    0x22CA: lambda _: False,
    0x298C: lambda identity: identity.most_hz,
    0x298D: lambda identity: identity.most_hz,
    0x298F: lambda _: False,
    0x299F: lambda _: 32,
    0x231E: lambda identity: _each(identity.device, "ai", ANALOGUE_INPUTS),
    0x2324: lambda identity: _each(identity.device, "ctr", len(COUNTER_TERMINALS)),
    0x2320: lambda identity: _lines(identity.device),
    0x2322: lambda identity: _lines(identity.device),
}

TASK: dict[int, Callable[[Task], Any]] = {
    0x1276: lambda task: task.name,
    0x1273: lambda task: ", ".join(task.channel_names),
    0x2181: lambda task: len(task.channel_names),
}

READ: dict[int, Callable[[Moment], Any]] = {
    0x1823: lambda moment: ", ".join(moment.task.channel_names),
    0x217B: lambda moment: len(moment.task.channel_names),
    0x217C: lambda moment: max(map(len, moment.task.lines.values()), default=0),
    0x1223: lambda moment: moment.analogue.available(moment.now_ns),
    0x192A: lambda moment: moment.analogue.acquired(moment.now_ns),
    0x1221: lambda moment: moment.analogue.position,
    0x31E8: lambda moment: default_to_read(moment),
    0x1215: lambda moment: moment.analogue.reads_what_there_is,
    0x1826: lambda _: True,
}

WRITE: dict[int, Callable[[Task], Any]] = {
    0x217F: lambda task: max(map(len, task.lines.values()), default=0),
    0x217E: lambda task: len(task.lines),
}

TIMING: dict[int, Callable[[Task], Any]] = {
    0x1344: lambda task: verified(task).rate_hz,
    0x1300: lambda task: MODES[verified(task).mode],
    0x1310: lambda task: verified(task).samples,
    0x18EB: lambda task: verified(task).divisor,
    0x22C8: lambda task: verified(task).most_rate_hz,
    0x1848: lambda task: verified(task).convert_rate_hz,
    0x22C9: lambda task: verified(task).most_convert_rate_hz,
}

BUFFER: dict[int, Callable[[Task], Any]] = {
    0x186C: lambda task: task.need_analogue().buffer,
}

CHANNEL: dict[int, Callable[[Task, str], Any]] = {
    0x187F: lambda task, _: CHANNEL_TYPES[task.kind or "lines"],
    0x0695: lambda task, channel: MEASURED[_input(task, channel).electrical.measures],
    0x18A0: lambda task, _: _if_kind(task, "counter", MEASURES_EDGES),
    0x18F5: lambda task, channel: _physical(task, channel),
    0x1815: lambda task, channel: _range_v(task, channel),
    0x1816: lambda task, channel: -_range_v(task, channel),
    0x18C7: lambda task, channel: _named(task.counters, channel).terminal,
}


SET_READ: dict[int, Callable[[Task, Any], None]] = {
    0x1215: lambda task, value: setattr(task.need_analogue(), "reads_what_there_is", value),
}

SET_BUFFER: dict[int, Callable[[Task, Any], None]] = {
    0x186C: lambda task, value: setattr(task.need_analogue(), "buffer", value),
}

SET_TIMING: dict[int, Callable[[Task, Any], None]] = {
    0x1344: lambda task, value: task.need_analogue().set_rate(value),
    0x1848: lambda task, value: setattr(task.need_analogue(), "convert_hz", value),
}

SET_CHANNEL: dict[int, Callable[[Task, str, Any], None]] = {
    0x18C7: lambda task, channel, value: setattr(_named(task.counters, channel), "terminal", value),
}


def verified(task: Task) -> AnalogInput:
    """Return a task's analogue part; raise DeviceError when its timing is none that the device has."""
    analogue = task.need_analogue()
    analogue.verify()
    return analogue


def default_to_read(moment: Moment) -> int:
    """Return how many samples "all that are available" means."""
    if moment.task.kind != "analogue":
        return 1
    analogue = moment.analogue
    if analogue.mode == "continuous" or analogue.reads_what_there_is:
        return analogue.available(moment.now_ns)
    return analogue.samples - analogue.position if analogue.mode == "finite" else 1


def _if_kind(task: Task, kind: str, value: int) -> int:
    if task.kind != kind:
        raise DeviceError(NiCode.NO_CHANS_OF_GIVEN_TYPE_IN_TASK, f"task {task.name} has no {kind} channels")
    return value


def _physical(task: Task, channel: str) -> str:
    if task.kind == "analogue":
        named = {c.name: c.physical for c in task.need_analogue().channels}
    else:
        named = {name: counter.physical for name, counter in task.counters.items()}
    return _named(named, channel)


def _range_v(task: Task, channel: str) -> float:
    return _input(task, channel).electrical.range_v


def _input(task: Task, channel: str) -> InputChannel:
    return _named({c.name: c for c in task.need_analogue().channels}, channel)


def _named(named: Mapping[str, V], channel: str) -> V:
    if channel not in named:
        raise DeviceError(NiCode.INVALID_CHANNEL_NAME_IN_LIST, f"Channel name specified is invalid: {channel!r}")
    return named[channel]


def _each(device: str, kind: str, number: int) -> str:
    return ", ".join(f"{device}/{kind}{index}" for index in range(number))


def _lines(device: str) -> str:
    return ", ".join(_each(device, f"{port}/line", number) for port, number in LINES_OF_PORT.items())
