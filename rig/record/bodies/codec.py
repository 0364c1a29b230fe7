"""Frozen classes to the JSON of a body and back: exact, typed, and readable when a key is older or newer than we are.

What JSON has no word for is written as text: an infinite float as "inf" or "-inf". A key that a class does not know is
passed over (a newer rig wrote it); a key that is missing takes the class's default, and is an error where it has none.
"""

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from rig.errors import RecordCorruptError

T = TypeVar("T")
Json = Any  # what json.loads returns: the one place where the record's words are not typed yet
Decoder = Callable[[Json, str], Any]
_PLAIN = frozenset({str, int, bool, types.NoneType})
_INFINITIES = {"inf": math.inf, "-inf": -math.inf}


def to_body(value: object) -> dict[str, Json]:
    """Return the JSON object that holds a frozen class's fields under their names."""
    kind: object = type(value)
    return {name: _encoded(getattr(value, name)) for name in _field_names(kind)}


def from_body(kind: type[T], body: Mapping[str, Json], what: str = "", seq: int | None = None) -> T:
    """Return the instance of `kind` that a body holds.

    Raises RecordCorruptError, with `seq`, that names `what` and the key when one is missing or of another type.
    """
    try:
        made: T = _decoder_of(kind)(body, "")
    except _WrongError as wrong:
        where = f"entry {seq}: " if seq is not None else ""
        said = f"{where}{what or kind.__name__} lacks what a reader needs: {wrong}"
        raise RecordCorruptError(said, seq) from wrong
    return made


class _WrongError(Exception):
    """A key that is missing or of another type; the message names it."""


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no class of the record's words")
    return tuple(field.name for field in fields(kind))


def _encoded(value: object) -> Json:
    # By exact type, and what is most frequent first: a result has a hundred values.
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, float):
        return ("inf" if value > 0 else "-inf") if math.isinf(value) else value
    if isinstance(value, tuple | list):
        return [_encoded(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _encoded(one) for key, one in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    return value if isinstance(value, str | int) else to_body(value)


def _decoder_of(kind: object) -> Decoder:
    return _decoder(kind)


@cache
def _decoder(hint: Any) -> Decoder:
    """Return what reads one type: a frozen class, a tuple, a mapping, an optional, or a plain value."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any or hint is object:
        return lambda value, _: value
    if is_dataclass(hint):
        return _class_decoder(hint)
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin is dict:
        return _dict_decoder(_decoder(arguments[1]))
    if origin in (Union, types.UnionType):
        return _optional_decoder([_decoder(one) for one in arguments if one is not types.NoneType])
    if hint is float:
        return _float
    return _plain_decoder(hint)


def _class_decoder(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    parts = [(field, _decoder(hints[field.name])) for field in fields(kind)]

    def decode(value: Json, place: str) -> Any:
        if not isinstance(value, Mapping):
            raise _WrongError(f"{place or 'the body'} is {value!r}, not an object")
        return kind(**{field.name: _part(field, part, value, place) for field, part in parts if _given(field, value)})

    return decode


def _given(field: "Field[Any]", value: Mapping[str, Json]) -> bool:
    optional = field.default is not MISSING or field.default_factory is not MISSING
    return field.name in value or not optional


def _part(field: "Field[Any]", part: Decoder, value: Mapping[str, Json], place: str) -> Any:
    where = f"{place}.{field.name}" if place else field.name
    if field.name not in value:
        raise _WrongError(f"{where} is missing")
    return part(value[field.name], where)


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decoder:
    if arguments[1:] == (...,):
        each = _decoder(arguments[0])
        return lambda value, place: tuple(each(one, f"{place}[{i}]") for i, one in enumerate(_list(value, place)))
    parts = [_decoder(one) for one in arguments]

    def decode(value: Json, place: str) -> Any:
        if len(_list(value, place)) != len(parts):
            raise _WrongError(f"{place} has {len(value)} parts, not {len(parts)}")
        return tuple(part(one, f"{place}[{i}]") for i, (part, one) in enumerate(zip(parts, value, strict=True)))

    return decode


def _list(value: Json, place: str) -> list[Json]:
    if not isinstance(value, list | tuple):
        raise _WrongError(f"{place} is {value!r}, not a list")
    return list(value)


def _dict_decoder(each: Decoder) -> Decoder:
    def decode(value: Json, place: str) -> Any:
        if not isinstance(value, Mapping):
            raise _WrongError(f"{place} is {value!r}, not an object")
        return {str(key): each(one, f"{place}.{key}") for key, one in value.items()}

    return decode


def _optional_decoder(choices: list[Decoder]) -> Decoder:
    def decode(value: Json, place: str) -> Any:
        if value is None:
            return None
        for choice in choices[:-1]:
            try:
                return choice(value, place)
            except _WrongError:
                continue
        return choices[-1](value, place)

    return decode


def _float(value: Json, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        if isinstance(value, str) and value in _INFINITIES:
            return _INFINITIES[value]
        raise _WrongError(f"{place} is {value!r}, not a number")
    try:
        return float(value)
    except OverflowError as error:
        raise _WrongError(f"{place} is a number of more than 300 digits") from error


def _plain_decoder(kind: Any) -> Decoder:
    def decode(value: Json, place: str) -> Any:
        if issubclass(kind, StrEnum):
            try:
                return kind(value)
            except ValueError as error:
                raise _WrongError(f"{place} is {value!r}, none of {', '.join(kind)}") from error
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise _WrongError(f"{place} is {value!r}, not {kind.__name__}")
        return value

    return decode
