"""What a server holds of many runs, asked at once: of those that were complete before, is any of it gone?

A point of each kind is counted by run, not each series of samples: blocks of samples have a point of their own beside
them, and what loses the one loses the other. The whole comparison follows where this one finds less.
"""

from collections.abc import Mapping
from pathlib import Path

from rig.errors import StreamingError
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.streaming.target import Target, read_token

# By measurement: the field that each of its points has, and the entries of a record that make one each.
_COUNTED = {
    "runs": ("seq", (Kind.START, Kind.STOP)),
    "reads": ("block_seq", (Kind.SAMPLES,)),
    "events": ("seq", (Kind.EVENT,)),
    "results": ("seq", (Kind.RESULT,)),
}


class Holdings:
    """The counts that one server gives when it is first asked; `str()` says how that went."""

    def __init__(self, target: Target, environment: Mapping[str, str]) -> None:
        self._target = target
        self._runs = 0
        self._why_not = ""
        self._found: dict[str, dict[str, int]] = {}
        try:
            self._ask(read_token(target, environment))
        except StreamingError as error:
            self._why_not = str(error)

    def lacking(self, record: Path) -> str:
        """Return of what the server holds less than the record, "" where it holds it all or does not say."""
        if not self._why_not:
            with RecordReader(record) as reader:
                counts = reader.counts()
            for measurement, (_, kinds) in _COUNTED.items():
                made = sum(counts.get(kind.value, 0) for kind in kinds)
                found = self._found[measurement].get(run_id(record), 0)
                if found < made:
                    return f"{found} of {made} points of {measurement}"
        self._runs += 1
        return ""

    def __str__(self) -> str:
        runs = f"{self._target.label}: {self._runs} run{'' if self._runs == 1 else 's'} complete before"
        return (
            f"{runs}; whether all is still there was not told: {self._why_not}"
            if self._why_not
            else f"{runs} and still there"
        )

    def _ask(self, token: str) -> None:
        from rig.streaming.client import InfluxWriter  # half a second of imports that a mistyped name should not pay

        with InfluxWriter(self._target, token) as queries:
            for measurement, (field, _) in _COUNTED.items():
                answered = queries.query(f'SELECT count("{field}") FROM "{measurement}" GROUP BY "run"')  # noqa: S608 - names of our own
                self._found[measurement] = {
                    str(one["tags"]["run"]): int(one["values"][0][1]) for one in answered if "tags" in one
                }
                if any(one.get("name") != measurement for one in answered):
                    raise StreamingError("it takes InfluxDB's writes but does not answer InfluxQL")
