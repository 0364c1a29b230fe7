"""Watches over the plan while a pump may deliver: a plan that hangs is ended, and none starts a pump behind its end."""

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator

from rig.bench.time_limit import TimeLimit
from rig.bench.unattended import act_of, bounds_of
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.clock import Clock, Stopwatch, ns_from_s
from rig.errors import DeliveryEndedError, RecordError, SafetyError
from rig.exchange import Exchange
from rig.held_ports import held_by_another
from rig.record.bodies.safety import PumpTold, SupervisorActed, SupervisorStands
from rig.record.writer import RunRecord
from rig.safety import interrupts
from rig.safety.supervisor.keeper import Ended, Keeper
from rig.safety.supervisor.orders import Orders, PortAct
from rig.safety.trip import Trip

# Verbs of a pump that begin no delivery, besides all that read: they may be called at any time.
HARMLESS = frozenset({"stop", "status", "identify", "close", "start_sampling", "stop_sampling"})
READS = "read_"
SETTING = frozenset(
    {
        "set_link_watchdog",
        "acknowledge_alarms",
        "self_test",
        "set_clock",
        "refilled",
        "set_low_reservoir",
        "set_dose_limit",
        "begin_trial",
        "end_trial",
    }
)
# A verb that takes longer than this is not what a loop of readings is made of; its time is not the plan's.
_LONG_VERB_S = 0.25
_LONGEST_VERB_S = 30.0
_LAPSED = "the plan let the pump run and showed no sign of life for"
ACCOUNT_SUFFIX = ".supervisor.jsonl"


