"""The task of the analogue inputs, built with the maker's package."""

import numpy as np
from nidaqmx.constants import (
    AcquisitionType,
    CJCSource,
    CurrentShuntResistorLocation,
    TerminalConfiguration,
    ThermocoupleType,
)
from nidaqmx.stream_readers import AnalogMultiChannelReader
from numpy.typing import NDArray

from instruments.ni_daq.channels import AnalogChannel
from instruments.ni_daq.connection import Connection
from instruments.ni_daq.dialect import full_name, unpack_by_channel
from instruments.ni_daq.settings import DaqSettings

_TERMINALS = {
    "default": TerminalConfiguration.DEFAULT,
    "rse": TerminalConfiguration.RSE,
    "nrse": TerminalConfiguration.NRSE,
    "differential": TerminalConfiguration.DIFF,
    "pseudodifferential": TerminalConfiguration.PSEUDO_DIFF,
}
_MA_PER_A = 1000.0


class AnalogueTask:
    """Continuous, sample-clocked acquisition of all analogue channels."""

    def __init__(self, connection: Connection, name: str, settings: DaqSettings, buffer_samples: int) -> None:
        self._connection = connection
        self._channels = len(settings.channels)
        in_ma = [channel.measures == "current" for channel in settings.channels]
        self._to_readings = np.where(in_ma, _MA_PER_A, 1.0)[:, None]
        self._timeout_s = settings.deadline_s / 2
        with connection.calling("creating the analogue task"):
            self._task = connection.new_task(f"{name}-{settings.device}-analogue")
            for channel in settings.channels:
                self._add(settings.device, channel)
            self._task.timing.cfg_samp_clk_timing(
                settings.sample_rate_hz, sample_mode=AcquisitionType.CONTINUOUS, samps_per_chan=buffer_samples
            )
            if settings.convert_rate_hz is not None:
                self._task.timing.ai_conv_rate = settings.convert_rate_hz
                self._check("conversions", settings.convert_rate_hz, float(self._task.timing.ai_conv_rate))
            # The device divides its timebase: the rate it has is often not the rate it was asked for.
            self.rate_hz = float(self._task.timing.samp_clk_rate)
            self._check("samples", settings.sample_rate_hz, self.rate_hz)
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
        """Return exactly `count` samples in V, mA or °C, shape (channels, count).

        Raises GarbledReplyError when the device sends another number of samples or some that are not finite.
        """
        buffer = np.full((self._channels, count), np.nan)
        with self._connection.calling(f"reading {count} samples"):
            read = int(self._reader.read_many_sample(buffer, count, self._timeout_s))
        if read != count:
            raise self._connection.garbled(f"{count} samples were asked for, and {read} claimed to be sent")
        readings = unpack_by_channel(buffer, self._channels, count)
        if not np.isfinite(readings).all():
            wrong = int(np.count_nonzero(~np.isfinite(readings)))
            raise self._connection.garbled(f"{wrong} of {readings.size} values are missing or not finite numbers")
        return np.asarray(readings * self._to_readings)

    def close(self) -> None:
        """Clear the task."""
        with self._connection.calling("clearing the analogue task"):
            self._task.close()

    def _check(self, what: str, asked_hz: float, claimed_hz: float) -> None:
        if not 0.5 <= claimed_hz / asked_hz <= 2:
            said = f"{asked_hz:g} {what} a second were asked for, and {claimed_hz:g} claimed"
            raise self._connection.garbled(said)

    def _add(self, device: str, channel: AnalogChannel) -> None:
        physical, inputs = full_name(device, channel.physical), self._task.ai_channels
        least, most = channel.range
        terminals = _TERMINALS[channel.terminals]
        if channel.thermocouple is not None:
            built_in = channel.cold_junction_c is None
            inputs.add_ai_thrmcpl_chan(
                physical,
                channel.name,
                least,
                most,
                thermocouple_type=ThermocoupleType[channel.thermocouple],
                cjc_source=CJCSource.BUILT_IN if built_in else CJCSource.CONSTANT_USER_VALUE,
                cjc_val=25.0 if channel.cold_junction_c is None else channel.cold_junction_c,
            )
        elif channel.measures == "current":
            place = CurrentShuntResistorLocation
            inputs.add_ai_current_chan(
                physical,
                channel.name,
                terminals,
                least / _MA_PER_A,
                most / _MA_PER_A,
                shunt_resistor_loc=place.INTERNAL if channel.shunt_ohm is None else place.EXTERNAL,
                ext_shunt_resistor_val=channel.shunt_ohm or 249.0,
            )
        else:
            inputs.add_ai_voltage_chan(physical, channel.name, terminals, least, most)
