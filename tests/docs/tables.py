"""Tables of keys in the documents: everything but the meaning of a key is told by the model that checks it.

A comment `<!-- table: module:Class -->` in a page stands before the table of that class. `python -m tests.docs.tables`
writes all of them anew and keeps the meanings, which are written by hand in the last column.
"""

import re
from pathlib import Path
from typing import Any

from rig.discovery import find_class
from tests.docs.pages import pages

HEAD = "| key | unit | default | allowed | what it is |\n|---|---|---|---|---|\n"
UNKNOWN = "?"
_TABLE = re.compile(r"^<!-- table: (\S+) -->\n(?:\n(?:\|.*\n)+)?", re.MULTILINE)
# What a key's last words say of its unit, the longest first.
_UNITS = {
    "_percent_per_percent": "% per %",
    "_percent_per_kpa": "%/kPa",
    "_percent_rt_h": "% per √h",
    "_temperature_k": "K",
    "_liquid_k": "K",
    "_percent_day": "%/day",
    "_kpa_h_ul": "kPa per µL/h",
    "_ul_kpa": "µL/kPa",
    "_v_per_ah": "V/Ah",
    "_mah": "mAh",
    "_ohm": "Ω",
    "_per_day": "per day",
    "_kg_m3": "kg/m³",
    "_hpa_h": "hPa/h",
    "_ppm_k": "ppm/K",
    "_per_k": "1/K",
    "_mg_h": "mg/h",
    "_mg_k": "mg/K",
    "_k_h": "K/h",
    "_ul_h": "µL/h",
    "_percent": "%",
    "_hz": "Hz",
    "_minutes": "min",
    "_hours": "h",
    "_bytes": "bytes",
    "_hpa": "hPa",
    "_kpa": "kPa",
    "_ppm": "ppm",
    "_min": "min",
    "_mg": "mg",
    "_ma": "mA",
    "_ml": "mL",
    "_mm": "mm",
    "_ul": "µL",
    "_v": "V",
    "_a": "A",
    "_c": "°C",
    "_h": "h",
    "_s": "s",
}

_FORMATS = {"date": "date", "date-time": "date and time with its zone"}


def models_named(page: Path) -> list[str]:
    """Return the classes whose tables stand in a page."""
    return _TABLE.findall(page.read_text(encoding="utf-8"))


def rewritten(text: str) -> str:
    """Return a page's text with every table as its model has it."""
    return _TABLE.sub(lambda found: f"<!-- table: {found[1]} -->\n\n{_table(found[1], _meanings(found[0]))}", text)


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of the rows of the tables in a text, without their headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")] for line in lines]
    heads = {number for number, row in enumerate(cells) if all(re.fullmatch("-+", cell) for cell in row)}
    return [row for number, row in enumerate(cells) if not {number, number + 1} & heads]


def _meanings(table: str) -> dict[str, str]:
    """Return the last column by key."""
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines() if "|" in line]
    return {row[0]: row[-1] for row in rows[2:]}


def _table(name: str, meanings: dict[str, str]) -> str:
    schema = find_class(name, "", "").model_json_schema()
    rows = [
        (
            f"`{key}`",
            _unit(key),
            _default(field),
            _allowed(field).replace("|", r"\|"),
            meanings.get(f"`{key}`", UNKNOWN),
        )
        for key, field in schema["properties"].items()
    ]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _unit(key: str) -> str:
    return next((unit for ending, unit in _UNITS.items() if key.endswith(ending)), "")


def _default(field: dict[str, Any]) -> str:
    if "default" not in field:
        return "must be given"
    value = field["default"]
    if value is None:
        return "left out"
    if isinstance(value, dict):
        return "its own"
    if isinstance(value, list):
        return f"{len(value)} of them"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:.15g}`" if isinstance(value, int | float) else f'`"{value}"`'


def _allowed(field: dict[str, Any]) -> str:
    """Return what a field's schema allows, in words; each of several kinds in turn."""
    kinds = [kind for kind in field.get("anyOf", (field,)) if kind.get("type") != "null"]
    return " or ".join(_kind(kind) for kind in kinds)


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return "table"
    if "const" in field:
        return f'`"{field["const"]}"`'
    if "enum" in field:
        return ", ".join(f'`"{choice}"`' for choice in field["enum"])
    if "pattern" in field:
        return f"text like `{field['pattern']}`"
    match field["type"]:
        case "array":
            return f"list of {_items(field['items'])}"
        case "boolean":
            return "`true`, `false`"
        case "object":
            return "table"
        case "string" if "format" in field:
            return _FORMATS[field["format"]]
        case "string":
            return "text, not empty" if field.get("minLength") else "text"
    kind = "whole number" if field["type"] == "integer" else ""
    ends = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    bounds = [f"{sign} {_bound(field[end])}" for end, sign in ends if end in field]
    return ", ".join(filter(None, [kind, *bounds])) or "any number"


def _items(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return "tables"
    return {"string": "texts", "array": "pairs of numbers"}.get(field.get("type", ""), "numbers")


def _bound(value: float) -> str:
    return "2⁶³" if value == 2**63 else f"{value:.15g}"


if __name__ == "__main__":
    for page in pages():
        page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")
