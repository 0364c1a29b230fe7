"""How the bench stands when a plan fails: read and recorded before a challenge, a pace or the power is restored."""

import contextlib
from collections.abc import Callable, Iterable

from rig.bench.challenges import Challenges
from rig.bench.instruments import Instruments
from rig.bench.sampling import Sampler
from rig.capabilities import Pump
from rig.errors import InstrumentError, RigError
from rig.record.bodies.safety import StateCaptured
from rig.record.writer import RunRecord
from rig.safety import interrupts


class Capture:
    """Captures the state of a bench once for each error, on its way out of a plan.

    What did not answer lately is not asked, and no pump after an instrument that failed: delivery has to end soon.
    Nothing that fails here hides the plan's error.
    """

    def __init__(
        self,
        instruments: Instruments,
        challenges: Challenges,
        samplers: Callable[[], Iterable[Sampler]],
        record: RunRecord,
    ) -> None:
        self._instruments = instruments
        self._challenges = challenges
        self._samplers = samplers
        self._record = record
        self._seen: BaseException | None = None

    def state(self, error: BaseException) -> None:
        """Read every instrument and record how the bench stands; an error that was seen before is let pass."""
        if error is self._seen:
            return
        self._seen = error
        with interrupts.deferred(), contextlib.suppress(RigError):
            under_way = self._challenges.under_way
            pumps = dict(self._instruments.pumps())
            unasked = (*pumps, error.instrument) if isinstance(error, InstrumentError) else ()
            silent = [one.name for one in self._samplers() if one.name in unasked or not self._asked(one)]
            said = {name: self._said_by(pump) for name, pump in pumps.items() if name not in (*unasked, *silent)}
            self._record.event(StateCaptured(f"{type(error).__name__}: {error}", said, under_way, tuple(silent)))

    def forget(self) -> None:
        """Let go of the last error: the plan it belonged to is over."""
        self._seen = None

    def _asked(self, sampler: Sampler) -> bool:
        """Read an instrument once more, out of turn, if it has answered lately; tell whether it has answered now."""
        if not sampler.answers or sampler.out_of_reach():
            return False
        sampler.read_now()
        return sampler.answers

    def _said_by(self, pump: Pump) -> str:
        try:
            status = pump.status()
        except RigError as error:
            return f"no status: {error}"
        alarms = ", ".join(status.alarms) or "none"
        return f"{status.state.value}, {status.delivered_ul:.6g} µL counted, alarms: {alarms}"
