"""Which of a bench's channels an interlock watches, and interlocks that nothing on the bench could ever trip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from rig.bench_file.tables import InterlocksSection
from rig.channels import Channel

# By each interlock's key: what multiplies a channel's readings by its unit. The barometer's hPa are no line's.
WATCHED_UNITS: dict[str, dict[str, float]] = {
    "most_pressure_kpa": {"kPa": 1.0, "bar": 100.0},
    "most_current_ma": {"mA": 1.0, "A": 1000.0},
    "most_temperature_c": {"°C": 1.0},
}
COUNT, RATE, MASS, FLOW = "delivered", "rate", "mass", "flow"


@dataclass(frozen=True, slots=True)
class Eyes:
    """What one instrument that is sampled can see: its capability, and its channels where they are known beforehand.

    `edges`: a DAQ has a counter for the motor's edges.
    """

    capability: str
    channels: tuple[Channel, ...] | None
    edges: bool = True

    @classmethod
    def of(cls, driver: object, settings: object, capability: str) -> Self:
        """Return what a driver's class and settings say; a driver may know its channels only when it is open."""
        edges = bool(getattr(settings, "counts_edges", True))
        said = getattr(settings, "channels", None) or getattr(driver, "channels", None)
        if not isinstance(said, tuple):
            return cls(capability, None, edges)
        return cls(capability, tuple(Channel(one.name, one.unit) for one in said), edges)

    def has(self, capability: str, name: str) -> bool:
        """Tell whether this is such an instrument with a channel of that name; true where nobody knows."""
        if self.capability != capability:
            return False
        return self.channels is None or any(one.name == name for one in self.channels)

    def shows(self, units: dict[str, float]) -> bool:
        """Tell whether a channel has one of these units; true where nobody knows."""
        return self.channels is None or any(one.unit in units for one in self.channels)


def unseen(section: InterlocksSection, eyes: Sequence[Eyes], *, edges: bool) -> Iterator[tuple[str, str]]:
    """Yield the key of each interlock that nothing on the bench could trip, and why: it would protect nobody.

    `edges`: what an edge of the pump's motor stands for is declared.
    """
    counts = any(one.has("pump", COUNT) for one in eyes)
    weighs = any(one.has("balance", MASS) for one in eyes)
    flows = any(one.has("flow", FLOW) for one in eyes)
    if section.most_volume_ul is not None and not (counts or weighs):
        yield "most_volume_ul", "needs a pump that counts what it delivers or a balance, with a sample_every_s"
    if section.most_rate_ul_h is not None and not (counts or weighs or flows):
        yield "most_rate_ul_h", "needs a pump that counts what it delivers, a balance or a flow sensor, sampled"
    turns = edges and any(one.capability == "daq" and one.edges for one in eyes)
    if section.most_distance_percent is not None and sum((counts, weighs, flows, turns)) < 2:
        ways = (
            "a pump that counts what it delivers, a balance, a flow sensor, a DAQ that counts edges declared in [dut]"
        )
        yield "most_distance_percent", f"needs two of these with a sample_every_s: {ways}"
    for key, units in WATCHED_UNITS.items():
        if getattr(section, key) is not None and not any(one.shows(units) for one in eyes):
            yield key, f"no instrument with a sample_every_s has a channel in {' or '.join(units)}"
