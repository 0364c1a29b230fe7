"""The simulated device behind the twin: tasks on analogue inputs, a counter and digital lines. Knows no gRPC.

Sample k of an analogue task is taken k divisor ticks of the 100 MHz timebase after its start; a sample is the
laboratory at that instant, turned to volts by the sensor's wiring, with noise, in steps of a converter.
"""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from instruments.ni_daq import dialect
from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.refusals import DeviceError, out_of_range
from instruments.ni_daq.simulated.sensors import InputChannel
from instruments.plant.challenges import checked
from instruments.plant.laboratory import Laboratory
from rig.bench_file.tables import TomlTable
from rig.clock import NS_PER_S

Mode = Literal["on demand", "finite", "continuous"]
Edge = Literal["rising", "falling"]

TICK_NS = 10
ANALOGUE_INPUTS = 32
# Where each counter looks for its edges unless it is told otherwise.
COUNTER_TERMINALS = {"ctr0": "PFI8", "ctr1": "PFI3", "ctr2": "PFI0", "ctr3": "PFI5"}
LINES_OF_PORT = {"port0": 32, "port1": 8, "port2": 8}
TIMEBASE_HZ = 100e6
MIN_RATE_HZ = TIMEBASE_HZ / (1 << 32)


class WiredRelay(TomlTable):
    """What hangs on one digital line, a valve or a relay: while the line is high, this is done to the pump."""

    line: str = Field(pattern=r"^(\w+/)?port[0-2]/line\d+$")
    does: Literal["occlusion", "leak", "disconnection", "kink", "magnet", "power_cut", "press_button"]
    share_percent: float | None = None
    times_resistance: float | None = None

    @model_validator(mode="after")
    def _figures_fit(self) -> Self:
        checked(self.does, self.given())
        return self

    def given(self) -> dict[str, float]:
        """Return the figures of what it does."""
        figures = {"share_percent": self.share_percent, "times_resistance": self.times_resistance}
        return {name: value for name, value in figures.items() if value is not None}


