"""The task of the analogue inputs, built with the maker's package."""

import numpy as np
from nidaqmx.constants import AcquisitionType, TerminalConfiguration
from nidaqmx.stream_readers import AnalogMultiChannelReader
from numpy.typing import NDArray

from instruments.ni_daq.connection import Connection
from instruments.ni_daq.dialect import unpack_by_channel
from instruments.ni_daq.settings import AnalogChannel, DaqSettings

_TERMINALS = {
    "default": TerminalConfiguration.DEFAULT,
    "rse": TerminalConfiguration.RSE,
    "nrse": TerminalConfiguration.NRSE,
    "differential": TerminalConfiguration.DIFF,
}


class AnalogueTask:
    """Continuous, sample-clocked acquisition of all analogue channels."""

    def __init__(self, connection: Connection, name: str, settings: DaqSettings, buffer_samples: int) -> None:
        self._connection = connection
        self._channels = len(settings.channels)
        self._timeout_s = settings.deadline_s / 2
        with connection.calling("creating the analogue task"):
            self._task = connection.new_task(f"{name}-{settings.device}-analogue")
            for channel in settings.channels:
                self._add(settings.device, channel)
            self._task.timing.cfg_samp_clk_timing(
                settings.sample_rate_hz, sample_mode=AcquisitionType.CONTINUOUS, samps_per_chan=buffer_samples
            )
            # The device divides its timebase: the rate it has is often not the rate it was asked for.
            self.rate_hz = float(self._task.timing.samp_clk_rate)
            if not 0.5 <= self.rate_hz / settings.sample_rate_hz <= 2:
                said = f"{settings.sample_rate_hz:g} samples a second were asked for, and {self.rate_hz:g} claimed"
                raise connection.garbled(said)
            self._reader = AnalogMultiChannelReader(self._task.in_stream)
            self._reader.verify_array_shape = False

    def start(self) -> None:
        """Start acquiring."""
        with self._connection.calling("starting the acquisition"):
            self._task.start()

    def stop(self) -> None:
        """Stop acquiring; safe to repeat."""
        with self._connection.calling("stopping the acquisition"):
            self._task.stop()

    def position(self) -> int:
        """Return the number of the sample that the next read begins with."""
        with self._connection.calling("asking for the read position"):
            return int(self._task.in_stream.curr_read_pos)

    def available(self) -> int:
        """Return how many samples per channel wait to be read."""
        with self._connection.calling("asking for the samples available"):
            return int(self._task.in_stream.avail_samp_per_chan)

    def read(self, count: int) -> NDArray[np.float64]:
        """Return exactly `count` samples in volts, shape (channels, count).

        Raises GarbledReplyError when the device sends another number of samples or some that are not finite.
        """
        buffer = np.full((self._channels, count), np.nan)
        with self._connection.calling(f"reading {count} samples"):
            read = int(self._reader.read_many_sample(buffer, count, self._timeout_s))
        if read != count:
            raise self._connection.garbled(f"{count} samples were asked for, and {read} claimed to be sent")
        volts = unpack_by_channel(buffer, self._channels, count)
        if not np.isfinite(volts).all():
            wrong = int(np.count_nonzero(~np.isfinite(volts)))
            raise self._connection.garbled(f"{wrong} of {volts.size} values are missing or not finite numbers")
        return volts

    def close(self) -> None:
        """Clear the task."""
        with self._connection.calling("clearing the analogue task"):
            self._task.close()

    def _add(self, device: str, channel: AnalogChannel) -> None:
        self._task.ai_channels.add_ai_voltage_chan(
            f"{device}/{channel.physical}",
            channel.name,
            _TERMINALS[channel.terminals],
            channel.min_v,
            channel.max_v,
        )
