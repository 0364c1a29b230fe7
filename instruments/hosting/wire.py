"""The wire between a twin and its client: well, or faulty as it was scripted. The one handle on what goes wrong there.

Hosts carry everything through it. Whether time passes by itself or on the virtual clock, the same questions at the
same times meet the same faults.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from instruments.hosting.faults import (
    Belated,
    Deaf,
    Garbage,
    Garbled,
    Late,
    Replayed,
    Unplugged,
    WireFault,
    spoilt,
    with_noise,
)
from instruments.hosting.twin import ByteTwin
from rig.clock import Clock, WallClock, ns_from_s

# What befalls what the client sends; all others befall answers.
_ON_THE_WAY_IN = (Deaf, Garbled, Replayed)


class _Armed:
    """One fault of a script, and how far it has got."""

    def __init__(self, fault: WireFault, start_ns: int) -> None:
        self.fault = fault
        self.draws = np.random.default_rng(fault.seed if isinstance(fault, Garbage | Garbled) else 0)
        self.met = 0
        self.before = b""
        self.began_ns: int | None = None
        self._due_ns = start_ns + ns_from_s(fault.after_s)

    def begin(self, now_ns: int, answer: int) -> bool:
        """Tell whether the fault has begun by now, when the `answer`-th answer is the present one."""
        if self.began_ns is None and now_ns >= self._due_ns and answer >= self.fault.from_answer:
            # What begins by time alone began when it was due, whenever somebody looks.
            self.began_ns = self._due_ns if self.fault.from_answer == 1 else now_ns
        return self.began_ns is not None

    def is_over(self, now_ns: int) -> bool:
        """Tell whether a fault that has begun has ended."""
        fault = self.fault
        by_time = fault.for_s is not None and now_ns >= (self.began_ns or 0) + ns_from_s(fault.for_s)
        return by_time or (fault.answers is not None and self.met >= fault.answers)


class Wire:
    """A wire with a script of faults; of those in force the first in the script counts. Safe from any thread."""

    def __init__(self, clock: Clock, faults: Sequence[WireFault] = ()) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._under_way: list[tuple[int, bytes]] = []
        self._held_back: list[tuple[int, bytes]] = []
        self._cuts_before = 0
        self._armed: list[_Armed] = []
        self._answers = 0
        self._imposed: dict[int, _Armed] = {}
        self._numbers = count(1)
        self.fail(*faults)

    def fail(self, *faults: WireFault) -> None:
        """Put a new script in the old one's place; its times and answers count from now."""
        with self._lock:
            self._cuts_before += self._count_cuts()
            self._armed = [_Armed(fault, self.clock.now_ns()) for fault in faults]
            self._answers = 0

    def heal(self) -> None:
        """Let the wire be well from now on; answers that are late come all the same."""
        self.fail()

    def impose(self, fault: WireFault) -> int:
        """Let a fault begin now, before those of the script, until it is relieved by the number returned.

        Its times and answers count from now.
        """
        with self._lock:
            number = next(self._numbers)
            counted = replace(fault, from_answer=self._answers + fault.from_answer)
            self._imposed[number] = _Armed(counted, self.clock.now_ns())
            return number

    def relieve(self, number: int) -> None:
        """Take an imposed fault away, and let what it held back come later; safe to repeat."""
        with self._lock:
            armed = self._imposed.pop(number, None)
            if armed is not None and isinstance(armed.fault, Belated):
                self._held_back.append((self.clock.now_ns() + ns_from_s(armed.fault.late_s), armed.before))

    def connected_anew(self) -> None:
        """Forget the late answers: they belong to a connection that is no more."""
        with self._lock:
            self._under_way = []

    def hears(self) -> bool:
        """Tell whether what the client has just sent arrives."""
        return bool(self.arriving(b"?")[0])

    def arriving(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what arrives when the client sends `data`, and the noise that it hears at once."""
        if not (self._armed or self._imposed or self._held_back):
            return data, b""
        with self._lock:
            armed = self._in_force(self._answers + 1, hearing=True)
            if armed is None:
                return data + self._take_held_back(), b""
            armed.met += 1
            if isinstance(armed.fault, Replayed):
                before, armed.before = armed.before, data
                return data + data + before, b""
            if isinstance(armed.fault, Garbled):
                return self._garbled(armed, armed.fault, data)
            if isinstance(armed.fault, Belated):
                armed.before += data
            self._answers += 1
            return b"", armed.fault.noise if isinstance(armed.fault, Deaf) else b""

    def _take_held_back(self) -> bytes:
        """Return what was held back and is due."""
        now_ns = self.clock.now_ns()
        due = b"".join(data for at_ns, data in self._held_back if at_ns <= now_ns)
        self._held_back = [one for one in self._held_back if one[0] > now_ns]
        return due

    def _garbled(self, armed: _Armed, fault: Garbled, data: bytes) -> tuple[bytes, bytes]:
        """Return what arrives of a piece, and the noise; pieces are counted, for what is spoilt has no answer."""
        if armed.met % fault.one_in:
            return data, b""
        return with_noise(fault.flipped_bits, data, armed.draws), fault.noise

    def next_answer(self) -> WireFault | None:
        """Count one answer; return the fault that it meets."""
        with self._lock:
            armed = self._meet()
            return None if armed is None else armed.fault

    def carry(self, answer: bytes) -> bytes:
        """Return what reaches the client when its twin gives one answer: late ones that are due come before it."""
        with self._lock:
            due = self._take_due()
            armed = self._meet()
            if armed is None:
                return due + answer
            if isinstance(armed.fault, Late):
                self._under_way.append((self.clock.now_ns() + ns_from_s(armed.fault.by_s), answer))
                return due
            return due + spoilt(armed.fault, answer, armed.draws)

    def overdue(self) -> bytes:
        """Return the late answers that are due by themselves; on the virtual clock they wait for the next answer."""
        if self.clock.virtual or not self._under_way:
            return b""
        with self._lock:
            return self._take_due()

    @property
    def cuts(self) -> int:
        """How often the wire was unplugged so far: each time every port that was open is dead."""
        with self._lock:
            return self._cuts_before + self._count_cuts()

    @property
    def unplugged(self) -> bool:
        """Tell whether nothing is plugged in now."""
        with self._lock:
            now_ns, answer = self.clock.now_ns(), max(1, self._answers)
            return any(
                isinstance(armed.fault, Unplugged) and armed.begin(now_ns, answer) and not armed.is_over(now_ns)
                for armed in self._armed
            )

    def _count_cuts(self) -> int:
        if not self._armed:
            return 0
        now_ns, answer = self.clock.now_ns(), max(1, self._answers)
        return sum(isinstance(armed.fault, Unplugged) and armed.begin(now_ns, answer) for armed in self._armed)

    def _meet(self) -> _Armed | None:
        self._answers += 1
        armed = self._in_force(self._answers, hearing=False)
        if armed is not None:
            armed.met += 1
        return armed

    def _in_force(self, answer: int, *, hearing: bool) -> _Armed | None:
        """Return the fault that counts now for what the client sends (hearing) or for what it is answered."""
        if not (self._armed or self._imposed):
            return None
        now_ns = self.clock.now_ns()
        meant = [
            armed
            for armed in (*self._imposed.values(), *self._armed)
            if isinstance(armed.fault, _ON_THE_WAY_IN) is hearing
        ]
        begun = [armed for armed in meant if armed.begin(now_ns, answer)]
        spared = [armed for armed in begun if not (isinstance(armed.fault, Garbage) and answer % armed.fault.one_in)]
        return next((armed for armed in spared if not armed.is_over(now_ns)), None)

    def _take_due(self) -> bytes:
        if not self._under_way:
            return b""
        now_ns = self.clock.now_ns()
        due = b"".join(answer for due_ns, answer in self._under_way if due_ns <= now_ns)
        self._under_way = [late for late in self._under_way if late[0] > now_ns]
        return due


def well() -> Wire:
    """Return a wire that nothing is wrong with."""
    return Wire(WallClock())


def exchange(wire: Wire, twin: ByteTwin, data: bytes) -> bytes:
    """Hand what a client has sent (b"": nothing by now) to a twin; return what reaches the client."""
    arrived, noise = wire.arriving(data) if data else (b"", b"")
    answer = twin.receive(arrived) if arrived else b""
    heard = wire.carry(answer) if answer else wire.overdue() + noise
    said = twin.unsolicited()
    return heard + wire.carry(said) if said else heard
