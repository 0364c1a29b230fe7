"""Production driver of an NI data acquisition device through the maker's `nidaqmx` package."""

import contextlib
import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from instruments.ni_daq import dialect
from instruments.ni_daq.products import most_rate_hz
from instruments.ni_daq.settings import ITSELF, LEAST_RATE_HZ, MOST_RATE_HZ, NOT_AT_ALL, DaqSettings
from rig.capabilities import Identity
from rig.channels import Channel
from rig.driving import DriverContext, Reporter
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    OutOfRangeError,
    RefusedError,
)
from rig.safety.supervisor.orders import HandAct
from rig.samples import Block
from rig.stamping import SampleClock

STRANGER = "no NI device is reached"
STRANGER_ADVICE = (
    "check that the NI gRPC device server runs, that host and port in the bench file are its own, and that a firewall "
    "between here and there lets the port through"
)
_RATE_ADVICE = "write a rate in the bench file that the device has on so many channels, or sample fewer channels"
MAKER = "National Instruments"
# What one read may bring: well below the limit of a gRPC message.
_VALUES_PER_READ = 4_000_000
_CONVERTER_CODES = 1 << 16


class Driver:
    """A Daq: sample-clocked analogue inputs, an edge counter, the interlock relay and other digital lines.

    Samples are stamped t0 + k/rate, with t0 the middle of the exchange that started them and the rate the one the
    device really runs at, and bent back where its quartz walks away from the rig's clock (`rig.stamping`).

    A value that is no number, or lies at the end of its range where the converter saturates, is never passed on: the
    read raises GarbledReplyError and its samples count as lost in the next block.
    """

    capability: ClassVar[str] = "daq"
    measuring: ClassVar[bool] = True
    Settings: ClassVar[type[DaqSettings]] = DaqSettings

    def __init__(self, name: str, settings: DaqSettings, context: DriverContext) -> None:
        # Half a second of imports that a mere look at a bench file should not pay.
        from instruments.ni_daq.connection import Connection

        self.name = name
        self.channels = tuple(Channel(c.name, c.unit, c.meaning) for c in settings.channels)
        self._settings = settings
        self._clock = context.clock
        self._sampling: SampleClock | None = None
        self._next = 0  # the number of the first sample that was not read yet
        self._lost = 0  # samples lost since the last block that could say so
        self._in_doubt = False  # a read failed, and how much of it the device gave away is not known
        self._tasks: list[Any] = []
        self._lines: dict[str, Any] = {}
        self._deadline_s = context.wire_s(settings.deadline_s)
        self._connection = Connection(name, settings.port, self._deadline_s, context.tap(name))
        self._reporter = Reporter(name, settings.port, context, self._connection.last_exchange)
        with (
            self._reporter.meeting(self.close, STRANGER, STRANGER_ADVICE, (ConnectionLostError, NoReplyError)),
            self._connection.within_one_deadline(),
        ):
            self._open()

    def identify(self) -> Identity:
        """Get what the device and its driver said at opening."""
        return self._identity

    def start_sampling(self) -> None:
        """Control the start of the acquisition; edges count from here."""
        if self._sampling is not None:
            self.stop_sampling()
        with self._reporter.verb("start_sampling", rate_hz=self._analogue.rate_hz):
            self._start_clock()
        self._edges.begin()

    def read_block(self) -> Block:
        """Get all samples acquired since the last call.

        Returns a Block of one column per channel; `lost` counts samples that were overwritten before they were read
        or came out garbled. After an overflow the acquisition is started anew and an empty block says how many
        samples went. Raises ConnectionLostError when the edge counter has shown that the device was reset, and an
        InstrumentError for anything else.
        """
        self._edges.check_not_reset()
        clock = self._require_sampling()
        try:
            if self._in_doubt:
                self._find_position()
            self._in_doubt = True
            asked_ns = self._clock.now_ns()
            count = self._analogue.available()
            answered_ns = self._clock.now_ns()
            volts = self._read(count)
        except RefusedError as error:
            if int(error.code) not in dialect.OVERFLOWS:
                raise
            return self._restart(clock)
        self._refuse_saturated(volts)
        self._in_doubt = False
        stamps_ns, self._sampling = clock.stamp(self._next, count, asked_ns=asked_ns, answered_ns=answered_ns)
        self._next += count
        columns = {
            channel.name: volts[row] * channel.scale + channel.offset
            for row, channel in enumerate(self._settings.channels)
        }
        return Block(stamps_ns, columns, self._take_lost())

    def stop_sampling(self) -> None:
        """Control the end of the acquisition; safe to repeat."""
        if self._sampling is not None:
            self._sampling = None
            with self._reporter.verb("stop_sampling"):
                self._analogue.stop()

    def count_edges(self) -> int:
        """Get the edges counted since the start of sampling, or since opening when sampling was never started.

        Raises ConnectionLostError once the count fell, because the device was reset, and GarbledReplyError once it rose
        faster than edges can come: until sampling is started anew nobody knows how many there were.
        """
        return self._edges.total()

    @classmethod
    def unattended(cls, name: str, settings: DaqSettings) -> HandAct:
        """Return what opens the interlock relay without this driver."""
        told = {key: getattr(settings, key) for key in ("port", "device", "deadline_s")}
        told |= {"name": name, "line": settings.interlock_line, "readback": settings.interlock_readback}
        return HandAct(name, "interlock opened", "instruments.ni_daq.unattended:open_interlock", told)

    def set_interlock(self, *, closed: bool) -> None:
        """Control the supply interlock relay; closed feeds the pump.

        It is read back as `interlock_readback` in the bench file says; raises RefusedError when it did not move.
        """
        with self._reporter.verb("set_interlock", closed=closed) as told:
            self._relay.move(closed=closed, written=lambda: told.note(*self._connection.last_exchange()))

    def set_line(self, *, line: str, high: bool) -> None:
        """Control a digital line, such as "port0/line3"; it keeps its state when the driver is closed.

        Raises OutOfRangeError for the line of the interlock relay, which `set_interlock` alone moves.
        """
        with self._reporter.verb("set_line", line=line, high=high):
            if line == self._settings.interlock_line:
                raise self._reporter.error(
                    OutOfRangeError,
                    f"set_line(line={line!r}) was refused before anything was sent: it moves the interlock relay",
                    "use another line, or set_interlock",
                )
            self._line(line).write(high=high)

    def close(self) -> None:
        """Clear the tasks and close the connection; silent, safe to repeat. All lines stay as they are."""
        tasks, self._tasks = self._tasks, []
        self._lines = {}
        self._sampling = None
        with self._connection.within_one_deadline():
            for task in tasks:
                with contextlib.suppress(InstrumentError):
                    task.close()
        self._connection.close()

    def _open(self) -> None:
        from instruments.ni_daq.acquisition import AnalogueTask
        from instruments.ni_daq.counting import CounterTask, EdgeCount

        settings = self._settings
        rate_hz = settings.sample_rate_hz
        self._reporter.check_range("sample_rate_hz", rate_hz, LEAST_RATE_HZ, MOST_RATE_HZ, "Hz", _RATE_ADVICE)
        self._identity = self._check_identity()
        buffer_samples = max(2, math.ceil(settings.sample_rate_hz * settings.buffer_s))
        self._relay = self._relay_of(settings.interlock_line, settings.interlock_readback)
        counter = CounterTask(self._connection, self.name, settings)
        self._tasks.append(counter)
        self._edges = EdgeCount(counter, self._connection, self._clock, settings.most_edge_rate_hz)
        self._analogue = AnalogueTask(self._connection, self.name, settings, buffer_samples)
        self._tasks.append(self._analogue)

    def _relay_of(self, line: str, readback: str) -> Any:
        from instruments.ni_daq.lines import Relay

        relay = self._line(line)
        if readback == ITSELF:
            return Relay(self._connection, relay, relay)
        if readback == NOT_AT_ALL:
            return Relay(self._connection, relay, None)
        return Relay(self._connection, relay, self._new_line(readback, written=False))

    def _line(self, line: str) -> Any:
        """Return the task of a digital line, made when it is first moved."""
        if line not in self._lines:
            self._lines[line] = self._new_line(line, written=True)
        return self._lines[line]

    def _new_line(self, line: str, *, written: bool) -> Any:
        from instruments.ni_daq.lines import ContactTask, LineTask

        with self._connection.calling(f"creating the task of {line}"):
            task = self._connection.new_task(dialect.line_task(self.name, self._settings.device, line))
        kind = LineTask if written else ContactTask
        made = kind(self._connection, task, f"{self._settings.device}/{line}", self._settings.deadline_s / 2)
        self._tasks.append(made)
        return made

    def _check_identity(self) -> Identity:
        wanted = self._settings.device
        with self._connection.calling("asking for the devices"):
            system = self._connection.system()
            version = system.driver_version
            names = list(system.devices.device_names)
            if wanted not in names:
                raise self._reporter.error(
                    ConnectionFailedError,
                    f"there is no device {wanted!r}; there are {', '.join(names) or 'none'}",
                    "write the name that the device has in NI MAX as `device` in the bench file",
                )
            device = system.devices[wanted]
            product = device.product_type
            serial = f"{device.serial_num:08X}"
        self._reporter.demand("product", product, self._settings.product)
        most_hz = most_rate_hz(product, len(self._settings.channels))
        if most_hz is not None:
            what = f"sample_rate_hz ({product}, {len(self._settings.channels)} channels)"
            self._reporter.check_range(what, self._settings.sample_rate_hz, LEAST_RATE_HZ, most_hz, "Hz", _RATE_ADVICE)
        return Identity(MAKER, product, serial, f"NI-DAQmx {'.'.join(map(str, version))}")

    def _start_clock(self) -> None:
        t0_ns, _ = self._reporter.timed(self._analogue.start)
        self._sampling = SampleClock.of_rate(t0_ns, self._analogue.rate_hz)
        self._next = 0
        self._in_doubt = False

    def _restart(self, old: SampleClock) -> Block:
        """Start the acquisition anew after an overflow, and say how many samples the gap has cost."""
        delivered = self._next
        self._analogue.stop()
        self._start_clock()
        self._lost += max(0, old.samples_before(self._require_sampling().t0_ns) - delivered)
        return Block(np.empty(0, np.int64), {c.name: np.empty(0) for c in self.channels}, self._take_lost())

    def _find_position(self) -> None:
        """Learn from the device which samples a failed read has taken away with it."""
        position = self._analogue.position()
        self._lost += max(0, position - self._next)
        self._next = position

    def _read(self, count: int) -> NDArray[np.float64]:
        """Return the next `count` samples in volts, shape (channels, count), in as many reads as messages need."""
        most = max(1, _VALUES_PER_READ // len(self.channels))
        parts = [self._analogue.read(min(most, count - done)) for done in range(0, count, most)]
        return np.concatenate(parts, axis=1) if parts else np.empty((len(self.channels), 0))

    def _refuse_saturated(self, volts: NDArray[np.float64]) -> None:
        for channel, row in zip(self._settings.channels, volts, strict=True):
            step = (channel.max_v - channel.min_v) / _CONVERTER_CODES
            outside = (row <= channel.min_v + step / 2) | (row >= channel.max_v - 1.5 * step)
            if outside.any():
                worst = row[np.argmax(np.abs(row))]
                raise self._reporter.error(
                    GarbledReplyError,
                    f"{channel.name}: {np.count_nonzero(outside)} of {len(row)} samples lie at the end of the range "
                    f"{channel.min_v:g} … {channel.max_v:g} V or beyond (up to {worst:.6g} V)",
                    f"check the sensor and the wiring at {self._settings.device}/{channel.physical}; if the "
                    "sensor is right, widen min_v and max_v in the bench file",
                )

    def _require_sampling(self) -> SampleClock:
        if self._sampling is None:
            raise self._reporter.not_sampling("acquisition")
        return self._sampling

    def _take_lost(self) -> int:
        lost, self._lost = self._lost, 0
        return lost
