"""The tasks of the simulated device: what a client creates, configures, starts, reads and clears."""

from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import numpy as np

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.device import (
    ANALOGUE_INPUTS,
    COUNTER_TERMINALS,
    LINES_OF_PORT,
    AnalogInput,
    DigitalLines,
    Edge,
    EdgeCounter,
    WiredRelay,
)
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.sensors import Electrical, InputChannel, WiredSensor
from instruments.plant.laboratory import Laboratory

Kind = Literal["analogue", "counter", "lines", "inputs"]


@dataclass(frozen=True, slots=True)
class Wires:
    """What the device is called and what hangs on it."""

    device: str
    sensors: tuple[WiredSensor, ...]
    noise_v: float
    motor_counter: str
    interlock_line: str
    relays: tuple[WiredRelay, ...] = ()
    contact_line: str = ""
    most_hz: float = 250_000.0
    modules: tuple[str, ...] = ()
    falling_only: bool = False


@dataclass(slots=True)
class Task:
    """One task; its channels are all of one kind, as NI-DAQmx demands."""

    name: str
    kind: Kind | None = None
    analogue: AnalogInput | None = None
    counters: dict[str, EdgeCounter] = field(default_factory=dict)
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    running: bool = False
    reserved: bool = False
    started_by_read: bool = False
    runs: int = 0
    events: dict[str, object] = field(default_factory=dict)

    @property
    def places(self) -> frozenset[str]:
        """Return what of the device it needs for itself while it is reserved or runs."""
        lines = (f"{self.kind} {line}" for lines in self.lines.values() for line in lines)
        engine = ("analogue inputs",) if self.analogue is not None else ()
        return frozenset((*engine, *(counter.physical for counter in self.counters.values()), *lines))

    @property
    def done(self) -> bool:
        """Tell whether it has nothing left to do by its kind: what is read or written on demand never has."""
        return not self.running or self.kind in ("lines", "inputs") or self.on_demand

    @property
    def on_demand(self) -> bool:
        """Tell whether its samples are taken when they are asked for."""
        return self.analogue is not None and self.analogue.mode == "on demand"

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Return the virtual channels in the order of their creation."""
        if self.analogue is not None:
            return tuple(channel.name for channel in self.analogue.channels)
        return (*self.counters, *self.lines)

    def become(self, kind: Kind) -> None:
        """Take channels of one kind; raise DeviceError when it has others already."""
        if self.kind not in (None, kind):
            raise DeviceError(
                NiCode.MULTI_CHAN_TYPES_IN_TASK, f"task {self.name} cannot hold {self.kind} and {kind} channels"
            )
        self.kind = kind

    def need_analogue(self) -> AnalogInput:
        """Return the analogue part; raise DeviceError when the task has none."""
        if self.analogue is None:
            raise DeviceError(NiCode.NO_CHANS_OF_GIVEN_TYPE_IN_TASK, f"task {self.name} has no analogue input channels")
        return self.analogue

    def need_counter(self) -> EdgeCounter:
        """Return the task's counter; raise DeviceError when it has none."""
        for counter in self.counters.values():
            return counter
        raise DeviceError(NiCode.NO_CHANS_OF_GIVEN_TYPE_IN_TASK, f"task {self.name} has no counter channels")


