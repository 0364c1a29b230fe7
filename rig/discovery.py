"""Finds drivers, twins and firmware by the name in the bench file, never by an import written in the rig.

A plain name is a folder of `instruments/`: `mettler_mt_sics` means the class `Driver` in
`instruments/mettler_mt_sics/driver.py` and `Twin` in `…/twin.py`. A name with a colon is any class on the import
path: `my_lab.pumps:OtherDriver`.
"""

import importlib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rig.errors import DiscoveryError

INSTRUMENTS_PACKAGE = "instruments"
# What a driver's class says before it is opened (docs/adding-an-instrument.md).
_OF_A_DRIVER = ("capability", "measuring", "Settings")


def known_instruments() -> tuple[str, ...]:
    """Return the names of the folders in `instruments/` that hold an instrument."""
    package = importlib.import_module(INSTRUMENTS_PACKAGE)
    folders = (Path(place) for place in package.__path__)
    return tuple(sorted(driver.parent.name for folder in folders for driver in folder.glob("*/driver.py")))


def find_class(name: str, module: str, class_name: str) -> Any:
    """Return the class that `name` means; `module` and `class_name` are where a plain name is looked up.

    Raises DiscoveryError with what exists when there is none.
    """
    if ":" in name:
        module_path, _, class_name = name.partition(":")
    else:
        if name not in (known := known_instruments()):
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise DiscoveryError(f"there is no instrument {name!r}; there are {', '.join(known)}{hint}")
        module_path = f"{INSTRUMENTS_PACKAGE}.{name}.{module}"
    try:
        module_found = importlib.import_module(module_path)
    except Exception as error:
        # Whatever a driver's or firmware's own module raises while it is read, its author is told which one it was.
        why = f"{type(error).__name__}: {error}"
        raise DiscoveryError(f"{name!r}: module {module_path} cannot be imported: {why}") from error
    found = getattr(module_found, class_name, None)
    if found is None:
        classes = [word for word, held in vars(module_found).items() if isinstance(held, type)]
        near = get_close_matches(class_name, classes, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DiscoveryError(f"{name!r}: module {module_path} has no class {class_name}{hint}")
    if not isinstance(found, type):
        raise DiscoveryError(f"{name!r}: {module_path}:{class_name} is not a class")
    return found


def find_driver(name: str) -> Any:
    """Return the driver class that `name` means; raises DiscoveryError for a class that is no driver."""
    found = find_class(name, "driver", "Driver")
    lacking = [word for word in _OF_A_DRIVER if not hasattr(found, word)]
    if lacking:
        raise DiscoveryError(f"{name!r} is no driver: the class lacks {', '.join(lacking)}")
    return found


def find_twin(name: str) -> Any:
    """Return the twin class that belongs to the driver `name`: for `a.b.driver:Driver` it is `a.b.twin:Twin`."""
    if ":" in name:
        name = f"{name.partition(':')[0].rpartition('.')[0]}.twin:Twin"
    return find_class(name, "twin", "Twin")
