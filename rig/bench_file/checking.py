"""The one checker of bench files, limits and requirements: every mistake at once.

Each mistake is a line: the place, what was found, what is allowed, what was probably meant, and the line of the file.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rig.bench_file.places import Place, dotted, line_of
from rig.bench_file.tables import M
from rig.bench_file.toml import read_toml
from rig.errors import TomlFileError, did_you_mean

R = TypeVar("R")
_LONGEST_SHOWN = 60
_QUOTED = re.compile(r"'([^']*)'")


class Checker:
    """One TOML file, read, and the mistakes found in it so far.

    `wrong` is the error that `whole` raises, and that a file raises which cannot be read or is not TOML.
    """

    def __init__(self, path: Path, wrong: type[TomlFileError]) -> None:
        self.path = path
        self._wrong = wrong
        self._mistakes: list[str] = []
        try:
            self.text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise wrong(str(path), [f"the file cannot be read: there is none{_beside(path)}"]) from error
        except (OSError, UnicodeDecodeError) as error:
            raise wrong(str(path), [f"the file cannot be read: {error}"]) from error
        try:
            self.raw = read_toml(self.text)
        except tomllib.TOMLDecodeError as error:
            raise wrong(str(path), [f"not TOML: {error}"]) from error

    def mistake(self, place: Place, words: str) -> None:
        """Note what is wrong at a place."""
        line = line_of(self.text, place)
        self._mistakes.append(f"{dotted(place)}: {words}" + (f" (line {line})" if line else ""))

    def table(self, kind: type[M], raw: object, place: Place = (), *, beside: Iterable[str] = ()) -> M | None:
        """Return a table as its model, or None after noting what is wrong with it.

        `beside` are keys that may stand in the same table and are checked by another model.
        """
        try:
            return kind.model_validate(raw)
        except ValidationError as error:
            details = list(_as_one(error.errors(include_url=False), kind))
            for detail in details:
                if detail["type"] == "too_short" and any(_lies_in(other, detail) for other in details):
                    continue  # its entries are missing only because they are wrong
                inside = tuple(part for part in detail["loc"] if part != "[key]")
                self.mistake((*place, *inside), _words(detail, kind, beside))
            return None

    def whole(self, found: R | None) -> R:
        """Return what the file says; raise the file's error when there is any mistake."""
        if found is None or self._mistakes:
            raise self._wrong(str(self.path), self._mistakes)
        return found


def _beside(path: Path) -> str:
    """Say which TOML files there are where one was looked for, and which was probably meant."""
    if not path.parent.is_dir():
        return f", nor a folder {path.parent}"
    names = sorted(one.name for one in path.parent.glob("*.toml"))
    return f"; {path.parent} has {', '.join(names) or 'no file that ends in .toml'}{did_you_mean(path.name, names)}"


def _lies_in(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    """Tell whether a finding is about something within what another finding is about."""
    depth = len(outer["loc"])
    return len(inner["loc"]) > depth and inner["loc"][:depth] == outer["loc"]


def _as_one(details: Iterable[ErrorDetails], kind: type[BaseModel]) -> Iterator[ErrorDetails]:
    """Yield pydantic's findings; what it says of each type that a value might have is one, by the key's description."""
    seen: set[tuple[int | str, ...]] = set()
    for detail in details:
        *inside, last = detail["loc"] or ("",)
        place = tuple(inside)
        if not place or not isinstance(last, str) or not _described(kind, place):
            yield detail
        elif place not in seen:
            seen.add(place)
            yield {**detail, "loc": place, "type": "string_pattern_mismatch"}


def _words(detail: ErrorDetails, kind: type[BaseModel], beside: Iterable[str]) -> str:
    """Say one of pydantic's findings without its place."""
    found = detail["input"]
    match detail["type"]:
        case "missing":
            return "missing"
        case "extra_forbidden":
            inside = detail["loc"][:-1]
            # A driver's keys share their table with those that every instrument has.
            allowed = sorted({*_keys_at(kind, inside), *(() if inside else beside)})
            hint = did_you_mean(str(detail["loc"][-1]), allowed)
            return f"this key is not known{hint}; allowed here: {', '.join(allowed)}"
        case "literal_error":
            choices = str(detail["ctx"]["expected"])
            return f"found {_shown(found)}{did_you_mean(str(found), _QUOTED.findall(choices))}; allowed: {choices}"
        case "string_pattern_mismatch":
            form = _described(kind, detail["loc"]) or f"text of the form {detail['ctx']['pattern']}"
            return f"found {_shown(found)}; allowed: {form}"
        case "tuple_type" | "list_type":
            return f"found {_shown(found)}; a list is wanted: [ … ], or [[…]] before each table of a list of tables"
        case "model_type" | "dict_type":
            return f"found {_shown(found)}; a table is wanted"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return f"found {_shown(found)}; a date is wanted, such as 2026-12-31"
        case "float_parsing" | "int_parsing":
            return f"found {_shown(found)}; a number is wanted, without its unit or quotes"
        case "string_too_short":
            return f"found {_shown(found)}; it must not be empty"
    message = detail["msg"].removeprefix("Value error, ")
    message = f"{message[0].lower()}{message[1:]}"
    # What is wrong with a table as a whole says itself what it found.
    says_itself = detail["type"] == "value_error" and isinstance(found, dict)
    return message if says_itself else f"found {_shown(found)}; {message}"


def _shown(found: object) -> str:
    text = repr(found)
    if "@" in text:
        return "an address with an '@'"  # it may hold a password: it is not repeated
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _described(kind: type[BaseModel], place: Sequence[str | int]) -> str:
    """Return what the model says of the key at `place` below it; "" where it says nothing."""
    model = _model_at(kind, place[:-1])
    field = model.model_fields.get(str(place[-1])) if model is not None else None
    return (field.description or "") if field is not None else ""


def _keys_at(kind: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Return the keys allowed in the table at `place` below a model."""
    found = _model_at(kind, place)
    return sorted(found.model_fields) if found is not None else []


def _model_at(kind: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model of the table at `place` below another; None where there is none."""
    parts = iter(place)
    for part in parts:
        field = kind.model_fields.get(str(part))
        models, is_collection = _models_in(field.annotation) if field is not None else ([], False)
        if not models:
            return None
        kind = models[0]
        if is_collection:
            next(parts, None)  # the name or number of one in it
    return kind


def _models_in(annotation: object) -> tuple[list[type[BaseModel]], bool]:
    """Return the models that a field's type holds, and whether it holds many, by name or number."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation], False
    inner = [_models_in(argument) for argument in get_args(annotation)]
    models = [model for found, _ in inner for model in found]
    is_collection = getattr(annotation, "__origin__", None) in (dict, list, tuple) or any(many for _, many in inner)
    return models, is_collection
