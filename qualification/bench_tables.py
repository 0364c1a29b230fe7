"""The tables of a mocked bench's file, to be altered by a seeded defect and written out again."""

import tomllib
from copy import deepcopy
from pathlib import Path

import tomli_w

from rig.errors import QualificationError

Table = dict[str, object]


class BenchTables:
    """A bench file as tables: what a defect alters before the bench is opened."""

    def __init__(self, tables: Table) -> None:
        self.tables = deepcopy(tables)

    @classmethod
    def read(cls, path: Path) -> "BenchTables":
        """Read a bench file; raises QualificationError for one that is no TOML, or of no mocked bench."""
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise QualificationError(f"{path}: {error}") from error
        bench = tables.get("bench")
        if not isinstance(bench, dict) or (bench.get("kind"), bench.get("clock")) != ("mocked", "virtual"):
            raise QualificationError(
                f"{path} is no mocked bench on the virtual clock: defects are seeded into twins, never into a real pump"
            )
        return cls(tables)

    def table(self, *names: str) -> Table:
        """Return a table by its path, an empty one where there was none: what is put into it stands in the file."""
        found = self.tables
        for name in names:
            inner = found.setdefault(name, {})
            if not isinstance(inner, dict):
                raise QualificationError(f"{name} of the bench file is no table, but {inner!r}")
            found = inner
        return found

    def twin(self, instrument: str) -> Table:
        """Return the `twin` table of an instrument by its name in the bench file.

        Raises QualificationError for a bench that has no such instrument.
        """
        if instrument not in self.table("instruments"):
            raise QualificationError(f"the bench has no instrument {instrument!r} for this defect to be seeded in")
        return self.table("instruments", instrument, "twin")

    @property
    def laboratory(self) -> Table:
        """Return the table of the simulated laboratory: line, vessel, air, balance pan."""
        return self.table("laboratory")

    def challenge(self, kind: str, *, at_h: float, for_h: float | None = None, **figures: float) -> None:
        """Script something that is done to the laboratory, `at_h` hours after its time began, for `for_h` hours."""
        scripted = self.laboratory.setdefault("challenges", [])
        if isinstance(scripted, list):
            lasting = {} if for_h is None else {"for_h": for_h}
            scripted.append({"kind": kind, "at_h": at_h, **lasting, **figures})

    def write(self, path: Path) -> None:
        """Write the bench file."""
        path.write_text(tomli_w.dumps(self.tables), encoding="utf-8")
