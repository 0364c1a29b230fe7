"""Whose the rig's packages are: their names are plain words, and another distribution may bring the same.

pip lets a later one write over an earlier one without a word, and Python takes whichever comes first on its path. What
would then run is a mixture that nobody has tested, so it is refused and named. This imports nothing of what it judges.
"""

from collections.abc import Iterator
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "pump-rig"
PACKAGES = ("rig", "commands", "instruments", "fixtures", "reports", "qualification")
HERE = Path(__file__).resolve().parents[1]
ADVICE = (
    "install the rig into a virtual environment of its own, and rename or leave what has the same name "
    "(python -m pytest -p no:pump_rig runs other tests beside it)"
)


class NamesTakenError(Exception):
    """One line for each package of the rig that is not, or not only, the rig's, and what to do about it."""

    def __init__(self, taken: tuple[str, ...]) -> None:
        self.taken = taken
        super().__init__("\n  ".join(["packages of the rig are somebody else's:", *taken, f"advice: {ADVICE}"]))


def demand_our_own() -> None:
    """Make sure that each package of the rig is the rig's alone; raise NamesTakenError when one is not."""
    if taken := tuple(_taken()):
        raise NamesTakenError(taken)


def _taken() -> Iterator[str]:
    ours = {name: HERE / name for name in PACKAGES}
    for name, place in ours.items():
        found = _found(name)
        if found != place:
            yield f"{name} is found in {found}, {_who(found)}; the rig's is {place}"
        elif sharers := _owners().get(place):
            yield f"{name} in {place} is mixed with that of {', '.join(sharers)}"


def _found(name: str) -> Path | None:
    """Return the folder, or the file, that `import name` would take; None when there is none."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin).resolve()
    return origin.parent if origin.name == "__init__.py" else origin


def _who(place: Path | None) -> str:
    owners = _owners().get(place, []) if place is not None else []
    return f"which {' and '.join(owners)} brought" if owners else "which no installed package brought"


@cache
def _owners() -> dict[Path, list[str]]:
    """Return the other distributions that brought a package, or a module, of one of the names, by where it is."""
    owners: dict[Path, list[str]] = {}
    for one in metadata.distributions():
        # As raw text: taking apart every list of files of an environment would take longer than the command does.
        brought = "\n" + (one.read_text("RECORD") or "")
        for name in PACKAGES:
            for file in (f"{name}/__init__.py", f"{name}.py"):
                if f"\n{file}," in brought and one.name != DISTRIBUTION:
                    place = Path(str(one.locate_file(file.removesuffix("/__init__.py")))).resolve()
                    owners.setdefault(place, []).append(f"{one.name} {one.version}")
    return owners
