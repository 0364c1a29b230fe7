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
        self._unread: tuple[Sampler, ...] = ()

    def in_block(self, error: BaseException) -> None:
        """Record how the bench stands and read its instruments while a challenge is still on."""
        self.state(error)
        self.readings()

    def state(self, error: BaseException) -> None:
        """Record what pumps say and what is under way; an error that was seen before is let pass."""
        if error is self._seen:
            return
        self._seen = error
        with interrupts.deferred(), contextlib.suppress(RigError):
            pumps = dict(self._instruments.pumps())
            unasked = (*pumps, error.instrument) if isinstance(error, InstrumentError) else ()
            samplers = tuple(self._samplers())
            silent = [one.name for one in samplers if one.name in unasked or not one.answers or one.out_of_reach()]
            self._unread = tuple(one for one in samplers if one.name not in silent)
            said = {name: self._said_by(pump) for name, pump in pumps.items() if name not in (*unasked, *silent)}
            told = f"{type(error).__name__}: {error}"
            self._record.event(StateCaptured(told, said, self._challenges.under_way, tuple(silent)))

    def readings(self) -> None:
        """Read once more what answered lately: behind a stop, which nothing that hangs may hold up."""
        unread, self._unread = self._unread, ()
        with contextlib.suppress(RigError):
            for sampler in unread:
                sampler.read_now()

    def forget(self) -> None:
        """Let go of the last error: the plan it belonged to is over."""
        self._seen, self._unread = None, ()

    def _said_by(self, pump: Pump) -> str:
        try:
            status = pump.status()
        except RigError as error:
            return f"no status: {error}"
        alarms = ", ".join(status.alarms) or "none"
        return f"{status.state.value}, {status.delivered_ul:.6g} µL counted, alarms: {alarms}"
