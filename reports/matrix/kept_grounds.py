"""The grounds of a folder's runs: those of finished runs of a large folder are kept in the user's cache."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Self

from reports.matrix.grounds import AsTexts, Grounds, Judged, Source, Used, from_text, grounds_of
from rig.record.catalogue import AT_REST_NS, FEWEST_RUNS, Catalogue, Look, looks, place_of_catalogue
from rig.record.folder import record_paths
from rig.record.reader import RecordReader

# What the texts mean; of others they are not read.
_WORDS = tuple(f"{kind.__name__}.{field.name}" for kind in (Grounds, Source, Used, Judged) for field in fields(kind))
_PART = ""
_AT_A_TIME = 200


class GroundsOfRuns:
    """Gives the grounds of the records of one folder; what had to be read is kept when the block ends."""

    def __init__(self, directory: Path, *, rest_ns: int = AT_REST_NS) -> None:
        self.paths: Sequence[Path] = record_paths(directory)
        place = place_of_catalogue(directory) if len(self.paths) >= FEWEST_RUNS else None
        names = [path.name for path in self.paths]
        self._catalogue = Catalogue(place.with_name(f"grounds-{place.name}"), _WORDS) if place is not None else None
        self._seen: Mapping[str, Look] = looks(directory, names, rest_ns) if place is not None else {}
        self._texts = {} if self._catalogue is None else self._catalogue.texts(_PART, self._seen)
        self._as_texts = AsTexts()
        self._read: dict[str, tuple[Look, Mapping[str, str]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keep()
        if self._catalogue is not None:
            self._catalogue.forget_all_but(path.name for path in self.paths)

    def of(self, path: Path) -> Grounds:
        """Return the grounds of a record; raises RecordError and its kinds for one that is bad."""
        text = self._texts.get(path.name)
        if text is not None:
            try:
                return from_text(path, text)
            except (TypeError, KeyError, ValueError, RecursionError):
                pass  # what is kept is damaged: the record tells
        with RecordReader(path) as reader:
            found = grounds_of(reader)
            finished = reader.stop() is not None
        look = self._seen.get(path.name)
        if finished and look is not None:
            self._read[path.name] = (look, {_PART: self._as_texts.of(found)})
            if len(self._read) >= _AT_A_TIME:
                self._keep()
        return found

    def _keep(self) -> None:
        if self._catalogue is not None:
            self._catalogue.keep(self._read)
        self._read = {}
