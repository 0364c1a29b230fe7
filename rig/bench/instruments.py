"""The instruments of an open bench, typed, by name and by role: several of one kind may stand on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from rig.bench.way_back import WayBack
from rig.capabilities import CAPABILITIES, Balance, Daq, FlowSensor, Instrument, Meter, Pump, Supply
from rig.errors import DiscoveryError, PlanError
from rig.safety.stop import Powering

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OnBench:
    """One open instrument: its name in the bench file, what it can do, and what it is for on this bench.

    `way_back` leads to it when its line was lost; None for one that is not looked for. A DAQ may have no relay that
    cuts the pump's power, and no counter for the motor's edges.
    """

    name: str
    capability: str
    role: str
    driver: Instrument
    way_back: WayBack | None = None
    cuts_power: bool = True
    counts_edges: bool = True


class Instruments:
    """What stands on a bench. Each verb takes a role or a name; without one it means the instrument that serves alone.

    All verbs raise PlanError, with what there is, when no such instrument stands on the bench.
    """

    def __init__(self, bench: str) -> None:
        self._bench = bench
        self._all: dict[str, OnBench] = {}

    def add(self, one: OnBench) -> None:
        """Put an open instrument on the bench.

        Raises DiscoveryError when its driver lacks a verb of its capability: a pump that is not known for one would
        never be stopped.
        """
        wanted = CAPABILITIES[one.capability]
        if not isinstance(one.driver, wanted):
            verbs = {*dir(wanted), *getattr(wanted, "__annotations__", {})}
            lacking = sorted(verb for verb in verbs if not verb.startswith("_") and not hasattr(one.driver, verb))
            said = f"lacks {', '.join(lacking)}" if lacking else "has its verbs only when they are asked for"
            raise DiscoveryError(f"the driver of {one.name} is no {one.capability}: it {said}")
        self._all[one.name] = one

    def __iter__(self) -> Iterator[OnBench]:
        return iter(self._all.values())

    def has(self, capability: str) -> bool:
        """Tell whether an instrument serves in the role that is named after a capability."""
        return any(one.role == capability for one in self)

    def count_edges(self) -> bool:
        """Tell whether a DAQ on the bench counts the motor's edges."""
        return any(one.role == "daq" and one.counts_edges for one in self)

    def pump(self, wanted: str = "pump") -> Pump:
        """Return a pump; without a word the one under test."""
        return self._one(wanted, [(one, one.driver) for one in self._of("pump") if isinstance(one.driver, Pump)])

    def pumps(self) -> tuple[tuple[str, Pump], ...]:
        """Return every pump on the bench with its name, whatever its role: what must hold for pumps holds for all."""
        return tuple((one.name, one.driver) for one in self._of("pump") if isinstance(one.driver, Pump))

    def balance(self, wanted: str = "balance") -> Balance:
        """Return a balance; without a word the one that verdicts rest on."""
        return self._one(wanted, [(one, one.driver) for one in self._of("balance") if isinstance(one.driver, Balance)])

    def flow(self, wanted: str = "flow") -> FlowSensor:
        """Return a flow sensor."""
        return self._one(wanted, [(one, one.driver) for one in self._of("flow") if isinstance(one.driver, FlowSensor)])

    def daq(self, wanted: str = "daq") -> Daq:
        """Return a data acquisition device; without a word the one with the pump's interlock."""
        return self._one(wanted, [(one, one.driver) for one in self._of("daq") if isinstance(one.driver, Daq)])

    def supply(self, wanted: str = "supply") -> Supply:
        """Return a power supply; without a word the one that feeds the pump under test."""
        return self._one(wanted, [(one, one.driver) for one in self._of("supply") if isinstance(one.driver, Supply)])

    def meter(self, wanted: str = "meter") -> Meter:
        """Return a multimeter; without a word the one in the pump's supply line."""
        return self._one(wanted, [(one, one.driver) for one in self._of("meter") if isinstance(one.driver, Meter)])

    def powering(self) -> Powering:
        """Return what feeds the pump, as far as the rig has a hand on it."""
        return Powering(
            self.daq() if any(one.role == "daq" and one.cuts_power for one in self) else None,
            self.supply() if self.has("supply") else None,
        )

    def _of(self, capability: str) -> Iterator[OnBench]:
        return (one for one in self if one.capability == capability)

    def _one(self, wanted: str, kinds: list[tuple[OnBench, T]]) -> T:
        for one, driver in kinds:
            if wanted in (one.role, one.name):
                return driver
        has = ", ".join(one.name if one.name == one.role else f"{one.name} (as {one.role})" for one in self)
        raise PlanError(f"this plan needs a {wanted}; bench {self._bench} has {has or 'no instruments'}")
