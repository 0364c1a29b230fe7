"""The page of all runs as one HTML file: styles, scripts and data inside, a plain table where no script runs."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from reports.index.bundles import MOST_AFTER_A_SESSION, NO_CLAIMS, Claims, claims_of
from reports.index.rows import MOST_ROWS, Index, Row, Signed, index_of, names_in
from reports.page.embedding import embedded, policy
from reports.page.templating import environment_of, tone_of
from reports.words.numbers import sign_of
from rig.clock import iso_utc, machine_utc_ns
from rig.record.catalogue import AT_REST_NS
from rig.record.export import written_whole
from rig.record.overview import look_at
from rig.record.run_line import RunLine
from rig.record.schema import SUFFIX

NAME = "index.html"
# Rows that are written into the table itself: all that is seen where no script runs, and at once where one does.
_FIRST = 100
# A run that begins or ends while the page is written is on it all the same.
_MOST_TIMES = 3


def write_index(folder: Path, *, most: int | None = None, rest_ns: int = AT_REST_NS) -> int:
    """Write the page of a folder's runs into it; return how many records were not read, so that there is no page.

    `most` is how many records may be read for it that the catalogue does not know (None: all, and all bundles). Raises
    RecordNotFoundError without the folder, ExportError when the page cannot be written.
    """
    for _ in range(_MOST_TIMES):
        before = _records(names_in(folder)) if folder.is_dir() else ()
        looked = look_at(folder, most=most, rest_ns=rest_ns)
        if looked.unread:
            return looked.unread
        names = names_in(folder)
        bundles = None if most is None else MOST_AFTER_A_SESSION
        claims = claims_of(folder, names, looked.lines, most=bundles)
        text = render(looked.lines, names, claims, written_ns=machine_utc_ns())
        with written_whole(folder / NAME) as temporary:
            temporary.write_text(text, encoding="utf-8")
        if _records(names_in(folder)) == before:
            break
    return 0


def render(lines: Sequence[RunLine], names: Iterable[str], claims: Claims = NO_CLAIMS, *, written_ns: int) -> str:
    """Return the page of these runs in a folder that holds files of these names: the same text for the same runs."""
    index = index_of(lines, names, claims)
    scripts, styles = [_asset("reports.index", "index.js")], [_asset("reports.page", "report.css")]
    styles.append(_asset("reports.index", "index.css"))
    return (
        _environment()
        .get_template("index.html")
        .render(
            index=index,
            first=index.rows[:_FIRST],
            data=_data(index),
            most_rows=MOST_ROWS,
            written=f"{iso_utc(written_ns)[:19].replace('T', ' ')} UTC",
            written_by=f"pump-rig {metadata.version('pump-rig')}",
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            styles=[Markup(style) for style in styles],  # noqa: S704 - our own files
            policy=policy(scripts),
        )
    )


def _data(index: Index) -> Markup:
    """Return the rows for the page's script: what comes again and again is written once, in `words` and `sets`."""
    words: dict[str, int] = {}
    sets: dict[tuple[str, ...], int] = {}
    signatures: dict[Signed, int] = {}

    def at(word: str) -> int:
        return words.setdefault(word, len(words))

    def cells(row: Row) -> list[Any]:
        pump, bench, operator, outcome, ended, said = map(
            at, (row.pump, row.bench, row.operator, row.outcome, row.ended, row.said)
        )
        links = [[file.face, file.address] for file in row.files]
        claimed = sets.setdefault(row.requirements, len(sets))
        return [
            row.run,
            row.begun,
            int(row.mocked),
            pump,
            bench,
            operator,
            outcome,
            ended,
            row.lasted,
            claimed,
            said,
            links,
            signatures.setdefault(row.signed, len(signatures)),
        ]

    rows = [cells(row) for row in index.rows]
    signs = {row.outcome: sign_of(row.outcome) for row in index.rows}
    signed = [[one.roles, one.said, [[file.face, file.address] for file in one.bundles]] for one in signatures]
    return embedded(
        {"rows": rows, "words": list(words), "sets": [list(one) for one in sets], "signs": signs, "signed": signed}
    )


def _records(names: Iterable[str]) -> frozenset[str]:
    """Return the records among files, and the journals of those that are being written."""
    return frozenset(name for name in names if name.endswith((SUFFIX, f"{SUFFIX}-wal")))


@cache
def _environment() -> Environment:
    environment = environment_of("reports.index")
    environment.filters["sign"] = sign_of
    environment.filters["tone"] = _tone
    return environment


def _tone(outcome: str) -> str:
    """Return the class that a verdict is coloured by."""
    return "v-fail" if outcome == "ALTERED" else tone_of(outcome)


@cache
def _asset(package: str, name: str) -> str:
    return (files(package) / "assets" / name).read_text(encoding="utf-8").strip()
