"""What a daily proof does with a balance: it lets it adjust itself, tares it, and puts a weight on it."""

import contextlib
import math
import statistics
import threading
from collections.abc import Callable, Iterator

from rig.bench.bench import Bench
from rig.capabilities import AdjustsItself, Balance
from rig.clock import NS_PER_S
from rig.errors import InstrumentError, PlanError, RigError
from rig.record.bodies.proofs import UNREAD_S, BalanceAdjusted, WeightTried, ZeroTried

_READINGS = 10
_READ_EACH_S = 0.3
_REST_WITHIN_S = 60.0
_LATER_S = 15.0
# A reading is at rest when it is within this many of the readings' scatter of what it comes to.
_STILL = 4.0
_SETTLE_WATCHED_S = 15.0
_LOOK_EACH_S = 0.2
# So much may be put on the pan of a twin at once.
_MOST_AT_ONCE_MG = 10_000.0
# How a balance is set that does not tell it over its wire, and the answers that somebody at its menu gives.
SETTINGS_QUESTION = "look into the balance's menu: how are zero tracking (AutoZero) and filter set?"
SETTINGS_GOOD = "tracking off, filter for a calm place or standard"
SETTINGS_ANSWERS = (SETTINGS_GOOD, "tracking on, or a filter for an unstable place")

Hand = Callable[[str, float], None]


