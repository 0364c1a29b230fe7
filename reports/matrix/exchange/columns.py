"""Which column or attribute of another tool's file is which field of a requirement, by what it is called."""

from collections.abc import Iterable, Mapping, Sequence

from reports.matrix.exchange.taken import FIELDS
from rig.errors import PlanError, did_you_mean

# By their names without signs and case, the likeliest first.
_CALLED: Mapping[str, tuple[str, ...]] = {
    "id": (
        "reqifforeignid",
        "requirementid",
        "reqid",
        "id",
        "objectidentifier",
        "identifier",
        "objectid",
        "globalid",
        "key",
        "requirement",
    ),
    "text": (
        "reqiftext",
        "requirementtext",
        "text",
        "objecttext",
        "primarytext",
        "statement",
        "description",
        "reqifdescription",
        "requirement",
    ),
    "source": ("source", "origin", "reference"),
    "hazard": ("hazard", "harm"),
    "method": ("method", "verificationmethod"),
    "no_plan": ("noplan", "reasonfornoplan"),
}


def given_columns(words: Iterable[str]) -> dict[str, str]:
    """Return columns named on the command line as FIELD=NAME, by field; raise PlanError for what is none."""
    found: dict[str, str] = {}
    for word in words:
        field, equals, name = word.partition("=")
        if field not in FIELDS or not equals or not name:
            hint = did_you_mean(field, FIELDS)
            raise PlanError(f"--column {word!r}: say FIELD=NAME, with a field of {', '.join(FIELDS)}{hint}")
        found[field] = name
    return found


def placed(names: Sequence[str], given: Mapping[str, str]) -> dict[str, int]:
    """Return where each field stands among the names of columns, those that are found.

    `given` are names of the user's own, by field. Raises PlanError for one that is not there, and where two columns
    may be meant.
    """
    found = {
        field: _only(names, field, [at for at, one in enumerate(names) if one == name], name, meant=True)
        for field, name in given.items()
    }
    plain = [_plain(name) for name in names]
    for field, calls in _CALLED.items():
        for call in calls:
            places = [at for at, one in enumerate(plain) if one == call and at not in found.values()]
            if field not in found and places:
                found[field] = _only(names, field, places, call)
    return found


def _only(names: Sequence[str], field: str, places: Sequence[int], wanted: str, *, meant: bool = False) -> int:
    if not places and meant:
        raise PlanError(
            f"there is no column {wanted!r} for {field}; there are {listed(names)}{did_you_mean(wanted, names)}"
        )
    if len(places) > 1:
        several = f"{len(places)} columns may be {field}: {listed([names[at] for at in places])}"
        raise PlanError(f"{several}; say --column {field}=NAME, or rename one")
    return places[0]


def listed(names: Iterable[str]) -> str:
    """Return names as a person reads them."""
    return ", ".join(repr(name) for name in names) or "none"


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
