"""The parts of a bench's daily proof: what each needs of a bench, which are asked, and how long they hold."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from rig.bench_file.tables import TomlTable
from rig.errors import did_you_mean
from rig.record.bodies.proof_parts import PARTS

PartName = Literal[
    "machine",
    "instruments",
    "settings",
    "adjustment",
    "zero",
    "check weight",
    "stability",
    "walk round",
    "evaporation",
    "known flow",
    "inputs",
]
SUPPLY = "supply"
# On the virtual clock hours cost nothing, and show more; on the wall clock a morning has ten minutes.
_BLANK_MINUTES = {"wall": 3.5, "virtual": 120.0}
_FLOW_MINUTES = {"wall": 1.25, "virtual": 20.0}
_SLOW_FLOW_MINUTES = {"wall": 1.75, "virtual": 20.0}
# Of a flow that comes in fewer strokes no two whole ones are sure to be weighed beside the pump's own count.
_FEWEST_STROKES = 2.25
_MINUTES_PER_H = 60.0


class KnownInput(TomlTable):
    """A channel of the DAQ and what stands at its input: the volts that the supply is set to, or a number."""

    channel: str = Field(min_length=1)
    known: float | Literal["supply"] = Field(description='a number in the channel\'s unit, or "supply"')
    within: float = Field(gt=0)


class ProofSection(TomlTable):
    """What is asked of a bench before its verdicts hold, and how it is proved.

    `required` None asks for every part whose instruments stand on a physical bench; () asks for nothing.
    `reference` is the role or name of the pump that gives the known flows, "operator" when somebody starts it.
    """

    valid_h: float = Field(default=24.0, gt=0, le=8760)
    required: tuple[PartName, ...] | None = None
    every_s: float = Field(default=1.0, gt=0, le=60)
    rest_minutes: float = Field(default=1.0, gt=0, le=600)
    blank_minutes: float | None = Field(default=None, gt=0, le=2880)
    flow_minutes: float | None = Field(default=None, gt=0, le=2880)
    reference: str = Field(default="pump", min_length=1)
    reference_ul_h: float = Field(default=1000.0, gt=0, le=1e6)
    slow_reference_ul_h: float = Field(default=40.0, gt=0, le=100)
    slow_flow_minutes: float | None = Field(default=None, gt=0, le=2880)
    reference_percent: float = Field(default=0.2, ge=0, le=10)
    inputs: tuple[KnownInput, ...] | None = Field(default=None, max_length=32)
    air_and_liquid_k: float = Field(default=1.5, gt=0, le=50)

    def blank_of(self, clock: str) -> float:
        """Return how long a blank lasts on a bench whose clock is "wall" or "virtual", in minutes."""
        return self.blank_minutes if self.blank_minutes is not None else _BLANK_MINUTES[clock]

    def flow_of(self, clock: str) -> float:
        """Return for how long a known flow is looked at on a bench with such a clock, in minutes."""
        return self.flow_minutes if self.flow_minutes is not None else _FLOW_MINUTES[clock]

    def slow_flow_of(self, clock: str, stroke_ul: float) -> float:
        """Return for how long a slow known flow is looked at on such a bench, in minutes: for some strokes at least."""
        if self.slow_flow_minutes is not None:
            return self.slow_flow_minutes
        strokes_h = _FEWEST_STROKES * stroke_ul / self.slow_reference_ul_h
        return max(_SLOW_FLOW_MINUTES[clock], strokes_h * _MINUTES_PER_H)

    def asked_of(self, roles: Sequence[str], *, simulated: bool) -> tuple[str, ...]:
        """Return the parts without which no verdict of a bench with these roles holds."""
        if self.required is not None:
            return self.required
        return () if simulated else tuple(name for name, one in PARTS.items() if set(one.needs) <= set(roles))

    def inputs_of(
        self, channels: Sequence[str], roles: Sequence[str], voltage_v: float | None
    ) -> tuple[KnownInput, ...]:
        """Return the known inputs: those that are stated, else the supply's volts at the pump's terminals."""
        if self.inputs is not None:
            return self.inputs
        if voltage_v is None or SUPPLY not in roles or "pump_voltage" not in channels:
            return ()
        return (KnownInput(channel="pump_voltage", known=SUPPLY, within=0.005 * voltage_v),)


def wrong_proof(
    proof: ProofSection, channels: Mapping[str, Sequence[str]], roles: Sequence[str], *, powered: bool
) -> list[tuple[tuple[str | int, ...], str]]:
    """Return place and words for each thing that the bench cannot do: `channels` are those of the DAQ, by "daq"."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    known = channels.get("daq", ())
    for number, one in enumerate(proof.inputs or ()):
        if one.channel not in known:
            hint = did_you_mean(one.channel, known)
            words = (
                f"found {one.channel!r}{hint}; the DAQ's channels are {', '.join(known) or 'none: no DAQ stands here'}"
            )
            found.append((("inputs", number, "channel"), words))
        if one.known == SUPPLY and not (powered and SUPPLY in roles):
            found.append((("inputs", number, "known"), "found 'supply'; no supply with [power] stands on this bench"))
    for part in proof.required or ():
        lacking = [role for role in PARTS[part].needs if role not in roles]
        if lacking:
            found.append((("required",), f"found {part!r}; it needs a {lacking[0]}, and none stands on this bench"))
    return found