class TriesBalance:
    """The verbs for a bench's balance; `hand` does what is asked in words, by which the pan gains so many mg.

    Left out, the hand is the bench's operator's, and on a mocked bench the twin's.
    """

    def __init__(self, bench: Bench, hand: Hand | None = None) -> None:
        self._bench = bench
        self._hand = self._ask if hand is None else hand

    def ask_settings(self) -> None:
        """Ask how the balance is set where it does not tell that itself."""
        with self._bench.record.reader() as reader:
            name = reader.start().in_role("balance")
            if not any(entry.body.verb == "how_it_is_set" for entry in reader.commands(name)):
                self._bench.ask(SETTINGS_QUESTION, choices=SETTINGS_ANSWERS)

    def adjust(self) -> None:
        """Let the balance adjust itself with its internal weight. Raises PlanError for one that cannot."""
        bench, balance = self._bench, self._bench.instruments.balance()
        if not isinstance(balance, AdjustsItself):
            raise PlanError(f"{self._name('balance')} cannot adjust itself: leave “adjustment” out of [proof] required")
        before_mg, _ = self._mean_mg(balance)
        begun_ns = bench.clock.now_ns()
        with self._unread("balance"):
            self._looked_after(balance.adjust)
        took_s = (bench.clock.now_ns() - begun_ns) / NS_PER_S
        after_mg, _ = self._mean_mg(balance)
        bench.record.event(BalanceAdjusted(self._name("balance"), took_s, after_mg - before_mg))

    def try_zero(self) -> None:
        """Tare the balance, and see whether it shows nothing then and goes on to."""
        balance = self._bench.instruments.balance()
        self._mean_mg(balance)  # a balance tares what moves, too
        balance.tare()
        after_mg, scatter_mg = self._mean_mg(balance)
        self._wait(_LATER_S)
        later_mg, _ = self._mean_mg(balance)
        self._bench.record.event(ZeroTried(self._name("balance"), after_mg, later_mg, _READINGS, scatter_mg))

    def try_weight(self) -> None:
        """Hold the balance against the weight of [check_weight]. Raises PlanError where the bench file names none."""
        bench, balance, name = self._bench, self._bench.instruments.balance(), self._name("balance")
        weight = bench.file.check_weight
        if weight is None:
            raise PlanError(f"{bench.file.path} names no [check_weight]: nothing to hold {name} against")
        mass = f"{weight.mass_mg / 1000.0:g} g"
        before_mg, scatter_mg = self._mean_mg(balance)
        # What a sampler reads of a weight looks like something that was delivered.
        with self._unread("balance"):
            self._hand(f"put the check weight of {mass} on the pan of {name}, beside what stands there", weight.mass_mg)
            begun_ns = bench.clock.now_ns()
            course = self._course_mg(balance)
            with_mg, _ = self._mean_mg(balance)
            self._hand(f"take the check weight off the pan of {name} again", -weight.mass_mg)
            self._wait(UNREAD_S)
            first_mg = self._first_answer_mg(balance)
            after_mg, _ = self._mean_mg(balance)
        band_mg = _STILL * max(scatter_mg, bench.file.weighing.repeatability_mg if bench.file.weighing else 0.0)
        moving_ns = [t_ns for t_ns, mass_mg in course if abs(mass_mg - with_mg) > band_mg]
        settled_s = (max(moving_ns, default=begun_ns) - begun_ns) / NS_PER_S
        bench.record.event(
            WeightTried(
                name,
                weight.mass_mg,
                weight.u_mg,
                with_mg - (before_mg + after_mg) / 2.0,
                scatter_mg * (1.5 / _READINGS) ** 0.5,
                after_mg - before_mg,
                settled_s,
                weight.certificate,
                str(weight.due or ""),
                first_mg - after_mg,
            )
        )

    def _first_answer_mg(self, balance: Balance) -> float:
        """Return what the balance answers now, also where its driver does not believe it and asks again."""
        record = self._bench.record
        with record.reader() as reader:
            before = reader.last_seq()
        read_mg = balance.read_mass().mass_mg
        with record.reader() as reader:
            dropped = [one.body.arguments for one in reader.commands(self._name("balance"), after_seq=before)]
        masses_mg = [float(said["mass_mg"]) for said in dropped if "mass_mg" in said]
        return masses_mg[0] if masses_mg else read_mg

    def _name(self, role: str) -> str:
        return next(one.name for one in self._bench.instruments if one.role == role)

    def _ask(self, text: str, mg: float) -> None:
        self._bench.ask(f"{text}; close the doors")
        for part_mg in _parts(mg) if self._bench.file.mocked else ():
            self._bench.challenge.bump_balance(mg=part_mg)

    def _wait(self, seconds: float) -> None:
        """Let time pass, or none, as somebody whom the bench hears: a plan that hangs is no longer looked after."""
        if seconds > 0.0:
            self._bench.dwell(seconds=seconds, doing="proving")
        else:
            self._bench.guard.renew()
            self._bench.check()

    def _mean_mg(self, balance: Balance) -> tuple[float, float]:
        """Return the mean of readings in a row that the balance calls stable, and their standard deviation."""
        bench, masses_mg = self._bench, list[float]()
        end_ns = bench.clock.now_ns() + round(_REST_WITHIN_S * NS_PER_S)
        while len(masses_mg) < _READINGS:
            if bench.clock.now_ns() > end_ns:
                raise InstrumentError(
                    self._name("balance"),
                    f"it did not come to rest within {_REST_WITHIN_S:g} s",
                    advice="close its doors, keep draughts and vibration away, and set its filter for a calm place",
                )
            reading = balance.read_mass()
            masses_mg = [*masses_mg, reading.mass_mg] if reading.stable else []
            self._wait(_READ_EACH_S)
        return statistics.fmean(masses_mg), statistics.stdev(masses_mg)

    def _course_mg(self, balance: Balance) -> list[tuple[int, float]]:
        """Return times (UTC ns) and readings behind a change of load, as many as tell how the balance settles."""
        course = []
        for _ in range(round(_SETTLE_WATCHED_S / _READ_EACH_S)):
            course.append((self._bench.clock.now_ns(), balance.read_mass().mass_mg))
            self._wait(_READ_EACH_S)
        return course

    @contextlib.contextmanager
    def _unread(self, role: str) -> Iterator[None]:
        """Let an instrument's sampler leave it alone in the block: it is busy with itself."""
        meant = [one for one in self._bench.samplers if one.name == self._name(role)]
        before = [one.out_of_reach for one in meant]
        for sampler in meant:
            sampler.out_of_reach = lambda: True
        try:
            yield
        finally:
            for sampler, was in zip(meant, before, strict=True):
                sampler.out_of_reach = was

    def _looked_after(self, verb: Callable[[], None]) -> None:
        """Run a verb that takes minutes while the bench is looked after: on the wall clock it needs a thread."""
        if self._bench.clock.virtual:
            verb()
            return
        failed: list[RigError] = []

        def run() -> None:
            try:
                verb()
            except RigError as error:
                failed.append(error)

        worker = threading.Thread(target=run, name="proving")
        worker.start()
        while worker.is_alive():
            self._bench.guard.renew()
            worker.join(_LOOK_EACH_S)
        if failed:
            raise failed[0]


def _parts(mg: float) -> list[float]:
    """Return a mass as the pan of a twin takes it, a part after the other."""
    count = math.ceil(abs(mg) / _MOST_AT_ONCE_MG)
    return [mg / count] * count