class TaskBook:
    """All tasks of one device. Its caller holds the laboratory's lock."""

    def __init__(self, name: str, wires: Wires, laboratory: Laboratory) -> None:
        self._wires = wires
        self._laboratory = laboratory
        self._rng = laboratory.rng(f"{name}.noise")
        self._tasks: dict[str, Task] = {}
        self._numbers = count()
        self._sensors = {sensor.physical: sensor for sensor in wires.sensors}
        self.lines = DigitalLines(laboratory, wires.interlock_line, wires.relays, wires.contact_line)

    @property
    def device(self) -> str:
        """Return the device's name."""
        return self._wires.device

    def find(self, name: str) -> Task:
        """Return a task by name; raise DeviceError when there is none."""
        task = self._tasks.get(name)
        if task is None:
            raise DeviceError(NiCode.INVALID_TASK, f"Task specified is invalid or does not exist: {name!r}")
        return task

    def has(self, name: str) -> bool:
        """Tell whether a task of this name exists."""
        return name in self._tasks

    def create(self, name: str) -> Task:
        """Create a task; an empty name gets one as NI-DAQmx gives it."""
        task = Task(name or f"_unnamedTask<{next(self._numbers)}>")
        self._tasks[task.name] = task
        return task

    def clear(self, name: str) -> None:
        """Stop a task and forget it."""
        self.stop(self.find(name))
        del self._tasks[name]

    def reset(self, device: str) -> None:
        """Abort every task and put all lines low."""
        if device not in (self._wires.device, *self._wires.modules):
            raise DeviceError(NiCode.INVALID_DEVICE_ID, f"Device identifier is invalid: {device}")
        for name in tuple(self._tasks):
            self.clear(name)
        self.lines.lower()

    def verify(self, task: Task) -> None:
        """Raise DeviceError for a task that could not run by itself."""
        if task.kind is None:
            raise DeviceError(NiCode.CAN_NOT_PERFORM_OP_WHEN_NO_CHANS_IN_TASK, f"task {task.name} has no channels")
        if task.analogue is not None:
            task.analogue.verify()
        if "samples" in task.events and task.on_demand:
            raise DeviceError(
                NiCode.EVERY_N_SAMPLES_EVENT_NOT_SUPPORTED_FOR_NON_BUFFERED_TASKS,
                "Every N Samples event is not supported for non-buffered tasks.",
            )

    def check_free(self, task: Task) -> None:
        """Raise DeviceError when the task could not run, by itself or because another one has what it needs."""
        self.verify(task)
        for other in self._tasks.values():
            if other is not task and (other.running or other.reserved) and other.places & task.places:
                raise DeviceError(NiCode.PAL_RESOURCE_RESERVED, "The specified resource is reserved.")

    def reserve(self, task: Task) -> None:
        """Keep what the task needs for it alone; raise DeviceError when another one has some of it."""
        self.check_free(task)
        task.reserved = True

    def start(self, task: Task, *, by_read: bool = False) -> None:
        """Start a task, of itself or because it is read."""
        if task.running:
            return
        self.check_free(task)
        now_ns = self._laboratory.advance()
        if task.analogue is not None:
            task.analogue.start(now_ns)
        for counter in task.counters.values():
            counter.start(now_ns)
        task.running = True
        task.started_by_read = by_read
        task.runs += 1

    def stop(self, task: Task) -> None:
        """Stop a task; lines keep their state. Safe to repeat."""
        if task.analogue is not None:
            task.analogue.stop()
        for counter in task.counters.values():
            counter.stop()
        task.running = False

    def add_input(self, task: Task, physical: str, name: str, electrical: Electrical) -> InputChannel:
        """Add one analogue input such as Dev1/ai0."""
        place = self._place(physical, "ai", ANALOGUE_INPUTS)
        task.become("analogue")
        if task.analogue is None:
            task.analogue = AnalogInput(self._laboratory, self._rng, self._wires.noise_v, self._wires.most_hz)
        sensor = self._sensors.get(place, WiredSensor(physical=place, quantity="nothing"))
        channel = InputChannel(name or physical, physical, sensor, electrical)
        if channel.name in task.channel_names:
            raise DeviceError(NiCode.DUPLICATED_CHANNEL, f"channel {channel.name} is in task {task.name} already")
        task.analogue.channels.append(channel)
        return channel

    def add_counter(self, task: Task, physical: str, name: str, edge: Edge, initial: int) -> None:
        """Add an edge counter such as Dev1/ctr0; raise DeviceError for a second one, or edges that it does not see."""
        place = self._place(physical, "ctr", len(COUNTER_TERMINALS))
        task.become("counter")
        if task.counters:
            raise DeviceError(
                NiCode.MULTIPLE_COUNTER_INPUT_TASK,
                "Task cannot contain multiple counter input channels: use a separate task for each.",
            )
        if edge == "rising" and self._wires.falling_only:
            raise DeviceError(NiCode.INVALID_ATTRIBUTE_VALUE, "the device counts falling edges alone")
        terminals = (self._terminal(place), self._terminal(self._wires.motor_counter))
        task.counters[name or physical] = EdgeCounter(self._laboratory, place, edge, initial, *terminals)

    def add_lines(self, task: Task, kind: Kind, physical: tuple[str, ...], name: str, *, together: bool) -> None:
        """Add digital outputs ("lines") or "inputs" such as Dev1/port0/line0, as one channel or one each."""
        places = tuple(self._line_place(line) for line in physical)
        task.become(kind)
        if together:
            task.lines[name or (physical[0] if len(physical) == 1 else f"{physical[0]}...")] = places
            return
        for number, (line, place) in enumerate(zip(physical, places, strict=True)):
            task.lines[f"{name}{number}" if name else line] = (place,)

    def count_now(self, task: Task) -> int:
        """Return the count of a counter task, as of now."""
        return task.need_counter().count(self._laboratory.advance())

    def now_readings(self, task: Task, samples: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Return software-timed samples, all of this very moment, shape (channels, samples)."""
        now_ns = self._laboratory.advance()
        return task.need_analogue().readings_at(np.full(samples, now_ns, np.int64))

    def _terminal(self, counter: str) -> str:
        """Return the terminal that a counter counts at by itself, such as /Dev1/PFI8."""
        device, _, place = counter.rpartition("/")
        return f"/{device or self._wires.device}/{COUNTER_TERMINALS[place]}"

    def _line_place(self, physical: str) -> str:
        port = physical.partition("/")[2].partition("/")[0]
        return self._place(physical, f"{port}/line", LINES_OF_PORT.get(port, 0))

    def _place(self, physical: str, kind: str, number: int) -> str:
        """Return a physical channel without its device, with its module; raise DeviceError when it does not exist."""
        device, _, place = physical.partition("/")
        if device not in (self._wires.device, *self._wires.modules):
            raise DeviceError(NiCode.INVALID_DEVICE_ID, f"Device identifier is invalid: {device}")
        index = place.removeprefix(kind)
        if index == place or not index.isdecimal() or int(index) >= number:
            raise DeviceError(
                NiCode.PHYSICAL_CHAN_DOES_NOT_EXIST,
                f"Physical channel specified does not exist on this device: {physical}",
            )
        return f"{kind}{int(index)}" if device == self._wires.device else f"{device}/{kind}{int(index)}"
