"""gRPC methods that read samples."""
# ruff: noqa: N802 - the methods bear the names that the wire gives them

from typing import Any

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
import numpy as np
from nidaqmx._stubs import nidaqmx_pb2 as wire
from numpy.typing import NDArray

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.answering import BY_SCAN, Base, answering, answering_in_its_own_time, wanted_on_demand
from instruments.ni_daq.simulated.attributes import Moment, default_to_read
from instruments.ni_daq.simulated.device import AnalogInput
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.tasks import Task

_ROOM = 1 << 32
_ALL_AVAILABLE = -1
_READ_ARRAY = wire.ReadAnalogF64Response.DESCRIPTOR.fields_by_name["read_array"].number
_LENGTH_DELIMITED = 2


class ReadMethods(Base):
    """Samples out of the device."""

    @answering_in_its_own_time
    def ReadAnalogF64(self, request: Any, context: Any) -> Any:
        """Read samples, waiting for them; a time-out answers with those there are and the status that says so."""
        volts, status = self._read(request, request.num_samps_per_chan, context)
        if volts.size > request.array_size_in_samps:
            raise DeviceError(NiCode.READ_BUFFER_TOO_SMALL, "Buffer is too small to fit read data.")
        claimed = volts.shape[1] + self.malfunction.miscount
        ordered = volts.T if request.fill_mode_raw == BY_SCAN else volts
        response = wire.ReadAnalogF64Response(status=status, samps_per_chan_read=claimed)
        response.MergeFromString(_packed_doubles(_READ_ARRAY, ordered))
        return response

    @answering_in_its_own_time
    def ReadAnalogScalarF64(self, request: Any, context: Any) -> Any:
        """Read one sample of the only channel."""
        with self.laboratory.lock:
            if len(self.task(request).need_analogue().channels) > 1:
                raise DeviceError(
                    NiCode.ONE_CHAN_READ_FOR_MULTI_CHAN_TASK, "Read of one channel in a task with multiple channels."
                )
        volts, status = self._read(request, 1, context)
        if status:
            raise DeviceError(status, "The sample has not yet been acquired.")
        return wire.ReadAnalogScalarF64Response(value=float(volts[0, 0]))

    @answering
    def ReadCounterScalarU32(self, request: Any) -> Any:
        """Read a counter."""
        return wire.ReadCounterScalarU32Response(value=self._count(request))

    @answering
    def ReadCounterScalarF64(self, request: Any) -> Any:
        """Read a counter as a floating-point number."""
        return wire.ReadCounterScalarF64Response(value=float(self._count(request)))

    @answering
    def ReadCounterF64Ex(self, request: Any) -> Any:
        """Read a counter the way Task.read does."""
        counts = self._counts(request)
        return wire.ReadCounterF64ExResponse(read_array=map(float, counts), samps_per_chan_read=len(counts))

    @answering
    def ReadCounterU32Ex(self, request: Any) -> Any:
        """Read a counter the way stream readers do."""
        counts = self._counts(request)
        return wire.ReadCounterU32ExResponse(read_array=counts, samps_per_chan_read=len(counts))

    def _read(self, request: Any, wanted: int, context: Any) -> tuple[NDArray[np.float64], int]:
        """Return up to `wanted` samples, shape (channels, n), and 0 or the code that says why there are fewer."""
        if self.malfunction.refuse:
            raise DeviceError(self.malfunction.refuse, "refused as told")
        with self.laboratory.lock:
            task = self.task(request)
            analogue = task.need_analogue()
            if task.on_demand:
                self.book.check_free(task)
                wanted_on_demand(wanted, len(analogue.channels), _ROOM)
                return self._spoilt(self.book.now_readings(task, max(1, wanted))), 0
            self._start_by_read(task)
            wanted = self._most(task, wanted)
            due_ns = analogue.instant_ns(analogue.position + wanted - 1)
        self.wait(lambda: analogue.available(self.now_ns()) >= wanted, request.timeout, due_ns, context)
        with self.laboratory.lock:
            count = min(wanted, analogue.available(self.laboratory.advance()))
            status = 0 if count == wanted else NiCode.SAMPLES_NOT_YET_AVAILABLE
            volts = self._spoilt(analogue.read(count))
            if task.started_by_read and analogue.mode == "finite" and analogue.position >= analogue.samples:
                self.book.stop(task)  # what a read has started ends with the last sample, and may be read anew
            return volts, status

    def _start_by_read(self, task: Task) -> None:
        if task.running:
            return
        if task.events:
            raise DeviceError(
                NiCode.AUTO_START_READ_NOT_ALLOWED_EVENT_REGISTERED,
                "Read cannot start the task, because a software event is registered: start it before.",
            )
        self.book.start(task, by_read=True)

    def _counts(self, request: Any) -> list[int]:
        return [self._count(request)] * wanted_on_demand(request.num_samps_per_chan, 1, request.array_size_in_samps)

    def _count(self, request: Any) -> int:
        count = self.book.count_now(self.task(request))
        return count if self.malfunction.alter_count is None else self.malfunction.alter_count(count)

    def _most(self, task: Task, wanted: int) -> int:
        """Return how many samples a read can get at all."""
        analogue: AnalogInput = task.need_analogue()
        if wanted == _ALL_AVAILABLE:
            wanted = default_to_read(Moment(task, self.now_ns()))
        if analogue.mode == "finite":
            wanted = min(wanted, analogue.samples - analogue.position)
            if wanted <= 0:
                raise DeviceError(
                    NiCode.SAMPLES_WILL_NEVER_BE_AVAILABLE, "all samples of this acquisition have been read"
                )
        return wanted

    def _spoilt(self, volts: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.malfunction.alter_samples(volts) if self.malfunction.alter_samples is not None else volts


def _packed_doubles(field: int, values: NDArray[np.float64]) -> bytes:
    """Return `values` as a packed repeated double of protobuf: tag, length in base 128, little-endian bytes.

    An array is that already; a Python float for each sample would cost more than all the physics.
    """
    data = values.astype("<f8").tobytes()
    head = bytearray([field << 3 | _LENGTH_DELIMITED])
    length = len(data)
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + data
