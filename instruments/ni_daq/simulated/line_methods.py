"""gRPC methods that write digital lines and read them."""
# ruff: noqa: N802 - the methods bear the names that the wire gives them

from typing import Any

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
from nidaqmx._stubs import nidaqmx_pb2 as wire

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.answering import BY_SCAN, Base, answering, wanted_on_demand
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.tasks import Task


class LineMethods(Base):
    """Digital lines, written, read back and read."""

    @answering
    def WriteDigitalLines(self, request: Any) -> Any:
        """Write one boolean per line."""
        task = self._startable(request)
        flat = [bool(byte) for byte in request.write_array]
        width = max(len(lines) for lines in task.lines.values())
        if len(flat) != width * len(task.lines):
            raise DeviceError(
                NiCode.WRITE_NUM_CHANS_MISMATCH,
                f"{len(flat)} booleans do not fit {len(task.lines)} channels of {width} lines",
            )
        for number, lines in enumerate(task.lines.values()):
            for line, high in zip(lines, flat[number * width :], strict=False):
                self._write(line, high=high)
        return wire.WriteDigitalLinesResponse(samps_per_chan_written=self._written())

    @answering
    def WriteDigitalU32(self, request: Any) -> Any:
        """Write one number per channel, bit by bit."""
        task = self._startable(request)
        if len(request.write_array) != len(task.lines):
            raise DeviceError(
                NiCode.WRITE_NUM_CHANS_MISMATCH,
                f"{len(request.write_array)} numbers do not fit {len(task.lines)} channels",
            )
        for number, lines in zip(request.write_array, task.lines.values(), strict=True):
            for line in lines:
                self._write(line, high=bool(number >> int(line.rpartition("line")[2]) & 1))
        return wire.WriteDigitalU32Response(samps_per_chan_written=self._written())

    @answering
    def ReadDigitalLines(self, request: Any) -> Any:
        """Read the lines of a task, one boolean each."""
        channels = self._readable(request)
        width = max(len(lines) for lines in channels)
        number = wanted_on_demand(request.num_samps_per_chan, len(channels) * width, request.array_size_in_bytes)
        states = [bytes(self._high(line) for line in lines).ljust(width, b"\0") for lines in channels]
        by_channel = b"".join(one * number for one in states)
        return wire.ReadDigitalLinesResponse(
            read_array=b"".join(states) * number if request.fill_mode_raw == BY_SCAN else by_channel,
            samps_per_chan_read=number * self.malfunction.lines_read,
            num_bytes_per_samp=width,
        )

    @answering
    def ReadDigitalU32(self, request: Any) -> Any:
        """Read the lines of a task, one number per channel, bit by bit."""
        channels = self._readable(request)
        number = wanted_on_demand(request.num_samps_per_chan, len(channels), request.array_size_in_samps)
        states = [self._number(lines) for lines in channels]
        by_channel = [one for one in states for _ in range(number)]
        return wire.ReadDigitalU32Response(
            read_array=states * number if request.fill_mode_raw == BY_SCAN else by_channel,
            samps_per_chan_read=number * self.malfunction.lines_read,
        )

    def _number(self, lines: tuple[str, ...]) -> int:
        return sum(self._high(line) << int(line.rpartition("line")[2]) for line in lines)

    def _written(self) -> int:
        return 1 if self.malfunction.samples_written is None else self.malfunction.samples_written

    def _write(self, line: str, *, high: bool) -> None:
        if self.malfunction.samples_written is None:
            self.book.lines.write(line, high=high)

    def _high(self, line: str) -> bool:
        stuck = self.malfunction.lines_stuck_at
        return self.book.lines.read(line) if stuck is None else stuck

    def _readable(self, request: Any) -> list[tuple[str, ...]]:
        task = self.task(request)
        if not task.lines:
            raise DeviceError(NiCode.NO_CHANS_OF_GIVEN_TYPE_IN_TASK, f"task {task.name} has no digital lines")
        if not task.running:
            self.book.check_free(task)
        return list(task.lines.values())

    def _startable(self, request: Any) -> Task:
        task = self.task(request)
        if task.kind != "lines":
            raise DeviceError(NiCode.NO_CHANS_OF_GIVEN_TYPE_IN_TASK, f"task {task.name} has no digital outputs")
        if not (request.auto_start or task.running):
            raise DeviceError(
                NiCode.CANNOT_WRITE_WHEN_AUTO_START_FALSE_AND_TASK_NOT_RUNNING,
                "the task is stopped, and the write is not to start it",
            )
        if not task.running:
            self.book.check_free(task)
        return task
