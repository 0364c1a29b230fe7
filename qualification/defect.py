"""A seeded defect: one small class or function, with its name, a sentence in a doctor's words, its size and its duty.

A class is a part of the pump's firmware, a whole firmware, or the link's receiver, that has one thing wrong. A function
alters the tables of the bench file: the pump's parameters, the line, the air, or an instrument of the rig.

    @seeded(
        Defect("B2", "one stroke in 33 is lost", "The patient gets 3 % less than the pump says.", "ACC-001",
               effect_percent=-3.0, says=("books",)),
    )
    class OneStrokeIn33IsLost(Mechanism): ...
"""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TypeVar

from instruments.intrathecal_pump.simulated.assembly import Parts
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.firmware import FIRMWARE_METHODS
from instruments.intrathecal_pump.simulated.link_receiver import LinkReceiver
from qualification.bench_tables import BenchTables
from rig.errors import QualificationError

S = TypeVar("S", bound=Callable[..., object])
_SEEDED = "SEEDED_DEFECTS"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong, as the detection matrix knows it.

    `effect_percent` is what it does to the dose at the reference state (41.667 µL/h), None where it does nothing to the
    dose by itself; `effect` says in words what no percentage does. `says` are regular expressions: the diagnosis fits
    when what was found matches one of them, whatever the case of its letters. `plans` are plans, by the beginning of
    their names, that could see it besides those that claim what it `violates`. A `control` must not be called faulty.
    `of_the_bench`: it lies in the rig or around it, and no verdict against the pump may come of it.

    The last five are filled in by `seeded`: parts of the firmware by name, a whole firmware, the link's receiver, or a
    function over the bench file's tables, each as `module:name`.
    """

    key: str
    name: str
    doctor: str
    violates: str
    effect_percent: float | None = None
    effect: str = ""
    says: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    source: str = ""
    control: bool = False
    of_the_bench: bool = False
    size: float | None = None
    parts: dict[str, str] = field(default_factory=dict)
    firmware: str = ""
    receiver: str = ""
    alteration: str = ""

    def seed(self, tables: BenchTables) -> None:
        """Put the defect into a bench file's tables."""
        if self.firmware:
            tables.twin("pump")["firmware"] = self.firmware
        if self.receiver:
            tables.twin("pump")["receiver"] = self.receiver
        if self.parts:
            tables.table("instruments", "pump", "twin", "parts").update(self.parts)
        if self.alteration:
            module, _, name = self.alteration.partition(":")
            alter = getattr(importlib.import_module(module), name)
            alter(tables) if self.size is None else alter(tables, self.size)


def seeded(one: Defect, *, also: tuple[type, ...] = (), sizes: tuple[float, ...] = ()) -> Callable[[S], S]:
    """Make the class or function below it known as a defect of its module.

    `also` are other parts that go with a class. With `sizes` there is one defect for each size, which a class finds in
    its attribute `size` and a function in its second argument; `{size}` in the defect's texts is replaced by it, and
    the size is the effect on dose in percent where `effect_percent` is not given. Raises QualificationError for a
    class that is none of these.
    """

    def known(what: S) -> S:
        module = sys.modules[what.__module__]
        made = [_of_size(one, what, size, also, module) for size in sizes] or [_placed(one, what, also)]
        module.__dict__.setdefault(_SEEDED, []).extend(made)
        return what

    return known


def defects_of(module: str) -> tuple[Defect, ...]:
    """Return the defects of a module, in its order; raises QualificationError for a module that holds none."""
    try:
        held = importlib.import_module(module)
    except ImportError as error:
        raise QualificationError(
            f"the module of defects {module} cannot be imported: {error}; name it as Python does, lab_defects and no "
            "path, from the folder that it stands in or with PYTHONPATH set to that"
        ) from error
    except Exception as error:
        # Whatever a module of a person's own raises while it is read, its author is told which one it was.
        why = f"{type(error).__name__}: {error}"
        raise QualificationError(f"the module of defects {module} stops while it is read: {why}") from error
    defects: list[Defect] = getattr(held, _SEEDED, [])
    if not defects:
        raise QualificationError(f"{module} holds no defect: put @seeded(Defect(…)) on a class or a function of it")
    return tuple(defects)


def _placed(one: Defect, what: Callable[..., object], also: tuple[type, ...]) -> Defect:
    if not isinstance(what, type):
        return replace(one, alteration=f"{what.__module__}:{what.__name__}")
    named = f"{what.__module__}:{what.__name__}"
    if all(callable(getattr(what, method, None)) for method in FIRMWARE_METHODS):
        return replace(one, firmware=named)
    if issubclass(what, LinkReceiver):
        return replace(one, receiver=named)
    return replace(one, parts={_part_of(part): f"{part.__module__}:{part.__name__}" for part in (what, *also)})


def _part_of(what: type) -> str:
    """Return the name of the firmware's part that a class stands for, by the class that it is derived from."""
    for name, built_in in (*Parts.__annotations__.items(), ("desk", CommandDesk)):
        if issubclass(what, built_in):
            return str(name)
    raise QualificationError(f"{what.__module__}:{what.__name__} is derived from no part of the pump's firmware")


def _of_size(
    one: Defect, what: Callable[..., object], size: float, also: tuple[type, ...], module: ModuleType
) -> Defect:
    sized = replace(
        one,
        key=f"{one.key}@{size:+g}",
        name=one.name.format(size=f"{size:+g}"),
        doctor=one.doctor.format(size=f"{size:+g}"),
        effect_percent=size if one.effect_percent is None else one.effect_percent,
        size=size,
    )
    if not isinstance(what, type):
        return _placed(sized, what, also)
    name = f"{what.__name__}_{size:g}".replace(".", "_").replace("-", "m").replace("+", "p")
    own = type(name, (what,), {"size": size, "__module__": what.__module__})
    setattr(module, name, own)
    return replace(_placed(sized, own, also), size=size)
