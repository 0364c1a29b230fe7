"""How a bench ends delivery: by command, and by the pump's power where the command does not do it."""

import contextlib

from rig.bench.capture import Capture
from rig.bench.challenges import Challenges
from rig.bench.guard import Guard
from rig.bench.instruments import Instruments
from rig.bench.pump_watch import PumpWatch
from rig.capabilities import Pump
from rig.errors import InstrumentError, RigError, SafetyError
from rig.record.bodies.pump_events import DeliveredAfterStop
from rig.record.writer import RunRecord
from rig.safety.stop import AtRest, cut_delivery, stop_delivery


class StopsDelivery:
    """A bench's verbs that end delivery."""

    guard: Guard
    record: RunRecord
    instruments: Instruments
    challenge: Challenges
    capture: Capture
    _pump_watches: list[PumpWatch]
    # What was done when an interlock tripped; empty until then.
    ended_by_interlock: str = ""
    # Whether power was taken from a pump that had taken its stop and did not rest: it answers no other one.
    _cut_at_rest: bool = False
    _is_latched: bool = False

    def stop_pump(self) -> None:
        """Stop delivery of every pump on the bench, whatever its role and whatever became of the one before.

        Raises SafetyError when one did not stop by command (see `rig.safety.stop`). Delivery that the supervisor has
        ended needs no further word, and the way to the pump is gone with it; nor does what a trip has ended, or the
        pump that was cut because it did not rest: every other one is told.
        """
        if self.ended_by_interlock or self.guard.stopped_for_the_run():
            return
        with contextlib.ExitStack() as every_one:
            for _, pump in self.instruments.pumps():
                if self._cut_at_rest and pump is self.instruments.pump():
                    continue
                every_one.callback(self._stop_one, pump)
        self.guard.at_rest()

    def end_delivery(self, after: BaseException) -> None:
        """End delivery because the plan ended badly: how the bench stands is recorded first, of who answers.

        After an instrument that failed the pump is not asked: it may be the one, and its silence would hold up the
        stop.

        Raises nothing: a failure is under way, and who leaves the bench stops the pump once more and tells of it.
        """
        self.capture.state(after)
        if not self.ended_by_interlock:
            self._end_by_command(after)
        self.capture.readings()

    def _end_by_command(self, after: BaseException) -> None:
        with contextlib.suppress(RigError):
            self.challenge.restore_reach()
        with contextlib.suppress(RigError):
            for watch in () if isinstance(after, InstrumentError) or self._cut_at_rest else self._pump_watches:
                watch.look()
        with contextlib.suppress(RigError):
            self.stop_pump()

    def _stop_one(self, pump: Pump) -> None:
        try:
            stop_delivery(pump, self.instruments.powering(), self.record.event)
        except SafetyError as error:
            self.guard.told_unsafe(error)
            raise

    def _does_not_rest(self, seen: AtRest) -> None:
        """Take the pump's power away since it seems to deliver though it said that it stopped; raises SafetyError.

        Where nothing could take it, the pump is told to stop again, as by every other way out.
        """

        def tell(cut: DeliveredAfterStop) -> None:
            self._cut_at_rest = bool(cut.done)
            self.record.event(cut)

        try:
            cut_delivery(self.instruments.powering(), tell, seen)
        except SafetyError as error:
            self.guard.told_unsafe(error)
            raise
