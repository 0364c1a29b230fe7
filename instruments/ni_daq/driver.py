"""Production driver of an NI data acquisition device through the maker's `nidaqmx` package."""

import contextlib
import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from instruments.ni_daq import dialect
from instruments.ni_daq.identity import identity_of
from instruments.ni_daq.scaling import no_readings, values_of
from instruments.ni_daq.settings import ITSELF, NONE, DaqSettings
from rig.capabilities import Identity
from rig.channels import Channel
from rig.driving import DriverContext, Reporter
from rig.errors import (
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
    "check that the NI gRPC device server runs, that host and port in the bench file are its own, that a firewall "
    "between here and there lets the port through, and that both agree on TLS: a server with it needs ca_file of the "
    "authority that signed its certificate and server_name where that names no such host, one that asks who comes "
    "client_cert_file and client_key_file, one without it none of them"
)
# What one read may bring: well below the limit of a gRPC message.
_VALUES_PER_READ = 4_000_000


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
        from instruments.ni_daq.security import Security

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
        self._relay: Any = None
        self._edges: Any = None
        self._deadline_s = context.wire_s(settings.deadline_s)
        tap, security = context.tap(name), Security(**settings.tls)
        self._connection = Connection(name, settings.port, self._deadline_s, tap, security)
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
        if self._edges is not None:
            self._edges.begin()

    def read_block(self) -> Block:
        """Get all samples acquired since the last call.

        Returns a Block of one column per channel; `lost` counts samples that were overwritten before they were read
        or came out garbled. After an overflow the acquisition is started anew and an empty block says how many
        samples went. Raises ConnectionLostError when the edge counter has shown that the device was reset, and an
        InstrumentError for anything else.
        """
        if self._edges is not None:
            self._edges.check_not_reset()
        clock = self._require_sampling()
        try:
            if self._in_doubt:
                self._find_position()
            self._in_doubt = True
            asked_ns = self._clock.now_ns()
            count = self._analogue.available()
            answered_ns = self._clock.now_ns()
            readings = self._read(count)
        except RefusedError as error:
            if int(error.code) not in dialect.OVERFLOWS:
                raise
            return self._restart(clock)
        self._refuse_no_readings(readings)
        self._in_doubt = False
        stamps_ns, self._sampling = clock.stamp(self._next, count, asked_ns=asked_ns, answered_ns=answered_ns)
        self._next += count
        columns = {c.name: values_of(c, row) for c, row in zip(self._settings.channels, readings, strict=True)}
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
        faster than edges can come: until sampling is started anew nobody knows how many there were. Raises
        OutOfRangeError where the bench file says that it has no counter.
        """
        if self._edges is None:
            raise self._reporter.out_of_range("count_edges()", 'the bench file says edge_counter = "none"')
        return int(self._edges.total())

    @classmethod
    def unattended(cls, name: str, settings: DaqSettings) -> HandAct:
        """Return what opens the interlock relay without this driver."""
        told = {key: getattr(settings, key) for key in ("port", "device", "deadline_s")} | {"tls": settings.tls}
        told |= {"name": name, "line": settings.interlock_line, "readback": settings.interlock_readback}
        return HandAct(name, "interlock opened", "instruments.ni_daq.unattended:open_interlock", told)

    def set_interlock(self, *, closed: bool) -> None:
        """Control the supply interlock relay; closed feeds the pump.

        It is read back as `interlock_readback` in the bench file says; raises RefusedError when it did not move, and
        OutOfRangeError where the bench file says that there is none.
        """
        with self._reporter.verb("set_interlock", closed=closed) as told:
            if self._relay is None:
                raise self._reporter.out_of_range("set_interlock()", 'the bench file says interlock_line = "none"')
            self._relay.move(closed=closed, written=lambda: told.note(*self._connection.last_exchange()))

    def set_line(self, *, line: str, high: bool) -> None:
        """Control a digital line, such as "port0/line3"; it keeps its state when the driver is closed.

        Raises OutOfRangeError for the line of the interlock relay, which `set_interlock` alone moves.
        """
        with self._reporter.verb("set_line", line=line, high=high):
            if self._settings.is_interlock(line):
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
        self._identity = identity_of(self._connection, self._reporter, settings)
        buffer_samples = max(2, math.ceil(settings.sample_rate_hz * settings.buffer_s))
        if settings.cuts_power:
            self._relay = self._relay_of(settings.interlock_line, settings.interlock_readback)
        if settings.counts_edges:
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
        if readback == NONE:
            return Relay(self._connection, relay, None)
        return Relay(self._connection, relay, self._new_line(readback, written=False))

    def _line(self, line: str) -> Any:
        """Return the task of a digital line, made when it is first moved."""
        line = dialect.full_name(self._settings.device, line)
        if line not in self._lines:
            self._lines[line] = self._new_line(line, written=True)
        return self._lines[line]

    def _new_line(self, line: str, *, written: bool) -> Any:
        from instruments.ni_daq.lines import ContactTask, LineTask

        with self._connection.calling(f"creating the task of {line}"):
            task = self._connection.new_task(dialect.line_task(self.name, self._settings.device, line))
        kind = LineTask if written else ContactTask
        physical = dialect.full_name(self._settings.device, line)
        made = kind(self._connection, task, physical, self._settings.deadline_s / 2)
        self._tasks.append(made)
        return made

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
        """Return the next `count` samples in V, mA or °C, shape (channels, count), in as many reads as it takes."""
        most = max(1, _VALUES_PER_READ // len(self.channels))
        parts = [self._analogue.read(min(most, count - done)) for done in range(0, count, most)]
        return np.concatenate(parts, axis=1) if parts else np.empty((len(self.channels), 0))

    def _refuse_no_readings(self, readings: NDArray[np.float64]) -> None:
        for channel, row in zip(self._settings.channels, readings, strict=True):
            if said := no_readings(channel, row):
                physical = dialect.full_name(self._settings.device, channel.physical)
                low, high = channel.range_keys
                raise self._reporter.error(
                    GarbledReplyError,
                    said,
                    f"check the sensor and the wiring at {physical}; if the sensor is right, widen {low} and {high} "
                    "(or its table) in the bench file",
                )

    def _require_sampling(self) -> SampleClock:
        if self._sampling is None:
            raise self._reporter.not_sampling("acquisition")
        return self._sampling

    def _take_lost(self) -> int:
        lost, self._lost = self._lost, 0
        return lost
