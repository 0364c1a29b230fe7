"""The bench: opens what the bench file names, lets time pass under watch, and always stops the pump."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from rig.bench.progress import Progress
from rig.bench.sampling import Sampler
from rig.bench.window import Window
from rig.bench_file.limits import LimitsFile
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.capabilities import Daq, Exchange, Instrument, Pump, Sampled, Supply
from rig.clock import NS_PER_S, Clock, VirtualClock, WallClock, ns_from_s
from rig.discovery import find_class
from rig.driving import DriverContext, patience_of, serialise
from rig.errors import (
    BenchBusyError,
    BenchConnectionError,
    InstrumentError,
    PlanError,
    SafetyError,
)
from rig.evaluation import looks
from rig.evaluation.projection import ProjectedVerdict
from rig.record import RunRecord
from rig.safety import interrupts
from rig.safety.stop import stop_delivery
from rig.wire_trace import WireTrace

TWIN_HOST = "instruments.hosting.host:TwinHost"
# How far time may pass before the bench looks whether every sampler is well.
_WALL_SLICE_S = 0.2
_VIRTUAL_SLICE_S = 60.0


class Bench:
    """An open bench. Use as a context manager: leaving it stops the pump, whatever happened inside.

    `by_capability` maps "pump", "balance", … to the drivers. `unsafe` says that the pump did not stop when told, and
    what was done about it; it is empty as long as that has not happened. Raises BenchBusyError when another run holds
    the bench and BenchConnectionError with every instrument that could not be reached.
    """

    def __init__(
        self, bench_file: BenchFile, record: RunRecord, clock: Clock, seed: int, trace: WireTrace | None = None
    ) -> None:
        self.file = bench_file
        self.record = record
        self.clock = clock
        self.by_capability: dict[str, Any] = {}
        self.samplers: tuple[Sampler, ...] = ()
        self.on_progress: Callable[[Progress], None] = lambda _: None
        self._seed = seed
        self._trace = trace
        self._lease_until_ns = 0
        self.unsafe = ""
        self.projected_verdict: ProjectedVerdict | None = None
        self._window_ns: int | None = None
        self.twin_failures: Callable[[], tuple[str, ...]] = tuple
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.close()
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
        """Let time pass while the samplers read. Raises the failure of an instrument as soon as it is seen."""
        total_s = hours * 3600.0 + minutes * 60.0 + seconds
        if total_s <= 0:
            raise PlanError(f"a dwell needs a positive time, not {total_s:g} s")
        begin_ns = self.clock.now_ns()
        end_ns = begin_ns + ns_from_s(total_s)
        slice_ns = ns_from_s(_VIRTUAL_SLICE_S if self.clock.virtual else _WALL_SLICE_S)
        while (now_ns := self.clock.now_ns()) < end_ns:
            self.renew_lease()
            self.clock.wait_until(min(now_ns + slice_ns, end_ns))
            self.check()
            self.on_progress(Progress(doing, begin_ns, end_ns, self.clock.now_ns()))
            if self.projected_verdict is not None and self._window_ns is not None:
                self.projected_verdict.look(self._window_ns, self.clock.now_ns(), end_ns)

    def dwell_until_decided(
        self, window: Window, *, programmed_ul_h: float, limit: str, looks_hours: Sequence[float]
    ) -> None:
        """Measure until a limit of limits.toml is decided, looking after each of `looks_hours`; the last is the bound.

        The looks are fixed here, before the first of them, and share the risk of one decision
        (`rig.metrology.planning.sequential`). Ask the window for `flow_error` with the same rate and verify it within
        the same limit. Raises PlanError for looks out of order, UnknownLimitError for a limit that is not there.
        """
        hours = looks.check_looks(looks_hours)
        with self.record.reader() as reader:
            judged_by = LimitsFile.model_validate(reader.start()["limits"]).named(limit)
        self.record.event("looks", {"window": window.name, "limit": limit, "looks_hours": hours})
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
                    programmed_ul_h=programmed_ul_h,
                    looks_hours=hours,
                    limit=judged_by,
                ):
                    return

    def renew_lease(self) -> None:
        """Show that the plan is alive; each slice of a dwell and each command does it.

        A plan that hangs stops renewing, the pump is then no longer polled, and its link watchdog stops it.
        """
        self._lease_until_ns = self.clock.now_ns() + ns_from_s(self.file.safety.plan_lease_s)

    def _leased(self) -> bool:
        # Virtual time passes only while the plan lets it: a hanging plan stops the pump's time too.
        return self.clock.virtual or self.clock.now_ns() < self._lease_until_ns

    def _journal(self, exchange: Exchange) -> None:
        self.renew_lease()
        self.record.command(exchange)

    def check(self) -> None:
        """Raise the first failure that a sampler has met."""
        for sampler in self.samplers:
            sampler.check()

    def catch_up(self) -> None:
        """Read every instrument once, so that the record reaches up to this moment."""
        for sampler in self.samplers:
            sampler.read_now()
        self.check()

    @contextlib.contextmanager
    def window(self, name: str) -> Iterator[Window]:
        """Mark a span of time to evaluate; the record is caught up at both ends."""
        self.catch_up()
        window = Window(name, self.clock, self.catch_up, self.clock.now_ns())
        self.record.event("window begins", {"window": name})
        self._window_ns = window.from_ns
        try:
            yield window
        finally:
            self._window_ns = None
        self.catch_up()
        window.close(self.clock.now_ns())
        self.record.event("window ends", {"window": name, "from_ns": window.from_ns, "to_ns": window.to_ns})

    def zero_flow(self, *, hours: float, doing: str = "zero flow") -> None:
        """Weigh with the pump stopped, to determine evaporation and drift; evaluations find it in the record."""
        self.stop_pump()
        with self.window("zero flow") as window:
            self.dwell(hours=hours, doing=doing)
        self.record.event("zero flow", {"from_ns": window.from_ns, "to_ns": window.to_ns})

    # Safety -------------------------------------------------------------------------------------------------------

    def stop_pump(self) -> None:
        """Stop delivery; raises SafetyError when the pump did not stop by command (see `rig.safety.stop`)."""
        try:
            stop_delivery(self.by_capability, self.record)
        except SafetyError as error:
            self.unsafe = str(error).splitlines()[0]
            raise

    # Opening ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._take_lease()
        ports: dict[str, str] = {}
        if self.file.mocked:
            host = find_class(TWIN_HOST, "", "")(self.file, self.clock, self._seed)
            self.twin_failures = host.failures
            self._cleanup.callback(host.close)
            ports = host.ports
        self._connect(ports)
        self._start_sampling()
        pump: Pump | None = self.by_capability.get("pump")
        if pump is not None:
            self._cleanup.callback(self.stop_pump)
            pump.stop()
            pump.set_link_watchdog(seconds=self.file.safety.link_watchdog_s)

    def _take_lease(self) -> None:
        if self.file.mocked:
            return  # every run has twins of its own
        lease = FileLock(Path(tempfile.gettempdir()) / f"rig-bench-{self.file.bench.name}.lock", timeout=0)
        try:
            lease.acquire()
        except Timeout as error:
            raise BenchBusyError(
                f"bench {self.file.bench.name} is in use by another run on this machine; wait for it or stop it"
            ) from error
        self._cleanup.callback(lease.release)

    def _connect(self, ports: dict[str, str]) -> None:
        """Open every instrument, the pump last because it wants power; report all failures together."""
        context = DriverContext(self.clock, self._journal, patience_of(self.clock), self._trace)
        failures: list[InstrumentError] = []
        order = sorted(self.file.instruments, key=lambda entry: entry.capability == "pump")
        for entry in order:
            try:
                if entry.capability == "pump":
                    self._power_up()
                driver = self._open_driver(entry, ports, context)
            except InstrumentError as error:
                failures.append(error)
                continue
            self.by_capability[entry.capability] = driver
        if failures:
            raise BenchConnectionError(self.file.bench.name, failures)

    def _open_driver(self, entry: InstrumentEntry, ports: dict[str, str], context: DriverContext) -> Instrument:
        settings = entry.settings
        if entry.name in ports:
            settings = settings.model_copy(update={"port": ports[entry.name]})
        driver: Instrument = entry.driver(entry.name, settings, context)
        self._cleanup.callback(driver.close)
        serialise(driver)
        self.record.event(
            "connected",
            {
                "instrument": entry.name,
                "capability": entry.capability,
                "identity": asdict(driver.identify()),
                "calibration": entry.calibration.model_dump(mode="json") if entry.calibration else None,
            },
        )
        return driver

    def _power_up(self) -> None:
        power = self.file.power
        if power is None:
            return
        daq: Daq | None = self.by_capability.get("daq")
        supply: Supply | None = self.by_capability.get("supply")
        if daq is not None:
            self._cleanup.callback(daq.set_interlock, closed=False)
            daq.set_interlock(closed=True)
        if supply is not None:
            self._cleanup.callback(supply.switch, on=False)
            supply.set_output(voltage_v=power.voltage_v, current_limit_a=power.current_limit_a)
            supply.switch(on=True)
        if power.boot_s:
            self.clock.wait_s(power.boot_s)

    def _start_sampling(self) -> None:
        self.renew_lease()
        samplers = []
        for entry in self.file.instruments:
            driver = self.by_capability[entry.capability]
            if entry.sample_every_s is None or not isinstance(driver, Sampled):
                continue
            lease = self._leased if entry.capability == "pump" else lambda: True
            sampler = Sampler(entry.name, driver, entry.sample_every_s, self.clock, self.record, lease)
            self._cleanup.callback(sampler.stop)
            sampler.start()
            samplers.append(sampler)
        self.samplers = tuple(samplers)

    def counts(self) -> dict[str, Any]:
        """Return what each sampler has read, lost and missed, for the run's stop."""
        return {sampler.name: asdict(sampler.counts) for sampler in self.samplers}


def make_clock(bench_file: BenchFile) -> Clock:
    """Return the clock that a bench file asks for."""
    if bench_file.bench.clock == "virtual":
        return VirtualClock(bench_file.epoch_ns)
    return WallClock(speed=bench_file.bench.clock_speed)