class Guard:
    """The plan's lease, the supervisor that holds the run to it, and the gate before verbs that deliver.

    `unsafe` says what went wrong with ending delivery, or that it had to be ended for the run; empty until then.
    `left_unsafe` says it of what leaves a bench that nobody should use before somebody has looked. `on_trip` hears of
    an interlock that the supervisor has found tripped.
    """

    def __init__(self, bench_file: BenchFile, record: RunRecord, clock: Clock) -> None:
        self.unsafe = ""
        self.left_unsafe = ""
        self.on_trip: Callable[[Trip], object] = lambda _: None
        self._under_way = False
        self._opened = False
        self._file = bench_file
        self._record = record
        self._clock = clock
        self._keeper: Keeper | None = None
        self._fed: set[str] = set()
        self._renewed = Stopwatch()
        self._until_ns = 0
        self._armed = False
        self._in_call: Stopwatch | None = None
        self._closed = ""
        self._strangers: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._time = TimeLimit(clock, bench_file.safety.plan_hours)

    def told_unsafe(self, error: SafetyError) -> None:
        """Keep the first thing that went wrong with ending delivery."""
        self.unsafe = self.unsafe or str(error).splitlines()[0]
        self.left_unsafe = self.left_unsafe or self.unsafe

    # The lease ----------------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Show that the plan is alive; each slice of a dwell and each command does it, a reading does not."""
        self._renewed = Stopwatch()
        self._until_ns = self._clock.now_ns() + ns_from_s(self._file.safety.plan_lease_s)

    def leased(self) -> bool:
        """Tell whether the plan still shows signs of life.

        Virtual time passes only while the plan lets it: a hanging plan stops the pump's time too.
        """
        return self._clock.virtual or self._clock.now_ns() < self._until_ns

    def commanded(self, exchange: Exchange) -> None:
        """Take note of what was commanded."""
        self.renew()
        if exchange.instrument in self._pumps and _delivers(exchange.verb):
            self._armed = True

    def at_rest(self) -> None:
        """Take note that every pump was stopped: a plan may take its time now."""
        self._armed = False

    def lapsed(self) -> str:
        """Return why the plan counts as hanging; empty while it shows signs of life or no pump delivers."""
        self._time.insist(under_way=self._under_way)
        lease_s, silent_s = self._file.safety.plan_lease_s, self._renewed.elapsed_s()
        call = self._in_call
        if not self._armed or silent_s <= lease_s:
            return ""
        if call is not None and silent_s - call.elapsed_s() <= lease_s and call.elapsed_s() < _LONGEST_VERB_S:
            return ""  # within a verb that began in time, which has deadlines of its own
        return (
            f"{_LAPSED} {silent_s:.2f} s; its lease is {lease_s:g} s "
            "(wait with bench.dwell; plan_lease_s in the bench file's [safety] says how long a plan may compute)"
        )

    @property
    def under_way(self) -> bool:
        """Tell whether a plan has the bench."""
        return self._under_way

    def demand_time(self) -> None:
        """Raise TimeLimitError when the plan under way has reached its time limit."""
        if self._under_way:
            self._time.demand()

    def in_time(self, until_ns: int) -> int:
        """Return the earlier of a moment and the plan's time limit (UTC ns)."""
        return self._time.cut(until_ns) if self._under_way else until_ns

    # The gate -----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def calling(self, name: str, verb: str) -> Iterator[None]:
        """Let a verb of an instrument through; raises SafetyError for a pump's that delivers when it may not now."""
        if name in self._pumps and _delivers(verb):
            self._demand_leave(name, verb)
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        outer, self._in_call = self._in_call, self._in_call or Stopwatch()
        try:
            yield
        finally:
            took, self._in_call = self._in_call, outer
            if outer is None and took.elapsed_s() > _LONG_VERB_S:
                self.renew()

    @contextlib.contextmanager
    def plan(self, *, hours: float | None = None) -> Iterator[None]:
        """Open the gate for a plan, on its own threads, and close it behind it; `hours` is its own time limit."""
        self._time.begin(hours)
        self._closed = ""
        self._strangers = weakref.WeakSet(
            thread for thread in threading.enumerate() if thread is not threading.main_thread()
        )
        self.renew()
        if self._keeper is not None:
            self._keeper.plan_begins()
        self._under_way = True
        try:
            yield
        finally:
            self._under_way = False
            self._closed = "the plan is over"

    def close_gate(self, why: str) -> None:
        """Let no pump be started any more, and have those that deliver stopped at once, without waiting for it."""
        self._closed = self._closed or why
        if self._keeper is not None:
            self._keeper.stop_now(why)
            self._armed = False  # the run may take its time to end now

    def _demand_leave(self, name: str, verb: str) -> None:
        why = self._closed or self.unsafe
        if not why and threading.current_thread() in self._strangers:
            why = "the thread that asks for it was left running by an earlier plan"
        if why:
            raise SafetyError(f"{name}.{verb} was refused, nothing was sent: {why}; no pump is started now")

    # The supervisor -----------------------------------------------------------------------------------------------

    def supervise(self, cleanup: contextlib.ExitStack) -> None:
        """Start the supervisor of a bench with real ports; twins in this process end with it. Raises SafetyError."""
        cleanup.enter_context(interrupts.doing_first(self.close_gate))
        if self._file.mocked:
            return
        pumps = [act_of(entry) for entry in self._file.instruments if entry.capability == "pump"]
        held = tuple(act for act in pumps if isinstance(act, PortAct))
        feeding = [entry for entry in self._file.instruments if entry.role in ("daq", "supply")]
        power = [act_of(entry) for entry in feeding if entry.settings.cuts_power]
        safety = self._file.safety
        account = str(self._record.path.absolute()) + ACCOUNT_SUFFIX
        others = (*(act for act in pumps if not isinstance(act, PortAct)), *power)
        feed_s = min(safety.link_watchdog_s, safety.run_lease_s) / 4
        bounds = bounds_of(self._file)
        orders = Orders(
            self._file.bench.name,
            self._record.run_id,
            account,
            safety.run_lease_s,
            safety.silence_s,
            feed_s,
            held,
            others,
            bounds,
            ports=self._file.latching_ports,
        )
        self._keeper = keeper = Keeper(orders, self.lapsed, self._acted)
        cleanup.callback(lambda: keeper.close(safe=self._opened and not self.unsafe and not self._armed))
        ways, watched = (
            tuple(act.doing for act in (*held, *others)),
            tuple(f"{key} by {one.pump}" for one in bounds for key in one.keys),
        )
        self._record.event(SupervisorStands(safety.run_lease_s, ways, watched))

    def hold(self, entry: InstrumentEntry, cleanup: contextlib.ExitStack) -> None:
        """Have the supervisor hold a pump's port for the run, where it is one whose stop is known as bytes."""
        if self._keeper is None or entry.capability != "pump":
            return
        self._keeper.guard()
        act = act_of(entry)
        if isinstance(act, PortAct):  # else its driver opens the port, and a process is ready to do the same
            cleanup.enter_context(held_by_another(act.port, self._keeper.hold(entry.name)))
            if act.alive:
                self._fed.add(entry.name)

    def feeds(self, name: str) -> bool:
        """Tell whether the supervisor speaks to a pump so often that it never misses the rig."""
        return name in self._fed

    def opened(self) -> None:
        """Take note that the bench is open and its pumps at rest; until then nobody knows what they do."""
        self._opened = True
        if self._keeper is not None:
            self._keeper.opened()

    def link_challenged(self, by: frozenset[str]) -> None:
        """Say which challenges may silence the pump: while there are any, its silence is no fault."""
        if self._keeper is not None:
            self._keeper.be_patient(on=bool(by))

    @property
    def _pumps(self) -> frozenset[str]:
        return frozenset(entry.name for entry in self._file.instruments if entry.capability == "pump")

    def ended_for_the_run(self) -> Ended | None:
        """Return what the supervisor did to end delivery, waited for while it is at it; None when it had no reason."""
        return self._keeper.what_was_done() if self._keeper is not None else None

    def stopped_for_the_run(self) -> bool:
        """Tell whether the supervisor has ended delivery, and said that it went well; waits while it is at it."""
        ended = self.ended_for_the_run()
        return ended is not None and ended.stopped

    def _acted(self, ended: Ended) -> None:
        self._armed = False
        if ended.trip is None or ended.wrong:
            self.unsafe = self.unsafe or str(ended)
        if self._opened and ended.wrong:  # else the pump was never reached: this run has not moved it
            self.left_unsafe = self.left_unsafe or str(ended)
        told = tuple(PumpTold(one.pump, one.t_ns, one.numbers) for one in ended.told)
        with contextlib.suppress(RecordError):  # the error below says all of it
            self._record.event(SupervisorActed(ended.why, ended.took_s, ended.done, ended.wrong, told))
        if ended.trip is not None:
            self.on_trip(ended.trip)
        elif self._under_way:
            interrupts.raise_in_main(DeliveryEndedError(str(ended), lapsed=ended.why.startswith(_LAPSED)))


def _delivers(verb: str) -> bool:
    return not verb.startswith(READS) and verb not in HARMLESS | SETTING
