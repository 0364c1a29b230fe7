"""The kinds of claim that there are: found by walking `rig/evaluation/claims/`."""

import pkgutil
from functools import cache
from importlib import import_module

from rig.errors import PlanError, did_you_mean
from rig.evaluation import claims
from rig.evaluation.definition import ClaimKind


@cache
def kinds() -> dict[str, ClaimKind]:
    """Return every kind of claim by name, in order of modules and of their places in them."""
    found: dict[str, ClaimKind] = {}
    for module in sorted(pkgutil.iter_modules(claims.__path__), key=lambda module: module.name):
        for kind in getattr(import_module(f"{claims.__name__}.{module.name}"), "KINDS", ()):
            if kind.name in found:
                raise PlanError(f"two kinds of claim are called {kind.name!r}; the second is in {module.name}")
            found[kind.name] = kind
    return found


def kind_of(name: str) -> ClaimKind:
    """Return a kind of claim; raise PlanError with those there are."""
    found = kinds()
    if name not in found:
        hint = did_you_mean(name, found)
        raise PlanError(f"there is no evaluation {name!r}; there are {', '.join(found)}{hint}")
    return found[name]
