"""A time in which the pump delivers evenly: the unit in which it lives."""

from dataclasses import dataclass

# Later than anything: what a part answers that foresees no change.
NEVER_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Spell:
    """From `from_ns` to `to_ns` (laboratory UTC ns) the pump wants `rate_nl_h`.

    Of that the bolus is `bolus_nl_h`, the infusion `basal_nl_h`; a prime, `prime_nl_h`, is never beside them.
    """

    from_ns: int
    to_ns: int
    rate_nl_h: int
    bolus_nl_h: int
    basal_nl_h: int = 0
    prime_nl_h: int = 0


@dataclass(frozen=True, slots=True)
class Turns:
    """The motor's turns in a spell: when each fell due, and under what voltage and line pressure."""

    spell: Spell
    due_ns: tuple[int, ...]
    volts: float
    line_kpa: float
