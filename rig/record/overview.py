"""The runs of a folder, a line each: from the catalogue where it is true of the records, else from the records."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rig.errors import RecordNotFoundError
from rig.record.catalogue import AT_REST_NS, FEWEST_RUNS, Catalogue, Look, looks, place_of_catalogue
from rig.record.folder import record_paths, run_id
from rig.record.result_line import ResultLine
from rig.record.run_line import RunLine, read_run, run_line
from rig.record.spot_check import Checked

__all__ = ["LookedAt", "RunLine", "look_at", "overview", "run_line"]

_KEPT = tuple(field.name for field in fields(RunLine) if field.name not in ("run_id", "path"))
_RESULT = tuple(field.name for field in fields(ResultLine))
_CLAIMED = _RESULT.index("requirements")
# What JSON has no word for, by its place in a line.
_MADE_ANEW = tuple(
    (_KEPT.index(name), kind) for name, kind in (("checked", Checked), ("failures", tuple), ("requirements", tuple))
)
# What the texts of the catalogue mean; of others they are not read.
WORDS = (*_KEPT, "|", *_RESULT)
# Parts of the catalogue: the runs' own lines, and behind this letter the results of a name.
_LINES, _OF_NAME = "", "="
# So many are kept at a time: a transaction that nobody waits long for, and little is lost when the look is cut short.
_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a look at a folder gave: a line for each run, the one begun last at the end.

    `results` are those of the names that were asked for, by run id in their order. `unread` counts the runs that were
    not read, because more had to be than were allowed: they have no line.
    """

    lines: tuple[RunLine, ...]
    results: Mapping[str, tuple[ResultLine, ...]]
    unread: int


def overview(directory: Path, *, rest_ns: int = AT_REST_NS) -> tuple[RunLine, ...]:
    """Return a line for each run of a folder, the one begun last at the end; raises as `look_at`."""
    return look_at(directory, rest_ns=rest_ns).lines


def look_at(
    directory: Path,
    *,
    results: Collection[str] = (),
    of: Callable[[RunLine], bool] = lambda _: True,
    rest_ns: int = AT_REST_NS,
    most: int | None = None,
) -> LookedAt:
    """Return the lines of a folder's runs, and their results of these names; raises RecordNotFoundError without one.

    `of` tells of which runs results are wanted: of the others there may be none. Of a large folder what was read of
    finished runs is kept in the user's cache, of those that nobody has touched for `rest_ns` (`rig.record.catalogue`).
    `most` is how many records may be read for it (None: all there are).
    """
    if not directory.is_dir():
        raise RecordNotFoundError(f"there is no folder {directory}: name the folder of the records with --runs DIR")
    paths = record_paths(directory)
    place = place_of_catalogue(directory) if len(paths) >= FEWEST_RUNS else None
    if place is None:
        found = _Found(results, of, None, {})
        found.read(paths, most)
    else:
        names = [path.name for path in paths]
        found = _Found(results, of, Catalogue(place, WORDS), looks(directory, names, rest_ns))
        found.read(found.recall(paths), most)
        found.forget_all_but(names)
    return found.looked_at()


class _Found:
    """What was found of a folder's runs until now."""

    def __init__(
        self,
        names: Collection[str],
        of: Callable[[RunLine], bool],
        catalogue: Catalogue | None,
        seen: Mapping[str, Look],
    ) -> None:
        self._names = frozenset(names)
        self._of = of
        self._catalogue = catalogue
        self._seen = seen
        self._lines: list[RunLine] = []
        self._results: dict[str, tuple[ResultLine, ...]] = {}
        self._unread = 0

    def recall(self, paths: Sequence[Path]) -> list[Path]:
        """Take what is in the catalogue; return the records that have to be read."""
        if self._catalogue is None:
            return list(paths)
        lines = self._catalogue.texts(_LINES, self._seen)
        results = {name: self._catalogue.texts(f"{_OF_NAME}{name}", self._seen) for name in self._names}
        left = []
        for path in paths:
            texts = [of_name[path.name] for of_name in results.values() if path.name in of_name]
            if not self._recalled(path, lines.get(path.name), texts):
                left.append(path)
        return left

    def _recalled(self, path: Path, line_text: str | None, results_texts: Sequence[str]) -> bool:
        if line_text is None:
            return False
        try:
            line = _line_of(path, line_text)
            # To make values of the texts takes longest.
            meant = self._of(line)
            results = [one for text in results_texts for one in _results_of(text)] if meant else []
        except (TypeError, ValueError, RecursionError):
            return False
        if meant and len(results) != sum(line.results.get(name, 0) for name in self._names):
            return False
        self._add(line, sorted(results, key=lambda one: one.seq))
        return True

    def _add(self, line: RunLine, results: Sequence[ResultLine]) -> None:
        self._lines.append(line)
        if results:
            self._results[line.run_id] = tuple(results)

    def read(self, paths: Sequence[Path], most: int | None) -> None:
        """Read so many of the records, the last ones by name, and keep what is finished."""
        meant = paths if most is None else paths[max(len(paths) - most, 0) :]
        self._unread = len(paths) - len(meant)
        for begin in range(0, len(meant), _AT_A_TIME):
            kept: dict[str, tuple[Look, dict[str, str]]] = {}
            for path in meant[begin : begin + _AT_A_TIME]:
                line, results = read_run(path)
                self._add(line, [one for one in results if one.name in self._names])
                look = self._seen.get(path.name)
                if look is not None and line.stopped and not line.problem:
                    kept[path.name] = (look, _texts(line, results))
            if self._catalogue is not None:
                self._catalogue.keep(kept)

    def forget_all_but(self, names: Sequence[str]) -> None:
        """Let the catalogue forget the records that are there no more."""
        if self._catalogue is not None:
            self._catalogue.forget_all_but(names)

    def looked_at(self) -> LookedAt:
        """Return it, in order of begin."""
        lines = tuple(sorted(self._lines, key=lambda line: (line.begun_utc_ns, line.run_id)))
        return LookedAt(lines, self._results, self._unread)


def _texts(line: RunLine, results: Sequence[ResultLine]) -> dict[str, str]:
    """Return what is kept of a run, by part."""
    by_name: dict[str, list[list[object]]] = {}
    for one in results:
        by_name.setdefault(one.name, []).append([getattr(one, name) for name in _RESULT])
    parts = {f"{_OF_NAME}{name}": _text(values) for name, values in by_name.items()}
    return {_LINES: _text([getattr(line, name) for name in _KEPT]), **parts}


def _text(values: object) -> str:
    return json.dumps(values, separators=(",", ":"))


def _line_of(path: Path, text: str) -> RunLine:
    # By place, which takes half the time of by name.
    said = json.loads(text)
    if len(said) != len(_KEPT):
        raise ValueError(f"{len(said)} values for {len(_KEPT)}")
    for place, kind in _MADE_ANEW:
        said[place] = kind(said[place])
    return RunLine(run_id(path), path, *said)


def _results_of(text: str) -> tuple[ResultLine, ...]:
    return tuple(map(_result_of, json.loads(text)))


def _result_of(row: list[Any]) -> ResultLine:
    if len(row) != len(_RESULT):
        raise ValueError(f"{len(row)} values for {len(_RESULT)}")
    row[_CLAIMED] = tuple(row[_CLAIMED])
    return ResultLine(*row)
