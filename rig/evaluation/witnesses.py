"""The witnesses that there are, found by walking `rig/evaluation/evidence/`, and what they say of a case together."""

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from rig.errors import MetrologyError
from rig.evaluation import evidence
from rig.evaluation.case import Case, case_around
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all witnesses said of one plan, by their names."""

    testimonies: dict[str, Testimony]

    @property
    def against(self) -> tuple[str, ...]:
        """Return every contradiction, a sentence each, with its witness before it."""
        return tuple(f"{name}: {one}" for name, said in self.testimonies.items() for one in said.against)

    @property
    def undermines(self) -> bool:
        """Tell whether some contradiction puts the weighing itself in doubt."""
        return any(said.undermines and said.against for said in self.testimonies.values())

    @property
    def only_of_the_bench(self) -> bool:
        """Tell whether what contradicts is all the bench's fault, and nothing of it the pump's."""
        contradicting = [said for said in self.testimonies.values() if said.against]
        return bool(contradicting) and all(said.of_the_bench for said in contradicting)

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the names of the witnesses that could speak."""
        return tuple(name for name, said in self.testimonies.items() if not said.not_asked)


@cache
def witnesses() -> tuple[Witness, ...]:
    """Return every witness, in order of modules and of their places in them."""
    found: list[Witness] = []
    for module in sorted(pkgutil.iter_modules(evidence.__path__), key=lambda module: module.name):
        held = import_module(f"{evidence.__name__}.{module.name}")
        found += getattr(held, "WITNESSES", None) or (held.WITNESS,)
    return tuple(found)


def evidence_around(reader: RecordReader, recipe: Recipe) -> Evidence:
    """Return what every witness says of the plan that a recipe's window lies in; pure in the record.

    Readings that allow no comparison are no contradiction here: the results that need them say so themselves.
    """
    case = case_around(reader, recipe)
    # All claims of a plan share one case, and with the entry they are settled at, one evidence.
    return reader.once(
        ("evidence", case.from_ns, case.to_ns, case.expected_alarms),
        lambda: Evidence({one.name: _heard(one, case) for one in witnesses() if one.concerns(case)}),
    )


def _heard(witness: Witness, case: Case) -> Testimony:
    try:
        return witness.testify(case)
    except MetrologyError as error:
        return Testimony(not_asked=str(error))
