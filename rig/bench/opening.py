"""Opens every instrument of a bench file: the pump last, because it wants power; all failures told together."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial

from rig.bench.guard import Guard
from rig.bench.instruments import Instruments, OnBench
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.capabilities import Instrument
from rig.driving import DriverContext, serialise
from rig.errors import BenchConnectionError, InstrumentError
from rig.record.bodies.events import Connected
from rig.record.writer import RunRecord
from rig.safety.stop import Powering


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

    def connect(self, ports: Mapping[str, str], instruments: Instruments, powering: Callable[[], Powering]) -> None:
        """Open every instrument of the file and put it on the bench; `ports` are those of twins, by name.

        Raises BenchConnectionError with every instrument that could not be reached.
        """
        failures: list[InstrumentError] = []
        powered = False
        for entry in sorted(self._file.instruments, key=lambda entry: entry.capability == "pump"):
            try:
                if entry.capability == "pump" and not powered:
                    self._power_up(powering())
                    powered = True
                driver = self._open(entry, ports)
            except InstrumentError as error:
                failures.append(error)
                continue
            instruments.add(OnBench(entry.name, entry.capability, entry.role, driver))
        if failures:
            for _, pump in instruments.pumps():  # one may run since before, and nobody will look after it
                with contextlib.suppress(InstrumentError):
                    pump.stop()
            raise BenchConnectionError(self._file.bench.name, failures)

    def _open(self, entry: InstrumentEntry, ports: Mapping[str, str]) -> Instrument:
        settings = entry.settings
        if entry.name in ports:
            settings = settings.model_copy(update={"port": ports[entry.name]})
        self._guard.hold(entry, self._cleanup)
        driver: Instrument = entry.driver(entry.name, settings, self._context)
        self._cleanup.callback(driver.close)
        serialise(driver, partial(self._guard.calling, entry.name))
        calibration = entry.calibration.model_dump(mode="json") if entry.calibration else None
        self._record.event(Connected(entry.name, entry.capability, asdict(driver.identify()), calibration))
        return driver

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