class AnalogInput:
    """One analogue input task, on a device that shares `most_hz` among its channels.

    As NI-DAQmx does, it takes any timing, and refuses it when it is verified: at a start, or where timing is asked for.
    """

    def __init__(self, laboratory: Laboratory, rng: np.random.Generator, noise_v: float, most_hz: float) -> None:
        self._laboratory = laboratory
        self._rng = rng
        self._noise_v = noise_v
        self._most_hz = most_hz
        self.channels: list[InputChannel] = []
        self.mode: Mode = "on demand"
        self.convert_hz: float | None = None
        self._wanted_hz = 1000.0
        self.samples = 1
        self.buffer = 0
        self.reads_what_there_is = False
        self.start_ns: int | None = None
        self.position = 0
        self._overflowed = False

    @property
    def divisor(self) -> int:
        """Return into how many ticks of the timebase a sample is divided."""
        return int(NS_PER_S / TICK_NS / self._wanted_hz)

    @property
    def rate_hz(self) -> float:
        """Return the rate the timebase really gives, at least the one asked for."""
        return NS_PER_S / (TICK_NS * self.divisor)

    @property
    def most_rate_hz(self) -> float:
        """Return the fastest sample clock for its channels."""
        return self._most_hz / max(1, len(self.channels))

    @property
    def most_convert_rate_hz(self) -> float:
        """Return the fastest that the converter goes from channel to channel."""
        return self._most_hz

    @property
    def convert_rate_hz(self) -> float:
        """Return how fast the converter goes from channel to channel: as told, else with 10 µs to settle."""
        settled_hz = 1.0 / (1.0 / self._most_hz + 10e-6)
        return max(settled_hz, self._least_convert_hz) if self.convert_hz is None else self.convert_hz

    @property
    def _least_convert_hz(self) -> float:
        return self._wanted_hz * len(self.channels)

    def configure_clock(self, rate_hz: float, mode: Mode, samples: int) -> None:
        """Set the sample clock, for `verify` to judge; raise DeviceError for no samples."""
        if samples < 1:
            raise out_of_range("DAQmx_SampQuant_SampPerChan", samples, 1, (1 << 64) - 1)
        self.set_rate(rate_hz)
        self.mode = mode
        self.samples = samples
        self.buffer = max(samples, _default_buffer(rate_hz)) if mode == "continuous" else samples

    def set_rate(self, rate_hz: float) -> None:
        """Set the rate in Hz, or the next higher that the timebase can be divided to, for `verify` to judge."""
        self._wanted_hz = rate_hz

    def verify(self) -> None:
        """Raise DeviceError for a timing that the device does not have."""
        if not MIN_RATE_HZ <= self._wanted_hz <= self.most_rate_hz and self.mode != "on demand":
            raise out_of_range("DAQmx_SampClk_Rate", self._wanted_hz, MIN_RATE_HZ, self.most_rate_hz)
        if self.convert_hz is not None and not self._least_convert_hz <= self.convert_hz <= self._most_hz:
            raise out_of_range("DAQmx_AIConv_Rate", self.convert_hz, self._least_convert_hz, self._most_hz)

    def start(self, now_ns: int) -> None:
        """Begin acquiring: sample 0 is taken now."""
        self.start_ns = now_ns
        self.position = 0
        self._overflowed = False

    def stop(self) -> None:
        """End acquiring and forget what was not read."""
        self.start_ns = None

    def acquired(self, now_ns: int) -> int:
        """Return how many samples per channel were taken by now."""
        if self.start_ns is None:
            return 0
        taken = (now_ns - self.start_ns) // (TICK_NS * self.divisor) + 1
        return min(taken, self.samples) if self.mode == "finite" else taken

    def available(self, now_ns: int) -> int:
        """Return how many samples per channel wait to be read; raise DeviceError once the buffer has overflowed."""
        waiting = self.acquired(now_ns) - self.position
        self._overflowed |= self.mode == "continuous" and waiting > self.buffer
        if self._overflowed:
            raise DeviceError(
                NiCode.SAMPLES_NO_LONGER_AVAILABLE,
                "The application is not able to keep up with the hardware acquisition: samples that were not read "
                "have been overwritten.",
            )
        return waiting

    def instant_ns(self, number: int) -> int:
        """Return when sample `number` of a running task is taken, UTC ns."""
        return (self.start_ns or 0) + number * TICK_NS * self.divisor

    def read(self, count: int) -> NDArray[np.float64]:
        """Return the next `count` samples in volts, shape (channels, count)."""
        if self.start_ns is None:
            raise DeviceError(NiCode.CANNOT_PERFORM_OP_WHEN_TASK_NOT_RUNNING, "the task is not running")
        instants_ns = self.instant_ns(self.position) + np.arange(count, dtype=np.int64) * (TICK_NS * self.divisor)
        self.position += count
        return self.readings_at(instants_ns)

    def readings_at(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what the converter makes of the laboratory at each of `t_ns`, shape (channels, n).

        With a convert rate of its own the channels are taken one after another.
        """
        # Drawn sample by sample, so that the noise does not depend on how reads cut the acquisition.
        noise = self._rng.standard_normal((len(t_ns), len(self.channels))).T * self._noise_v
        rows = []
        for number, channel in enumerate(self.channels):
            taken_ns = t_ns + (0 if self.convert_hz is None else round(number * NS_PER_S / self.convert_hz))
            how = channel.electrical
            volts = channel.terminal_v(self._laboratory, taken_ns) + noise[number] * how.noise
            # The converter ends at its rails: this is the device's own saturation.
            codes = np.clip(np.rint(volts / how.step_v), -how.codes // 2, how.codes // 2 - 1)
            rows.append(channel.readings(codes * how.step_v, self._laboratory, taken_ns))
        return np.array(rows)


def _default_buffer(rate_hz: float) -> int:
    """Return NI-DAQmx's buffer in samples per channel for a continuous acquisition."""
    for below_hz, size in ((100.0, 1_000), (10_000.0, 10_000), (1_000_000.0, 100_000)):
        if rate_hz <= below_hz:
            return size
    return 1_000_000


class EdgeCounter:
    """One counter task: the edges at its terminal since the start, in 32 bits; the motor is wired to one terminal.

    Its pulses have as many falling edges as rising ones.
    """

    def __init__(
        self, laboratory: Laboratory, physical: str, edge: Edge, initial: int, terminal: str, motor_terminal: str
    ) -> None:
        self._laboratory = laboratory
        self.physical = physical
        self.edge = edge
        self.terminal = terminal
        self._motor_terminal = motor_terminal
        self._initial = initial
        self._base: int | None = None

    def start(self, now_ns: int) -> None:
        """Begin counting from the initial count."""
        self._base = self._edges(now_ns)

    def stop(self) -> None:
        """End counting."""
        self._base = None

    def count(self, now_ns: int) -> int:
        """Return the count; a counter that was not started is started by being read, and shows its initial count."""
        if self._base is None:
            self.start(now_ns)
            return self._initial
        return (self._initial + self._edges(now_ns) - self._base) % dialect.COUNTER_MODULUS

    def _edges(self, now_ns: int) -> int:
        if self.terminal != self._motor_terminal:
            return 0
        return int(self._laboratory.line.motor_edges(np.array([now_ns], np.int64))[0])


class DigitalLines:
    """The static digital lines of the device; they keep their state when a task ends, as real ones do."""

    def __init__(
        self,
        laboratory: Laboratory,
        interlock_line: str,
        relays: Sequence[WiredRelay] = (),
        contact_line: str = "",
    ) -> None:
        self._laboratory = laboratory
        self._interlock_line = interlock_line
        self._contact_line = contact_line
        self._relays = {relay.line: relay for relay in relays}
        self._pulled: dict[str, int] = {}
        self._high: dict[str, bool] = {}

    def write(self, line: str, *, high: bool) -> None:
        """Set one line, such as port0/line0; the interlock's line moves the relay, others what hangs on them."""
        self._high[line] = high
        if line == self._interlock_line:
            self._laboratory.change_power(interlock_closed=high)
        elif line in self._relays:
            self._move(self._relays[line], high=high)

    def lower(self) -> None:
        """Put all lines low."""
        for line in (self._interlock_line, *self._relays):
            self.write(line, high=False)

    def read(self, line: str) -> bool:
        """Return the state of one line; low after power-on. The contact's line shows how the relay stands."""
        if line == self._contact_line:
            return self._laboratory.power.interlock_closed
        return self._high.get(line, False)

    def _move(self, relay: WiredRelay, *, high: bool) -> None:
        if high and relay.line not in self._pulled:
            # A magnet before a pump that feels none does nothing.
            if not self._laboratory.challenges.unable(relay.does):
                self._pulled[relay.line] = self._laboratory.challenge(relay.does, relay.given())
        elif not high and relay.line in self._pulled:
            self._laboratory.relieve(self._pulled.pop(relay.line))
