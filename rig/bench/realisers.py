"""What does a challenge on a bench: the twins' plant, a digital line, the supply, or somebody who is asked."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rig.bench.instruments import Instruments
from rig.bench.prompts import Prompts
from rig.bench_file.challenges import ChallengeTable, Figures, how_to_add
from rig.bench_file.reading import BenchFile
from rig.capabilities import SetsLines
from rig.clock import NS_PER_S, Clock
from rig.errors import ChallengeRefusedError

BY_OPERATOR = "operator"
_OF_THE_POWER = frozenset({"power_cut", "supply_voltage"})
# Without a [power] table to say it: how long a pump's electronics take from power to the first answer.
_BOOT_S = 1.0
_DONE, _NOT_DONE = "done", "cannot be done"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done, UTC ns, and the standard uncertainty of that in s."""

    at_ns: int
    u_s: float = 0.0

    @staticmethod
    def between(from_ns: int, to_ns: int) -> "Moment":
        """Return the moment that is known to lie somewhere in a span, each part of it as likely as any other."""
        return Moment((from_ns + to_ns) // 2, (to_ns - from_ns) / NS_PER_S / math.sqrt(12.0))


class Realiser(Protocol):
    """Does one kind of challenge. `by` is the record's word for what does it."""

    by: str

    def unable(self) -> str:
        """Return why it cannot be done with its figures, "" when it can."""

    def begin(self) -> Moment:
        """Do it; return when it was done."""

    def end(self) -> Moment:
        """Take it away again, also what was begun half-way."""

    def settle(self) -> None:
        """Wait until the pump is what it was before."""


class Plant(Protocol):
    """What the twins of a mocked bench share, as far as a plan may touch it."""

    def unable(self, verb: str) -> str:
        """Return why a challenge cannot be done, "" when it can."""

    def begin(self, verb: str, figures: Figures) -> int:
        """Do it at the clock's present; return a number to end it by."""

    def end(self, number: int) -> None:
        """Take it away at the clock's present."""


class Realisers:
    """Finds what does a challenge on one bench. `plant` is given once the twins of a mocked one are up.

    `unsafe` says whether the pump's power was taken away because it did not stop: then nothing gives it back.
    """

    def __init__(
        self,
        bench_file: BenchFile,
        instruments: Instruments,
        clock: Clock,
        prompts: Prompts,
        unsafe: Callable[[], str],
    ) -> None:
        self.plant: Plant | None = None
        self.file = bench_file
        self.instruments = instruments
        self.clock = clock
        self.prompts = prompts
        self.unsafe = unsafe

    def of(self, verb: str, figures: Figures) -> Realiser:
        """Return what does a challenge; raise ChallengeRefusedError, with what to write, when nothing does."""
        table = self.file.challenges.of(verb)
        match table.by if table is not None else "twin":
            case "daq" if table is not None:
                return _ByLine(self, verb, figures, table)
            case "supply":
                return _BySupply(self, verb, figures)
            case "operator" if table is not None:
                return _ByOperator(self, verb, figures, table)
        if self.plant is None:
            bench = self.file.bench.name
            raise ChallengeRefusedError(f"bench.challenge.{verb}: bench {bench} cannot do that; {how_to_add(verb)}")
        return _ByTwin(self, verb, figures, self.plant)

    def timed(self, act: Callable[[], object]) -> Moment:
        """Do something; return when it was done."""
        before_ns = self.clock.now_ns()
        act()
        return Moment.between(before_ns, self.clock.now_ns())

    def wait_for_power(self, verb: str) -> None:
        """Wait until a pump that had too little power is up again."""
        power = self.file.power
        boot_s = _BOOT_S if power is None else power.boot_s
        if verb in _OF_THE_POWER and boot_s and not self.unsafe():
            self.clock.wait_s(boot_s)


class _ByTwin:
    by = "twin"

    def __init__(self, bench: Realisers, verb: str, figures: Figures, plant: Plant) -> None:
        self._bench = bench
        self._verb = verb
        self._figures = figures
        self._plant = plant
        self._number: int | None = None

    def unable(self) -> str:
        return self._plant.unable(self._verb)

    def begin(self) -> Moment:
        self._number = self._plant.begin(self._verb, self._figures)
        return Moment(self._bench.clock.now_ns())

    def end(self) -> Moment:
        if self._number is not None:
            self._plant.end(self._number)
            self._number = None
        return Moment(self._bench.clock.now_ns())

    def settle(self) -> None:
        self._bench.wait_for_power(self._verb)


class _ByLine:
    by = "daq"

    def __init__(self, bench: Realisers, verb: str, figures: Figures, table: ChallengeTable) -> None:
        self._bench = bench
        self._verb = verb
        self._figures = figures
        self._table = table

    def unable(self) -> str:
        has = self._table.has
        if dict(self._figures) != has:
            said = ", ".join(f"{name}={value:g}" for name, value in has.items())
            return f"what hangs on {self._table.line} does {said}, as [challenges] of the bench file says"
        found = self._bench.instruments.daq()
        return "" if isinstance(found, SetsLines) else f"the driver of {found.name} moves no digital lines"

    def begin(self) -> Moment:
        moment = self._bench.timed(lambda: self._move(high=self._table.high))
        if self._verb == "press_button":
            self._bench.clock.wait_s(self._table.for_s)
            self._move(high=not self._table.high)
        return moment

    def end(self) -> Moment:
        if self._verb in _OF_THE_POWER and self._bench.unsafe():
            return Moment(self._bench.clock.now_ns())
        return self._bench.timed(lambda: self._move(high=not self._table.high))

    def settle(self) -> None:
        self._bench.wait_for_power(self._verb)

    def _move(self, *, high: bool) -> None:
        daq = self._bench.instruments.daq()
        if isinstance(daq, SetsLines):
            daq.set_line(line=self._table.line, high=high)


class _BySupply:
    by = "supply"

    def __init__(self, bench: Realisers, verb: str, figures: Figures) -> None:
        self._bench = bench
        self._verb = verb
        self._figures = figures

    def unable(self) -> str:
        return "" if self._bench.file.power is not None else "[power] does not say how the supply feeds the pump"

    def begin(self) -> Moment:
        if self._verb == "power_cut":
            return self._bench.timed(lambda: self._bench.instruments.supply().switch(on=False))
        return self._bench.timed(lambda: self._feed(self._figures["v"]))

    def end(self) -> Moment:
        power = self._bench.file.power
        if power is None or self._bench.unsafe():
            return Moment(self._bench.clock.now_ns())
        if self._verb == "power_cut":
            return self._bench.timed(lambda: self._bench.instruments.supply().switch(on=True))
        return self._bench.timed(lambda: self._feed(power.voltage_v))

    def settle(self) -> None:
        self._bench.wait_for_power(self._verb)

    def _feed(self, volts: float) -> None:
        power = self._bench.file.power
        if power is not None:
            self._bench.instruments.supply().set_output(voltage_v=volts, current_limit_a=power.current_limit_a)


class _ByOperator:
    """Somebody does it. On a mocked bench the twins' plant does, once the twin has answered."""

    by = BY_OPERATOR

    def __init__(self, bench: Realisers, verb: str, figures: Figures, table: ChallengeTable) -> None:
        self._bench = bench
        self._verb = verb
        self._figures = figures
        self._table = table
        self._twin = _ByTwin(bench, verb, figures, bench.plant) if bench.plant is not None else None
        self._done = False

    def unable(self) -> str:
        return self._twin.unable() if self._twin is not None else self._bench.prompts.unable()

    def begin(self) -> Moment:
        moment = self._ask(_with_figures(self._table.say, self._figures))
        self._done = True
        if self._twin is not None:
            self._twin.begin()
        return moment

    def end(self) -> Moment:
        if not self._done:
            return Moment(self._bench.clock.now_ns())
        moment = self._ask(self._table.say_end or f"take back: {self._verb.replace('_', ' ')}")
        if self._twin is not None:
            self._twin.end()
        return moment

    def settle(self) -> None:
        self._bench.wait_for_power(self._verb)

    def _ask(self, what: str) -> Moment:
        from_ns = self._bench.clock.now_ns()
        answer = self._bench.prompts(what, choices=(_DONE, _NOT_DONE), time_limit_s=self._table.time_limit_s)
        if answer != _DONE:
            raise ChallengeRefusedError(f"the operator cannot do what was asked: {what}")
        return Moment.between(from_ns, self._bench.clock.now_ns())


def _with_figures(say: str, figures: Figures) -> str:
    """Return what to say, each figure in its braces, or all of them behind it where none stands in braces."""
    said = say
    for name, value in figures.items():
        said = said.replace(f"{{{name}}}", f"{value:g}")
    if said != say or not figures:
        return said
    return f"{say} ({', '.join(f'{name}={value:g}' for name, value in figures.items())})"
