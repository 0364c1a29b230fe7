"""The parts of a bench's daily proof: what each needs of a bench, what it rests on, and what it is called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the proof: the roles that must stand on a bench for it, and what a sentence calls it.

    `rests_on` are the roles whose exchange makes it void, `tables` those of the bench file whose change does.
    """

    name: str
    needs: tuple[str, ...]
    rests_on: tuple[str, ...]
    noun: str
    tables: tuple[str, ...] = ()


_ALL = ("balance", "flow", "daq", "supply", "meter")
_B = ("balance",)
_W = ("[weighing]",)
PARTS: dict[str, Part] = {
    one.name: one
    for one in (
        Part("machine", (), (), "the room and the clock of the machine"),
        Part("instruments", (), _ALL, "the answering of the instruments"),
        Part("settings", _B, _B, "the setting of the balance"),
        Part("adjustment", _B, _B, "the adjustment of the balance"),
        Part("zero", _B, _B, "the zero of the balance", _W),
        Part("check weight", _B, _B, "the check weight", (*_W, "[check_weight]")),
        Part("stability", _B, _B, "the stability at rest", _W),
        Part("walk round", _B, _B, "the stability while somebody walks round", _W),
        Part("evaporation", _B, _B, "the evaporation blank", _W),
        Part("known flow", ("balance", "pump"), ("balance", "flow", "daq"), "the known flow", (*_W, "[proof]")),
        Part("inputs", ("daq",), ("daq", "supply"), "the reading of known inputs", ("[power]", "[proof]")),
    )
}
