"""Holds the bench's balance against a weight that somebody puts on it: a look at it, not its calibration.

The vessel may stay where it is: what counts is by how much the reading rises, and falls again.
"""

from rig.bench.bench import Bench
from rig.capabilities import Balance
from rig.clock import NS_PER_S, hours_between
from rig.errors import InstrumentError
from rig.record.bodies.challenges import CheckWeighed
from rig.record.bodies.proofs import ProofLookedFor, Standing
from rig.record.reader import RecordReader

_READINGS = 3
_EVERY_S = 0.3
# So long a balance may take to come to rest.
_REST_WITHIN_S = 60.0


def demand_check_weight(bench: Bench) -> None:
    """Hold the balance against the weight of [check_weight], once in a run; nothing where the file names none.

    Nor where the bench's proof of the day has found it.

    A mocked bench's twin has nobody to put a weight on, and is not held against it. Raises InstrumentError when the
    balance does not find the weight or does not come to rest, NoTerminalError and NotAnsweredError as `bench.ask` does.
    """
    wanted = bench.file.check_weight
    if wanted is None or bench.file.mocked:
        return
    with bench.record.reader() as reader:
        if reader.events(CheckWeighed) or _is_proven(reader, bench.clock.now_ns()):
            return
    balance = bench.instruments.balance()
    name = next(one.name for one in bench.instruments if one.role == "balance")
    mass = f"{wanted.mass_mg / 1000.0:g} g"
    before_mg = _at_rest_mg(bench, name, balance)
    bench.ask(f"put the check weight of {mass} on the pan of {name}, beside what stands there; close the doors")
    with_mg = _at_rest_mg(bench, name, balance)
    bench.ask(f"take the check weight off the pan of {name} again; close the doors")
    after_mg = _at_rest_mg(bench, name, balance)
    found_mg = with_mg - (before_mg + after_mg) / 2.0
    bench.record.event(CheckWeighed(name, wanted.mass_mg, found_mg, wanted.within_mg))
    if abs(found_mg - wanted.mass_mg) > wanted.within_mg:
        raise InstrumentError(
            name,
            f"the check weight of {mass} showed {found_mg:.2f} mg, {found_mg - wanted.mass_mg:+.2f} mg from it; "
            f"{wanted.within_mg:g} mg are allowed",
            advice="look whether the right weight was put on and nothing else touched; then level and adjust the "
            "balance, and have it calibrated if that does not help",
        )


def _is_proven(reader: RecordReader, now_ns: int) -> bool:
    """Tell whether a proof that still holds has found the weight."""
    looked = [entry.body for entry in reader.events(ProofLookedFor)]
    return any(
        part.part == "check weight"
        and part.standing is Standing.PROVEN
        and 0.0 <= hours_between(part.at_ns, now_ns) <= one.valid_h
        for one in looked[-1:]
        for part in one.found
    )


def _at_rest_mg(bench: Bench, name: str, balance: Balance) -> float:
    """Return the mean of readings in a row that the balance calls stable."""
    clock, masses_mg = bench.clock, list[float]()
    end_ns = clock.now_ns() + round(_REST_WITHIN_S * NS_PER_S)
    while len(masses_mg) < _READINGS:
        if clock.now_ns() > end_ns:
            raise InstrumentError(
                name,
                f"it did not come to rest within {_REST_WITHIN_S:g} s",
                advice="close its doors, and keep draughts, vibration and a dripping tip away while it is checked",
            )
        reading = balance.read_mass()
        masses_mg = [*masses_mg, reading.mass_mg] if reading.stable else []
        clock.wait_s(_EVERY_S)
        bench.guard.renew()
    return sum(masses_mg) / len(masses_mg)
