"""How late readings begin and how many are lost, on the wall clock: measured in every plan, for its record.

A stamp tells when a sample was taken, not what was not taken meanwhile. A machine that is too busy shows in this.
"""

import math
import threading
from dataclasses import dataclass, field

from rig.bench.sampling import Sampler
from rig.record.bodies.others import SamplerCounted
from rig.record.bodies.timing import SamplingTimed
from rig.record.writer import RunRecord

# Lateness is counted in steps of a twentieth: a plan of weeks takes no more room than one of minutes.
_LEAST_MS = 0.01
_STEP = 1.05


@dataclass(slots=True)
class _Stream:
    sampler: Sampler
    before: SamplerCounted
    fastest_s: float = math.inf
    worst_ms: float = 0.0
    skipped: int = 0
    turns: int = 0
    steps: dict[int, int] = field(default_factory=dict)

    def add(self, late_ms: float) -> None:
        self.turns += 1
        self.fastest_s = min(self.fastest_s, self.sampler.every_s)
        self.worst_ms = max(self.worst_ms, late_ms)
        step = 0 if late_ms <= _LEAST_MS else math.ceil(math.log(late_ms / _LEAST_MS, _STEP))
        self.steps[step] = self.steps.get(step, 0) + 1

    def below_ms(self, share: float) -> float:
        """Return what so large a share of the readings was no later than."""
        left = share * self.turns
        for step in sorted(self.steps):
            left -= self.steps[step]
            if left <= 0:
                return min(_LEAST_MS * _STEP**step, self.worst_ms)
        return self.worst_ms


class Timing:
    """The timing of a bench's samplers since the plan began."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self._streams: list[_Stream] = []
        self._turn = threading.Lock()

    def watch(self, sampler: Sampler) -> None:
        """Measure a sampler from its next reading on; who heard of its lateness before goes on to."""
        one = _Stream(sampler, sampler.counts.counted())
        self._streams.append(one)
        heard_before = sampler.on_late

        def late(due_ns: int, late_s: float) -> None:
            heard_before(due_ns, late_s)
            with self._turn:
                skipped = sampler.counts.overruns - one.before.overruns
                # What is told are the turns that were skipped as well.
                one.add(max(0.0, late_s - (skipped - one.skipped) * sampler.every_s) * 1e3)
                one.skipped = skipped

        sampler.on_late = late

    def plan_begins(self) -> None:
        """Measure anew from now on."""
        with self._turn:
            for one in self._streams:
                one.before = one.sampler.counts.counted()
                one.fastest_s, one.worst_ms, one.skipped, one.turns, one.steps = math.inf, 0.0, 0, 0, {}

    def tell(self) -> None:
        """Record what was measured since the plan began. Raises RecordError."""
        for one in self._streams:
            with self._turn:
                if not one.turns:
                    continue
                now = one.sampler.counts.counted()
                said = SamplingTimed(
                    one.sampler.name,
                    one.fastest_s,
                    one.turns,
                    one.below_ms(0.5),
                    one.below_ms(0.99),
                    one.worst_ms,
                    one.skipped,
                    now.samples - one.before.samples,
                    now.lost - one.before.lost,
                )
            self._record.event(said)
