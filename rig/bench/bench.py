"""The bench: opens what the bench file names, lets time pass under watch, and always stops the pump."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from rig.bench.asked import seconds_asked
from rig.bench.bounds import KeepsBounds
from rig.bench.capture import Capture
from rig.bench.challenges import Challenges
from rig.bench.doses import SaysDoses
from rig.bench.guard import Guard
from rig.bench.instruments import Instruments
from rig.bench.interlocks import Interlocks
from rig.bench.opening import Opening
from rig.bench.paces import ReadsAtPaces
from rig.bench.progress import Progress
from rig.bench.prompts import Prompts
from rig.bench.pump_watch import PumpWatch
from rig.bench.realisers import Realisers
from rig.bench.refusals import ExpectsRefusals
from rig.bench.rest_watch import RestWatch
from rig.bench.sampling import Sampler
from rig.bench.silence import Silence
from rig.bench.space import Space
from rig.bench.timing import Timing
from rig.bench.window import Window
from rig.bench_file.reading import BenchFile
from rig.capabilities import Pump
from rig.clock import NS_PER_S, Clock, VirtualClock, WallClock, ns_from_s
from rig.discovery import find_class
from rig.driving import DriverContext, patience_of
from rig.errors import RigError
from rig.evaluation import looks
from rig.evaluation.commanded import with_rate
from rig.evaluation.projection import ProjectedVerdict
from rig.exchange import Exchange
from rig.pump_skills import WatchesLink
from rig.record.bodies.events import BenchNotReached, LooksPlanned, WindowBegins, WindowEnds, ZeroFlow
from rig.record.bodies.others import SamplerCounted
from rig.record.bodies.pump_events import AlarmExpected, NoLinkWatchdog
from rig.record.bodies.recipe import Recipe
from rig.record.writer import RunRecord
from rig.safety import interrupts
from rig.samples import Sampled
from rig.wire_trace import WireTrace

TWIN_HOST = "instruments.hosting.host:TwinHost"
# How far time may pass before the bench looks whether every sampler is well.
_WALL_SLICE_S = 0.2
_VIRTUAL_SLICE_S = 60.0


class Bench(SaysDoses, ReadsAtPaces, KeepsBounds, ExpectsRefusals):
    """An open bench. Use as a context manager: leaving it stops the pump, whatever happened inside.

    `instruments` are the open drivers, typed, by name and role. `unsafe` says that the pump did not stop when told, and
    what was done about it; it is empty as long as that has not happened. Raises BenchBusyError when another run holds
    the bench, BenchLatchedError when nobody has cleared it, BenchConnectionError with all that was not reached.
    """

    def __init__(
        self, bench_file: BenchFile, record: RunRecord, clock: Clock, seed: int, trace: WireTrace | None = None
    ) -> None:
        self.file = bench_file
        self.record = record
        self.clock = clock
        self.instruments = Instruments(bench_file.bench.name)
        self.samplers: tuple[Sampler, ...] = ()
        self.on_progress: Callable[[Progress], None] = lambda _: None
        self.silence, self.space = Silence(clock), Space(record, bench_file.bench.least_free_mb)
        self._seed = seed
        self._trace = trace
        self.guard = Guard(bench_file, record, clock)
        self.projected_verdict: ProjectedVerdict | None = None
        self._window_ns: int | None = None
        self._pump_watches: list[PumpWatch] = []
        self._pump_waits_s: dict[str, float] = {}
        self._rest_watch = RestWatch(self.instruments, record, clock, self._does_not_rest)
        self.twin_failures: Callable[[], tuple[str, ...]] = tuple
        self.ask = Prompts(record, clock, bench_file, (self.guard.renew, self.check))
        self._realisers = Realisers(bench_file, self.instruments, clock, self.ask, lambda: self.unsafe)
        self.challenge = Challenges(self._realisers, record, self.guard.link_challenged)
        self.capture = Capture(self.instruments, self.challenge, lambda: self.samplers, record)
        self.challenge.on_failure = self.capture.in_block
        density = bench_file.liquid.density_kg_m3 if bench_file.liquid else None
        self.interlocks = Interlocks(bench_file.interlocks, clock, density, lambda: self.challenge.begun, self._tripped)
        self._trip_is_met = threading.Event()
        self.guard.on_trip = self.interlocks.found_by_another
        self.timing = Timing(record)
        self._cleanup = contextlib.ExitStack()

    @property
    def unsafe(self) -> str:
        """Return what went wrong with ending delivery, and what was done about it; empty until then."""
        return self.guard.unsafe

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException as error:
            try:
                self.close()
            finally:
                said = str(error) if isinstance(error, RigError) else f"{type(error).__name__}: {error}"
                self.record.event(BenchNotReached(said))
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the pump, the samplers, the supply and the twins, in this order; safe to repeat."""
        with interrupts.deferred():
            self._cleanup.close()

    # Time ---------------------------------------------------------------------------------------------------------

    def dwell(self, *, hours: float = 0.0, minutes: float = 0.0, seconds: float = 0.0, doing: str = "dwelling") -> None:
        """Let time pass while the samplers read. Raises the failure of an instrument as soon as it is seen.

        Raises PlanError for a time that is not above zero.
        """
        total_s = seconds_asked(hours=hours, minutes=minutes, seconds=seconds)
        begin_ns = self.clock.now_ns()
        end_ns = begin_ns + ns_from_s(total_s)
        slice_ns = ns_from_s(_VIRTUAL_SLICE_S if self.clock.virtual else _WALL_SLICE_S)
        while (now_ns := self.clock.now_ns()) < end_ns:
            self.guard.demand_time()
            self.guard.renew()
            self.clock.wait_until(self.guard.in_time(min(now_ns + slice_ns, end_ns)))
            self.check()
            self._rest_watch.look()
            self.on_progress(Progress(doing, begin_ns, end_ns, self.clock.now_ns()))
            if self.projected_verdict is not None and self._window_ns is not None and not self._rest_watch.is_watching:
                self.projected_verdict.look(self._window_ns, self.clock.now_ns(), end_ns)

    def dwell_until_decided(
        self, window: Window, *, limit: str, looks_hours: Sequence[float], programmed_ul_h: float | None = None
    ) -> None:
        """Measure until a limit of limits.toml is decided, looking after each of `looks_hours`; the last is the bound.

        The looks are fixed here, before the first of them, and share the risk of one decision
        (`rig.metrology.planning.sequential`). The rate is that of the record's commands. Ask the window for
        `flow_error` and verify it within the same limit. Raises PlanError for looks out of order, UnknownLimitError
        for a limit that is not there.
        """
        hours = looks.check_looks(looks_hours)
        with self.record.reader() as reader:
            judged_by = reader.start().limits.named(limit)
            asked = Recipe("mean flow error", {}, window.from_ns, self.clock.now_ns() + 1)
            if programmed_ul_h is not None:
                asked = replace(asked, parameters={"programmed_ul_h": programmed_ul_h})
            rate_ul_h = with_rate(asked, reader).parameters["programmed_ul_h"]
        self.record.event(LooksPlanned(window.name, limit, tuple(hours)))
        for look, after_hours in enumerate(hours):
            due_ns = looks.look_ns(window.from_ns, after_hours)
            left_s = (due_ns - self.clock.now_ns()) / NS_PER_S
            self.dwell(seconds=left_s, doing=f"measuring, look {look + 1} of {len(hours)}")
            self.catch_up()
            window.stopped_at_look(look, hours, judged_by.coverage_k)
            with self.record.reader() as reader:
                if looks.is_decided(
                    reader,
                    window.from_ns,
                    self.clock.now_ns() + 1,
                    look=look,
                    programmed_ul_h=rate_ul_h,
                    looks_hours=hours,
                    limit=judged_by,
                ):
                    return

    def check(self) -> None:
        """Raise InterlockError when one has tripped, else the first failure of a sampler or of the record's file."""
        self.silence.look(self.samplers)
        self.demand_bounds()
        self.space.demand()
        for sampler in self.samplers:
            sampler.check()

    def catch_up(self) -> None:
        """Read every instrument once, so that the record reaches up to this moment."""
        for sampler in self.samplers:
            sampler.read_now()
        for watch in () if self.challenge.pump_out_of_reach else self._pump_watches:
            watch.look()
        self._rest_watch.count_edges()
        self.check()

    def expect_alarm(self, alarm: str) -> None:
        """Say that the plan under way provokes an alarm, in the pump's own word: it is no contradiction then."""
        self.record.event(AlarmExpected(alarm))

    @contextlib.contextmanager
    def window(self, name: str) -> Iterator[Window]:
        """Mark a span of time to evaluate; the record is caught up at both ends."""
        self.catch_up()
        window = Window(name, self.clock, self.catch_up, self.clock.now_ns())
        self.record.event(WindowBegins(name))
        self._window_ns = window.from_ns
        try:
            yield window
        finally:
            self._window_ns = None
        self.catch_up()
        window.close(self.clock.now_ns())
        self.record.event(WindowEnds(name, window.from_ns, window.to_ns))

    def zero_flow(self, *, hours: float, doing: str = "zero flow") -> None:
        """Weigh with the pump stopped, to determine evaporation and drift; evaluations find it in the record."""
        self.stop_pump()
        for watch in () if self.challenge.pump_out_of_reach else self._pump_watches:
            watch.look_back()
        with self._read_at_rest(), self.window("zero flow") as window, self._rest_watch.watching(window.from_ns):
            self.dwell(hours=hours, doing=doing)
        self.record.event(ZeroFlow(window.from_ns, window.to_ns))

    # Opening ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        port_of: Callable[[str], str | None] = dict[str, str]().get
        if self.file.mocked:  # every run has twins of its own
            host = find_class(TWIN_HOST, "", "")(self.file, self.clock, self._seed)
            self._cleanup.callback(host.close)
            port_of, self._realisers.plant, self.twin_failures = host.port_of, host.plant, host.failures
        else:
            self._have_the_bench()
        self.guard.supervise(self._cleanup)
        if not self.file.mocked:  # ahead of what the supervisor would say of it
            self._cleanup.callback(self._latch_when_unsafe)
        context = DriverContext(self.clock, self._journal, patience_of(self.clock), self._trace)
        opening = Opening(self.file, context, self.record, self._cleanup, self.guard)
        opening.connect(port_of, self.instruments, self.instruments.powering)
        self._cleanup.callback(self.challenge.close)
        self._start_sampling()
        self._cleanup.callback(self.stop_pump)
        self._cleanup.callback(self.challenge.restore_reach)
        for name, pump in self.instruments.pumps():
            pump.stop()
            if isinstance(pump, WatchesLink):
                pump.set_link_watchdog(seconds=self.file.safety.link_watchdog_s)
            else:
                self.record.event(NoLinkWatchdog(name))
            self._watch(name, pump)
        self.guard.opened()

    def _watch(self, name: str, pump: Pump) -> None:
        """Follow a pump's own account of itself into the record, from here on."""
        watch = PumpWatch(name, pump, self.clock, self.record)
        self._pump_watches.append(watch)
        watch.look()
        for sampler in self.samplers:
            if sampler.name == name:
                sampler.listeners = (*sampler.listeners, watch.sampled)

    def _journal(self, exchange: Exchange) -> None:
        self.guard.commanded(exchange)
        self.interlocks.commanded(exchange.instrument, exchange.verb)
        self.record.command(exchange)

    def _start_sampling(self) -> None:
        self.guard.renew()
        every_s = {entry.name: entry.sample_every_s for entry in self.file.instruments}
        accuracy = {entry.name: entry.accuracy for entry in self.file.instruments}
        for one in self.instruments:
            pace_s = every_s[one.name]
            if pace_s is None or not isinstance(one.driver, Sampled):
                continue
            lease = self.guard.leased if one.capability == "pump" else lambda: True
            sampler = Sampler(one.name, one.driver, pace_s, self.clock, self.record, lease, one.way_back)
            if one.role == "pump":
                sampler.out_of_reach = lambda: self.challenge.pump_out_of_reach
            self.interlocks.watch(sampler, one.role, one.driver.channels, accuracy[one.name])
            if one.role == "daq" and one.counts_edges and self.file.dut.ul_per_edge:
                self.interlocks.watch_edges(one.name, self.file.dut.ul_per_edge, self._rest_watch.count_edges)
            if not self.clock.virtual:
                self.timing.watch(sampler)
            self._cleanup.callback(sampler.stop)
            sampler.start()
            self.samplers = (*self.samplers, sampler)

    def counts(self) -> dict[str, SamplerCounted]:
        """Return what each sampler has read, lost and missed, for the run's stop."""
        return {sampler.name: sampler.counts.counted() for sampler in self.samplers}


def make_clock(bench_file: BenchFile) -> Clock:
    """Return the clock that a bench file asks for."""
    if bench_file.bench.clock == "virtual":
        return VirtualClock(bench_file.epoch_ns)
    return WallClock(speed=bench_file.bench.clock_speed)
