"""The motor's edges, counted by the device in 32 bits: what a count that falls or runs away may mean."""

from nidaqmx.constants import Edge
from nidaqmx.stream_readers import CounterReader

from instruments.ni_daq import dialect
from instruments.ni_daq.connection import Connection
from instruments.ni_daq.settings import DaqSettings
from rig.clock import NS_PER_S, Clock
from rig.errors import InstrumentError

_EDGES = {"rising": Edge.RISING, "falling": Edge.FALLING}
_RESET_ADVICE = (
    "find out what reset the device (its power, its USB cable, another program) and start sampling anew; where edges "
    "really come so fast, raise most_edge_rate_hz in the bench file"
)
_FAST_ADVICE = (
    "check the sensor and its cable for bounce and interference; where edges really come so fast, raise "
    "most_edge_rate_hz in the bench file"
)


class CounterTask:
    """Edges counted in 32 bits, from the moment of creation."""

    def __init__(self, connection: Connection, name: str, settings: DaqSettings) -> None:
        self._connection = connection
        self._timeout_s = settings.deadline_s / 2
        with connection.calling("creating the edge counter"):
            self._task = connection.new_task(f"{name}-{settings.device}-edges")
            counter = dialect.full_name(settings.device, settings.edge_counter)
            self._task.ci_channels.add_ci_count_edges_chan(counter, edge=_EDGES[settings.counter_edge])
            self._task.start()
            self._reader = CounterReader(self._task.in_stream)

    def read(self) -> int:
        """Return the count."""
        with self._connection.calling("reading the edge counter"):
            return int(self._reader.read_one_sample_uint32(self._timeout_s))

    def close(self) -> None:
        """Clear the task."""
        with self._connection.calling("clearing the edge counter"):
            self._task.close()


class EdgeCount:
    """The edges since a beginning, over any number of wraps.

    A count that fell without having been near its top, or rose faster than edges can come, is no count: it is never
    guessed how many edges there were, and each reading raises until it is begun anew.
    """

    def __init__(self, counter: CounterTask, connection: Connection, clock: Clock, most_rate_hz: float) -> None:
        self._counter = counter
        self._connection = connection
        self._clock = clock
        self._most_rate_hz = most_rate_hz
        self._edges = self._raw = 0
        self._read_ns = clock.now_ns()
        self._wrong: InstrumentError | None = None
        self._was_reset = False

    def begin(self) -> None:
        """Count from here."""
        self._raw = self._counter.read()
        self._read_ns = self._clock.now_ns()
        self._edges = 0
        self._wrong, self._was_reset = None, False

    def total(self) -> int:
        """Return the edges since the beginning.

        Raises ConnectionLostError, with both counts, once the count fell: the device was reset. Raises
        GarbledReplyError once it rose by more than can be.
        """
        if self._wrong is not None:
            raise self._wrong
        raw, now_ns = self._counter.read(), self._clock.now_ns()
        elapsed_s = (now_ns - self._read_ns) / NS_PER_S
        gain = dialect.counted_gain(self._raw, raw, elapsed_s, self._most_rate_hz)
        if gain is None:
            self._wrong, self._was_reset = self._told(raw, elapsed_s), raw < self._raw
            raise self._wrong
        self._edges += gain
        self._raw, self._read_ns = raw, now_ns
        return self._edges

    def check_not_reset(self) -> None:
        """Raise ConnectionLostError when the last count has shown that the device was reset."""
        if self._was_reset and self._wrong is not None:
            raise self._wrong

    def _told(self, raw: int, elapsed_s: float) -> InstrumentError:
        within = f"from {self._raw} to {raw} within {elapsed_s:.6g} s"
        if raw < self._raw:
            said = f"the edge counter fell {within}: the device was reset, or its counter was started by somebody else"
            return self._connection.lost(said, _RESET_ADVICE)
        said = f"the edge counter rose {within}, more than {self._most_rate_hz:g} edges a second (most_edge_rate_hz)"
        return self._connection.garbled(said, _FAST_ADVICE)
