"""The matrix as one HTML file: gaps first, then requirements, then pumps; plain tables where no script runs."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from reports.index.rows import FACES, File, bounded
from reports.matrix.gaps import Gap, GapKind, gaps
from reports.matrix.model import Matrix
from reports.matrix.sums import in_words, sums_of
from reports.page.embedding import policy
from reports.page.templating import environment_of, tone_of
from reports.words.numbers import sign_of
from rig.clock import iso_utc

# A text of a requirement is read as a whole; what is longer than anybody writes is cut.
_MOST_LETTERS = 2000


def render(
    found: Matrix,
    problems: Sequence[str],
    names: Iterable[str],
    *,
    to_runs: str,
    written_ns: int,
) -> str:
    """Return the page of a matrix: the same text for the same matrix.

    `problems` are what could not be read, `names` the files of the folder of the records, and `to_runs` the address of
    that folder from the page, which ends in "/" or is "".
    """
    missing = gaps(found)
    sums = sums_of(found, missing)
    scripts = [_asset("reports.matrix", "matrix.js")]
    styles = [_asset("reports.page", "report.css"), _asset("reports.index", "index.css")]
    styles.append(_asset("reports.matrix", "matrix.css"))
    return (
        _environment()
        .get_template("matrix.html")
        .render(
            found=found,
            gaps=missing,
            gaps_of=_kinds_by_requirement(missing),
            sums=sums,
            summed=in_words(sums),
            problems=problems,
            kinds=[kind.value for kind in GapKind if kind in sums.gaps],
            reports=_reports(names, to_runs),
            written=f"{iso_utc(written_ns)[:19].replace('T', ' ')} UTC",
            written_by=f"pump-rig {metadata.version('pump-rig')}",
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            styles=[Markup(style) for style in styles],  # noqa: S704 - our own files
            policy=policy(scripts),
        )
    )


def address_of(folder: Path, page: Path) -> str:
    """Return the address of a folder as a page at `page` links to it: relative where there is a way to it."""
    try:
        way = os.path.relpath(folder.resolve(), page.resolve().parent)
    except ValueError:  # on another drive
        return f"{folder.resolve().as_uri()}/"
    return "" if way == os.curdir else f"{quote(Path(way).as_posix())}/"


def _kinds_by_requirement(missing: Iterable[Gap]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for gap in missing:
        kinds = found.setdefault(gap.requirement, [])
        if gap.kind.value not in kinds:
            kinds.append(gap.kind.value)
    return found


def _reports(names: Iterable[str], to_runs: str) -> Mapping[str, File]:
    """Return the report of each run that has one, the page where there are several, by the run's name."""
    there = set(names)
    found: dict[str, File] = {}
    for face, suffix in reversed(FACES):
        for name in there:
            if name.endswith(suffix):
                found[name.removesuffix(suffix)] = File(face, f"{to_runs}{quote(os.fsencode(name))}")
    return found


@cache
def _environment() -> Environment:
    environment = environment_of("reports.matrix")
    environment.filters |= {
        "sign": sign_of,
        "tone": tone_of,
        "bounded": bounded,
        "whole": _whole,
        "day": _day,
        "case": _case,
    }
    return environment


def _whole(text: str) -> str:
    """Return a text that is read as a whole, cut where it is longer than anybody writes."""
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}… ({len(text)} characters)"


def _day(t_ns: int) -> str:
    return iso_utc(t_ns)[:10]


def _case(name: str) -> str:
    """Return what a case is called within its file."""
    return bounded(name.partition("::")[2] or name)


@cache
def _asset(package: str, name: str) -> str:
    return (files(package) / "assets" / name).read_text(encoding="utf-8").strip()
