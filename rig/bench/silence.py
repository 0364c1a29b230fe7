"""Says which instrument gives no readings while it does not, so that somebody at the bench can look."""

from collections.abc import Callable, Iterable

from rig.bench.sampling import Sampler
from rig.clock import NS_PER_S, Clock

# Beyond the time of its next reading; a person is to know within ten seconds.
_SAID_AFTER_S = 5.0


class Silence:
    """Looks at samplers and says each change once; `say` takes one line.

    On the virtual clock, where a single reading that is missed may be a minute, it tells of lost lines alone.
    """

    def __init__(self, clock: Clock) -> None:
        self.say: Callable[[str], object] = lambda _: None
        self._clock = clock
        self._since_ns: dict[str, int] = {}
        self._strangers: dict[str, str] = {}

    def look(self, samplers: Iterable[Sampler]) -> None:
        """Say which have fallen silent since the last look, and which are back."""
        now_ns = self._clock.now_ns()
        for sampler in samplers:
            silent_s = (now_ns - sampler.answered_ns) / NS_PER_S - sampler.every_s
            is_silent = sampler.absence is not None or (not self._clock.virtual and silent_s > _SAID_AFTER_S)
            stranger = sampler.way_back.stranger if sampler.way_back is not None else ""
            if stranger != self._strangers.get(sampler.name, ""):
                self._strangers[sampler.name] = stranger
                self.say(f"{sampler.name}: {stranger}")
            if is_silent and sampler.name not in self._since_ns:
                self._since_ns[sampler.name] = sampler.answered_ns
                self.say(_silent(sampler, max(0.0, silent_s + sampler.every_s)))
            elif not is_silent and sampler.name in self._since_ns and sampler.failure is None:
                away_s = (sampler.answered_ns - self._since_ns.pop(sampler.name)) / NS_PER_S
                self.say(f"{sampler.name} gives readings again, after {away_s:.3g} s")


def _silent(sampler: Sampler, for_s: float) -> str:
    absence = sampler.absence
    why = f": {absence.cause}; it is looked for" if absence is not None else ": nothing comes back from it"
    return f"{sampler.name} has given no reading for {for_s:.3g} s{why}"
