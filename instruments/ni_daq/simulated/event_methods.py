"""gRPC methods that tell a client what happens to a task: each n samples, and its end, in each of its runs."""
# ruff: noqa: N802 - the methods bear the names that the wire gives them

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
from nidaqmx._stubs import nidaqmx_pb2 as wire
from nidaqmx.constants import EveryNSamplesEventType

from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.answering import Base, answering, telling
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.ni_daq.simulated.tasks import Task, TaskBook

SAMPLES, DONE = "samples", "done"


@dataclass(slots=True)
class Watch:
    """One registration: of which task's which event, each how many samples, and what was told of its present run."""

    task: Task
    event: str
    each: int = 0
    run: int = 0
    told: int = 0

    def over(self, book: TaskBook) -> bool:
        """Tell whether the task is gone, or the client wants no more of it."""
        return not book.has(self.task.name) or self.task.events.get(self.event) is not self

    def due(self, now_ns: int) -> int:
        """Return how many events of the present run were not told yet; what was pending at a stop is dropped."""
        if self.run != self.task.runs:
            self.run, self.told = self.task.runs, 0
        analogue = self.task.analogue
        if analogue is None or not self.task.running:
            return 0
        taken = analogue.acquired(now_ns)
        if self.event == SAMPLES:
            return taken // self.each - self.told
        return int(analogue.mode == "finite" and taken >= analogue.samples) - self.told


class EventMethods(Base):
    """What happens to tasks."""

    @telling
    def RegisterEveryNSamplesEvent(self, request: Any, context: Any) -> Iterator[Any]:
        """Tell the client each time another n samples were acquired, until it wants no more or clears the task."""
        task = self.task(request)
        self._check_registrable(task, SAMPLES, NiCode.EVERY_N_SAMPS_ACQ_INTO_BUFFER_EVENT_ALREADY_REGISTERED)
        if task.analogue is None:
            raise DeviceError(
                NiCode.EVERY_N_SAMPLES_ACQ_INTO_BUFFER_EVENT_NOT_SUPPORTED_BY_DEVICE,
                "Every N Samples Acquired Into Buffer Event is not supported for this kind of task.",
            )
        if request.every_n_samples_event_type_raw == EveryNSamplesEventType.TRANSFERRED_FROM_BUFFER.value:
            raise DeviceError(
                NiCode.EVERY_N_SAMPS_TRANSFERRED_FROM_BUFFER_EVENT_NOT_SUPPORTED_BY_DEVICE,
                "Every N Samples Transferred From Buffer Event is not supported for input tasks.",
            )
        if request.n_samples < 1:
            raise DeviceError(
                NiCode.EVERY_N_SAMPS_EVENT_INTERVAL_ZERO_NOT_SUPPORTED, "Every N Samples event interval is 0."
            )
        answer = wire.RegisterEveryNSamplesEventResponse(
            every_n_samples_event_type_raw=request.every_n_samples_event_type_raw, n_samples=request.n_samples
        )
        return self._told(Watch(task, SAMPLES, request.n_samples, task.runs), answer, context)

    @telling
    def RegisterDoneEvent(self, request: Any, context: Any) -> Iterator[Any]:
        """Tell the client when a finite acquisition has ended."""
        task = self.task(request)
        self._check_registrable(task, DONE, NiCode.DONE_EVENT_ALREADY_REGISTERED)
        task.need_analogue()
        return self._told(Watch(task, DONE, run=task.runs), wire.RegisterDoneEventResponse(status=0), context)

    @answering
    def UnregisterEveryNSamplesEvent(self, request: Any) -> Any:
        """Tell the client no more of samples."""
        self._forget(self.task(request), SAMPLES)
        return wire.UnregisterEveryNSamplesEventResponse()

    @answering
    def UnregisterDoneEvent(self, request: Any) -> Any:
        """Tell the client no more of the end."""
        self._forget(self.task(request), DONE)
        return wire.UnregisterDoneEventResponse()

    def _check_registrable(self, task: Task, event: str, already: NiCode) -> None:
        if event in task.events:
            raise DeviceError(already, "The event is registered already: unregister it before it is registered again.")
        if task.running:
            raise DeviceError(
                NiCode.CANNOT_REGISTER_DA_QMX_SOFTWARE_EVENT_WHILE_TASK_IS_RUNNING,
                "Software event cannot be registered while the task is running.",
            )

    def _forget(self, task: Task, event: str) -> None:
        if task.running:
            raise DeviceError(
                NiCode.CANNOT_UNREGISTER_DA_QMX_SOFTWARE_EVENT_WHILE_TASK_IS_RUNNING,
                "Software event cannot be unregistered while the task is running.",
            )
        task.events.pop(event, None)

    def _told(self, watch: Watch, answer: Any, context: Any) -> Iterator[Any]:
        """Register at once, and return what is told from now on."""
        watch.task.events[watch.event] = watch
        return self._happenings(watch, answer, context)

    def _over_or_due(self, watch: Watch) -> bool:
        return watch.over(self.book) or watch.due(self.now_ns()) > 0

    def _happenings(self, watch: Watch, answer: Any, context: Any) -> Iterator[Any]:
        try:
            while self.wait(
                lambda: watch.over(self.book) or watch.due(self.now_ns()) > 0, -1.0, self.now_ns(), context
            ):
                with self.laboratory.lock:
                    due = 0 if watch.over(self.book) else watch.due(self.now_ns())
                    watch.told += due
                if not due:
                    return
                for _ in range(due):
                    yield answer
        finally:
            with self.laboratory.lock:
                if watch.task.events.get(watch.event) is watch:
                    del watch.task.events[watch.event]
