"""Compares JSON with the classes of Grafana's foundation SDK, which take whatever they are given."""

import enum
import sys
import types
import typing


def lost(written, kept, path=""):
    """Yield the places of what did not come back from the model as it went in."""
    if isinstance(written, dict) and isinstance(kept, dict):
        for key, value in written.items():
            if key in kept:
                yield from lost(value, kept[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(written, list) and isinstance(kept, list) and len(written) == len(kept):
        for number, pair in enumerate(zip(written, kept, strict=True)):
            yield from lost(*pair, f"{path}[{number}]")
    elif written != kept:
        yield path


def mistyped(thing, path):
    """Yield path and value of the attributes of a model's object, and of all below it, that have another type there."""
    names = vars(sys.modules[type(thing).__module__])
    # Local names of its own keep typing from taking a class of the same name from another module, looked up before.
    for name, hint in typing.get_type_hints(type(thing).__init__, names, {}).items():
        if name != "return":
            yield from _wrong(getattr(thing, name), hint, f"{path}.{name}")


def _wrong(value, hint, path):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        found = [list(_wrong(value, one, path)) for one in arguments]
        # When none of them fits, the one that fits best says most.
        yield from min(found, key=lambda places: (len(places), -max((len(path) for path, _ in places), default=0)))
    elif origin in (list, dict) and isinstance(value, origin):
        for key, one in value.items() if origin is dict else enumerate(value):
            yield from _wrong(one, arguments[-1], f"{path}[{key}]")
    elif hasattr(hint, "from_json") and isinstance(value, dict):
        yield from mistyped(hint.from_json(value), path)  # some objects the model leaves as they came
    elif hasattr(value, "from_json") and isinstance(value, hint):
        yield from mistyped(value, path)
    elif not _is_one(value, origin or hint, arguments):
        yield path, value


def _is_one(value, kind, literals):
    if kind in (typing.Any, object):
        return True
    if kind is typing.Literal:
        return value in literals
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return value in [one.value for one in kind]
    return isinstance(value, int | float if kind is float else kind)
