"""The production driver: a programme is staged, read back, committed, and then seen in the status."""

from contextlib import AbstractContextManager
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.intrathecal_pump.bolus_skills import BolusSkills
from instruments.intrathecal_pump.bounds_skills import BoundsSkills
from instruments.intrathecal_pump.care_skills import CareSkills
from instruments.intrathecal_pump.conversation import Shown
from instruments.intrathecal_pump.infusion_skills import InfusionSkills
from instruments.intrathecal_pump.link import Link
from instruments.intrathecal_pump.messages import (
    DeliveryState,
    DoneReply,
    GetStatus,
    Identification,
    Identify,
    StatusReply,
    StopDelivery,
)
from instruments.intrathecal_pump.programmer import Programmer
from instruments.intrathecal_pump.readings import CHANNELS, pump_limits, pump_status, sample
from instruments.intrathecal_pump.unattended import stopping_act
from rig.bench_file.tables import InstrumentSettings
from rig.capabilities import Identity, PumpLimits, PumpStatus
from rig.channels import Channel
from rig.driving import DriverContext, Reporter
from rig.errors import ConnectionFailedError, GarbledReplyError
from rig.safety.supervisor.orders import PortAct
from rig.samples import Block
from rig.transports import ByteStream

STRANGER = "what answers is no pump on its engineering link"
STRANGER_ADVICE = "check that the port in the bench file leads to the pump, and the model named there"


class PumpSettings(InstrumentSettings):
    """The pump's table in a bench file. `serial` demands one particular pump, when it is given."""

    baud: int = Field(default=115_200, gt=0)
    timeout_s: float = Field(default=0.5, gt=0, le=10)
    tries: int = Field(default=4, ge=1, le=20)
    model: str = "ITP-1"
    serial: str = ""
    bolus_rate_ul_h: float = Field(default=600.0, gt=0)


class Driver(InfusionSkills, BolusSkills, CareSkills, BoundsSkills):
    """An intrathecal pump on a serial port.

    Constructing it opens the port, makes sure that a pump of the expected model answers, and asks for its limits.
    """

    capability: ClassVar[str] = "pump"
    measuring: ClassVar[bool] = False
    Settings: ClassVar[type[PumpSettings]] = PumpSettings
    channels: tuple[Channel, ...] = CHANNELS

    def __init__(self, name: str, settings: PumpSettings, context: DriverContext) -> None:
        self.name = name
        self._settings = settings
        timeout_s = context.wire_s(settings.timeout_s)
        self._stream = ByteStream(name, settings.port, baud=settings.baud, timeout_s=timeout_s, tap=context.tap(name))
        self._reporter = Reporter(name, settings.port, context)
        self._link = Link(
            self._stream,
            self._reporter,
            timeout_s=timeout_s,
            tries=settings.tries,
            garbled_s=settings.timeout_s,  # patience is for a busy machine that has not answered yet
        )
        with self._reporter.meeting(self.close, STRANGER, STRANGER_ADVICE, (GarbledReplyError,)):
            self._check_identity()
        with self._reporter.opening(self.close):
            self._programmer = Programmer(self._link, self._reporter, longest_silence_s=context.longest_silence_s)
            bounds = self._programmer.bounds
            self._bolus_rate_nl_h = self._programmer.whole_nl(
                "a bolus rate (bolus_rate_ul_h in the bench file)",
                settings.bolus_rate_ul_h,
                (bounds.min_rate_nl_h, bounds.max_total_rate_nl_h, bounds.rate_step_nl_h),
                "µL/h",
            )
        self.limits: PumpLimits = pump_limits(bounds)

    @classmethod
    def unattended(cls, name: str, settings: PumpSettings) -> PortAct:
        """Return what stops the pump without this driver, and what keeps its link watchdog quiet."""
        return stopping_act(name, settings.port, settings.baud)

    def identify(self) -> Identity:
        """Get maker, model, serial number and firmware version."""
        said = self._link.ask(Identify(), Identification).reply
        return Identity(said.maker, said.model, said.serial, said.firmware)

    def close(self) -> None:
        """Release the port; delivery goes on until the pump's link watchdog ends it."""
        self._stream.close()

    def handing_on(self) -> AbstractContextManager[None]:
        """Send within the block what is beyond the pump's range too: the pump itself is to refuse it."""
        return self._programmer.handing_on()

    def stop(self) -> None:
        """Control the end of all delivery; acknowledges alarms and returns once the status says stopped."""
        with self._programmer.verb("stop") as talk:
            talk.ask(StopDelivery(), DoneReply)
            status = talk.ask(GetStatus(), StatusReply)
            talk.check(
                "a stopped pump",
                Shown("state", status.state, DeliveryState.STOPPED),
                Shown("basal_nl_h", status.basal_nl_h, 0),
                Shown("bolus_nl_h", status.bolus_nl_h, 0),
            )

    def status(self) -> PumpStatus:
        """Get the pump's own account of itself."""
        return pump_status(*self._programmer.status_and_priorities())

    def start_sampling(self) -> None:
        """Set nothing: the pump's status can be read at any time."""

    def read_block(self) -> Block:
        """Get one status as one sample; this is also what keeps the link watchdog quiet."""
        t_ns, said = self._reporter.timed(self._programmer.status)
        row = sample(said, t_ns)
        columns = {channel.name: np.array([row[channel.name]], np.float64) for channel in self.channels}
        return Block(np.array([t_ns], np.int64), columns)

    def stop_sampling(self) -> None:
        """Set nothing: see `start_sampling`."""

    def _check_identity(self) -> None:
        """Raise ConnectionFailedError unless a pump of the model that the bench file names answers."""
        answer = self._link.ask(Identify(), Identification)
        said, wanted = answer.reply, self._settings
        if said.model != wanted.model or wanted.serial not in ("", said.serial):
            found = f"a pump of model {said.model!r} with serial number {said.serial!r} answers"
            what = f"{found}; the bench file names model {wanted.model!r}, serial {wanted.serial or 'any'!r}"
            raise self._reporter.error(ConnectionFailedError, what, STRANGER_ADVICE, answer.sent, answer.received)
