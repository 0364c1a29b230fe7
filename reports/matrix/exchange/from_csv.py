"""Requirements from a table: UTF-8, a heading, and a row for each; separators are found, mistakes name their rows."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from reports.matrix.as_csv import read_cell
from reports.matrix.exchange.columns import listed, placed
from reports.matrix.exchange.taken import FIELDS, Taken, Taking
from rig.errors import PlanError, PlanFileError

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_MOST_BYTES = 64 * 1024 * 1024
_MOST_LETTERS = 1_000_000
_MOST_MISTAKES = 50
_AS_UTF8 = "save it as 'CSV UTF-8' (in Excel: Save as, CSV UTF-8)"
Row = tuple[int, list[str]]


def requirements_from_csv(path: Path, given: Mapping[str, str], *, source: str = "", separator: str = "") -> Taken:
    """Return the requirements of a table.

    `given` are columns of the user's own naming by field, `source` stands where the table names none ("": the file's
    name), `separator` is one of `SEPARATORS` ("": the one that the heading shows). A row that repeats an id with the
    same words is the same requirement once more. Raises PlanFileError with every mistake and the row that it is in.
    """
    text = _decoded(path)
    text, told = _without_sep_line(text)
    try:
        rows = [*_rows(text, SEPARATORS.get(separator, "") or told or _separator_of(text))]
    except csv.Error as error:
        raise PlanFileError(str(path), [f"{error}: is every quote closed, and doubled inside a text?"]) from error
    if not rows:
        raise PlanFileError(str(path), ["it has no heading: the first row names the columns"])
    (_, heading), *body = rows
    places = _places(path, heading, given)
    return _taken(path, heading, body, places, source or path.name)


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise PlanFileError(
                str(path), [f"it has more than {_MOST_BYTES // 1024 // 1024} MB: it is no table of requirements"]
            )
        raw = path.read_bytes()
    except OSError as error:
        raise PlanFileError(str(path), [f"the file cannot be read: {error}"]) from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:1024]:
        raise PlanFileError(str(path), [f"it is UTF-16, or no text: {_AS_UTF8}"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        wrong = f"line {row}: byte 0x{raw[error.start]:02x} is no UTF-8; it may be Latin-1 or Windows-1252: {_AS_UTF8}"
        raise PlanFileError(str(path), [wrong]) from error


def _without_sep_line(text: str) -> tuple[str, str]:
    """Return a text without the line by which Excel tells its separator, and that; "" where there is none."""
    first, _, rest = text.partition("\n")
    told = first.strip("\r")
    return (rest, told[4]) if told[:4].lower() == "sep=" and len(told) == 5 else (text, "")


def _separator_of(text: str) -> str:
    """Return the separator that divides the heading into most columns."""
    outside = "".join(text.lstrip("\r\n").partition("\n")[0].split('"')[::2])
    return max(SEPARATORS.values(), key=outside.count)


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Yield the rows that are not empty, with the line that each begins on; raises csv.Error."""
    before = csv.field_size_limit(_MOST_LETTERS)
    try:
        table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        line = 1
        try:
            for row in table:
                if any(cell.strip() for cell in row):
                    yield line, row
                line = table.line_num + 1
        except csv.Error as error:
            raise csv.Error(f"line {line}: {error}") from error
    finally:
        csv.field_size_limit(before)


def _places(path: Path, heading: list[str], given: Mapping[str, str]) -> dict[str, int]:
    names = [name.strip() for name in heading]
    try:
        places = placed(names, given)
    except PlanError as error:
        raise PlanFileError(str(path), [str(error)]) from error
    missing = [field for field in ("id", "text") if field not in places]
    if missing:
        words = f"no column is the {' nor the '.join(missing)}; there are {listed(names)}: name them with --column "
        raise PlanFileError(str(path), [words + " ".join(f"{field}=NAME" for field in missing)])
    return places


def _taken(path: Path, heading: list[str], body: list[Row], places: Mapping[str, int], source: str) -> Taken:
    taking = Taking()
    empty = 0
    for line, row in body:
        if len(row) > len(heading) and any(cell.strip() for cell in row[len(heading) :]):
            taking.mistakes.append(
                f"line {line}: {len(row)} cells for {len(heading)} columns: is a text with the separator not quoted?"
            )
            continue
        said = {field: read_cell(row[at]) if at < len(row) else "" for field, at in places.items()}
        if any(text.strip() for text in said.values()):
            taking.take(f"line {line}", said, source)
        else:
            empty += 1
    if taking.mistakes:
        raise PlanFileError(str(path), first_of(taking.mistakes))
    if not taking.requirements:
        raise PlanFileError(str(path), ["no row below the heading is a requirement"])
    passed_over = (f"{empty} rows say nothing of a requirement",) if empty else ()
    return Taken(taking.requirements, frozenset(places) & frozenset(FIELDS), passed_over)


def first_of(mistakes: list[str]) -> list[str]:
    """Return the first mistakes, and how many more there are."""
    more = len(mistakes) - _MOST_MISTAKES
    return [*mistakes[:_MOST_MISTAKES], *([f"and {more} more"] if more > 0 else [])]
