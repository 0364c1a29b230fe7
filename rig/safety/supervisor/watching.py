"""Holds a pump to its bounds by its own word, which the supervisor asks for itself: nobody of the run has to be alive.

What a pump tells is turned into numbers by a function that its driver's class names; bytes are all that is known here.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rig.clock import Stopwatch
from rig.safety.supervisor.orders import PumpBounds
from rig.safety.supervisor.relay import Relay
from rig.safety.trip import Trip
from rig.safety.volume_path import VolumePath

Numbers = Mapping[str, float]  # by channel
_KEPT = 8


@dataclass(frozen=True, slots=True)
class Told:
    """What a pump told at a moment (UTC ns), by channel."""

    pump: str
    t_ns: int
    numbers: dict[str, float]


class Holding:
    """Judges what one pump tells; the first trip stays."""

    def __init__(self, bounds: PumpBounds) -> None:
        self.trip: Trip | None = None
        self._bounds = bounds
        self._path = VolumePath(bounds.pump, bounds.rate_over_s)
        self._turn = threading.Lock()

    def plan_begins(self) -> None:
        """Count the volume from now on."""
        with self._turn:
            self._path.restart()

    def told(self, t_ns: int, numbers: Numbers) -> None:
        """Take in what the pump told at a moment (UTC ns)."""
        with self._turn:
            if self._bounds.count in numbers:
                self._path.read(t_ns, numbers[self._bounds.count])
            self.trip = self.trip or self._value(t_ns, numbers) or self._volume() or self._rate()

    def _value(self, t_ns: int, numbers: Numbers) -> Trip | None:
        for bound in self._bounds.values:
            value = numbers.get(bound.channel, 0.0) * bound.factor
            if value > bound.limit:
                found = f"{bound.channel} of {self._bounds.pump} was {value:.5g}, at most {bound.limit:g} is allowed"
                return self._tripped(bound.interlock, value, bound.limit, (t_ns, t_ns), found)
        return None

    def _volume(self) -> Trip | None:
        limit, volume = self._bounds.most_volume_ul, self._path.volume_ul
        if limit is None or volume is None or volume <= limit:
            return None
        found = f"{self._bounds.pump} shows {volume:.5g} µL since the plan began, at most {limit:g} µL is allowed"
        return self._tripped("most_volume_ul", volume, limit, (self._path.last_ns, self._path.last_ns), found)

    def _rate(self) -> Trip | None:
        limit, rate = self._bounds.most_rate_ul_h, self._path.rate_ul_h()
        if limit is None or rate is None or rate <= limit:
            return None
        found = f"{self._bounds.pump} shows {rate:.5g} µL/h on the mean, at most {limit:g} µL/h is allowed"
        return self._tripped("most_rate_ul_h", rate, limit, (self._path.begin_ns, self._path.last_ns), found)

    def _tripped(self, key: str, value: float, limit: float, span: tuple[int, int], found: str) -> Trip:
        return Trip(key, value, limit, (self._bounds.pump,), *span, f"{found}, as the supervisor asked it")


class Watch:
    """Asks one pump each `every_s`, on a thread of its own, and holds it to its bounds until it is closed.

    `now_ns` tells UTC ns.
    """

    def __init__(self, relay: Relay, bounds: PumpBounds, every_s: float, now_ns: Callable[[], int]) -> None:
        self._relay = relay
        self._pump = bounds.pump
        self._holding = Holding(bounds)
        self._every_s = every_s
        self._now_ns = now_ns
        self.told: tuple[Told, ...] = ()  # what the pump told last, the oldest first
        self._read = Stopwatch()
        self._patient = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"watch of {bounds.pump}", daemon=True)
        self._thread.start()

    @property
    def trip(self) -> Trip | None:
        """Return what tripped first; None as long as nothing has."""
        return self._holding.trip

    def blind(self, after_s: float) -> str:
        """Return why the pump is not watched any more, when it has told nothing for so long; empty while it is."""
        if not self._thread.is_alive() and not self._closed.is_set():
            return f"{self._pump} is not watched any more: what it tells could not be taken in"
        unread_s = self._read.elapsed_s()
        if self._patient or unread_s <= after_s:
            return ""
        return f"{self._pump} has told nothing that can be read for {unread_s:.2f} s: nobody holds it to its interlocks"

    def plan_begins(self) -> None:
        """Count the volume from now on."""
        self._holding.plan_begins()

    def be_patient(self, *, on: bool) -> None:
        """Do not ask while a plan keeps the pump from answering."""
        self._patient = on
        self._read = Stopwatch()

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closed.wait(self._every_s):
            answer = None if self._patient else self._relay.ask()
            numbers = self._relay.tells(answer) if answer else None
            if numbers is None:
                continue
            told = Told(self._pump, self._now_ns(), dict(numbers))
            self.told = (*self.told[1 - _KEPT :], told)
            self._read = Stopwatch()
            self._holding.told(told.t_ns, told.numbers)
