"""Opens every instrument of a bench file: the pump last, because it wants power; all failures told together."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

from rig.bench.guard import Guard
from rig.bench.instruments import Instruments, OnBench
from rig.bench.swapped import swapped
from rig.bench.way_back import WayBack, comes_back
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.bench_file.tables import InstrumentSettings
from rig.capabilities import Identity, Instrument
from rig.driving import DriverContext, serialise
from rig.errors import BenchConnectionError, ConnectionLostError, InstrumentError, NoReplyError
from rig.held_ports import held_no_more
from rig.record.bodies.events import Connected
from rig.record.writer import RunRecord
from rig.safety.lease import leased_device
from rig.safety.stop import Powering

_SILENT_PUMP = (
    "check that the pump has power (of a supply: its output and the interlock relay), that its cable is plugged in and "
    "its baud rate right, and that the port in the bench file leads to the pump and not to another instrument"
)


class Opening:
    """Opens instruments; what it opens or switches on is closed or switched off again by `cleanup`."""

    def __init__(
        self,
        bench_file: BenchFile,
        context: DriverContext,
        record: RunRecord,
        cleanup: contextlib.ExitStack,
        guard: Guard,
    ) -> None:
        self._file = bench_file
        self._context = context
        self._record = record
        self._cleanup = cleanup
        self._guard = guard
        self._met: set[tuple[str, str, str]] = set()

    def connect(
        self, port_of: Callable[[str], str | None], instruments: Instruments, powering: Callable[[], Powering]
    ) -> None:
        """Open every instrument of the file and put it on the bench; `port_of` says where the twin of a name is now.

        It returns None for an instrument without a twin. Raises BenchConnectionError with every instrument that could
        not be reached, and BenchBusyError for one that another bench's run has.
        """
        failures: dict[str, InstrumentError] = {}
        powered = False
        for entry in sorted(self._file.instruments, key=lambda entry: entry.capability == "pump"):
            try:
                if entry.capability == "pump" and not powered:
                    self._power_up(powering())
                    powered = True
                one = self._open(entry, port_of)
            except InstrumentError as error:
                failures[entry.name] = error
                continue
            instruments.add(one)
        if failures:
            for _, pump in instruments.pumps():  # one may run since before, and nobody will look after it
                with contextlib.suppress(InstrumentError):
                    pump.stop()
            failed = [entry for entry in self._file.instruments if entry.name in failures]
            found = () if self._file.mocked else tuple(swapped(failed, replace(self._context, again=True)))
            raise BenchConnectionError(self._file.bench.name, tuple(failures.values()), found)

    def _open(self, entry: InstrumentEntry, port_of: Callable[[str], str | None]) -> OnBench:
        def settings() -> InstrumentSettings:
            port = port_of(entry.name)
            return entry.settings if port is None else entry.settings.model_copy(update={"port": port})

        self._guard.hold(entry, self._cleanup)
        driver = self._driver(entry, settings())
        self._cleanup.callback(driver.close)
        way_back = None
        if comes_back(entry):
            way_back = WayBack(entry, settings, replace(self._context, again=True), self._record)

        @contextlib.contextmanager
        def around(verb: str) -> Iterator[None]:
            reached = way_back.calling(verb) if way_back is not None else contextlib.nullcontext()
            with self._guard.calling(entry.name, verb), reached:
                yield

        turn = serialise(driver, around)
        calibration = entry.calibration.model_dump(mode="json") if entry.calibration else None
        known = driver.identify()
        self._lease(entry.name, known)
        self._record.event(Connected(entry.name, entry.capability, asdict(known), calibration))
        if way_back is not None:
            way_back.leads_to(driver, turn)
        said = entry.settings
        return OnBench(entry.name, entry.capability, entry.role, driver, way_back, said.cuts_power, said.counts_edges)

    def _driver(self, entry: InstrumentEntry, settings: InstrumentSettings) -> Instrument:
        try:
            driver: Instrument = entry.driver(entry.name, settings, self._context)
        except ConnectionLostError as error:
            ended = self._guard.ended_for_the_run() if entry.capability == "pump" else None
            if ended is None:
                raise
            # The supervisor, which held its port, gave up sooner than the driver: that is no dead port.
            held_no_more(entry.settings.port)
            raise NoReplyError(
                entry.name, ended.why, port=settings.port, sent=error.sent, received=error.received, advice=_SILENT_PUMP
            ) from error
        return driver

    def _lease(self, name: str, known: Identity) -> None:
        """Lease a device by what it says it is, before anything is changed: another port may lead to it too."""
        who = (known.maker, known.model, known.serial)
        if self._file.simulated or who in self._met:
            return  # twins of many benches have one number; and a device may serve two instruments of a bench
        self._cleanup.enter_context(leased_device(self._file.bench.name, name, who))
        self._met.add(who)

    def _power_up(self, powering: Powering) -> None:
        """Close the interlock and switch the supply on, each undone when the bench is left."""
        power = self._file.power
        if power is None:
            return
        daq, supply = powering.interlock, powering.supply
        if daq is not None:
            self._cleanup.callback(daq.set_interlock, closed=False)
            daq.set_interlock(closed=True)
        if supply is not None:
            self._cleanup.callback(supply.switch, on=False)
            supply.set_output(voltage_v=power.voltage_v, current_limit_a=power.current_limit_a)
            supply.switch(on=True)
        if power.boot_s:
            self._context.clock.wait_s(power.boot_s)
