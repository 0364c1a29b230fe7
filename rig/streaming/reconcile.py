"""After a run: are the counts in the server those of the record? Read back series by series, and noted in the record.

What should be there is counted in the record itself, not in what was sent, so that a mistake of the encoder or of the
cursor shows as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from rig.clock import Deadline
from rig.errors import StreamingError
from rig.streaming.cursor import Refused
from rig.streaming.expected import ROWS_PER_QUERY, Expected
from rig.streaming.state import EncoderState

LAG_S = 10.0
_NAP_S = 0.5
_MAX_DIFFERING = 50


class Queries(Protocol):
    """What answers InfluxQL."""

    def query(self, influxql: str) -> list[dict[str, Any]]:
        """Return the series of the answer."""


@dataclass(frozen=True, slots=True)
class Count:
    """One series, or one field of it: what the record holds, what was refused of that, what the server holds."""

    series: str
    record: int
    refused: int
    server: int

    @property
    def equal(self) -> bool:
        """Tell whether nothing is missing and nothing was invented.

        What was refused by itself may have been taken with its neighbours: InfluxDB 1.x keeps points that are too old
        where newer ones of the same request open a shard for them.
        """
        return self.record - self.refused <= self.server <= self.record


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What came of the comparison: `outcome` is "equal", "differs" or "not readable", the last with its `reason`."""

    outcome: str
    counts: tuple[Count, ...] = ()
    reason: str = ""

    @property
    def lacks(self) -> bool:
        """Tell whether the server holds too little of something: what is sent again costs nothing."""
        return any(count.server < count.record - count.refused for count in self.counts)

    def note(self, target: str) -> dict[str, Any]:
        """Return what the record is told."""
        differing = [count for count in self.counts if not count.equal]
        return {
            "target": target,
            "outcome": self.outcome,
            "reason": self.reason,
            "series": len(self.counts),
            "points": sum(count.server for count in self.counts),
            "refused": sum(count.refused for count in self.counts),
            "differing": [
                {"series": one.series, "record": one.record, "refused": one.refused, "server": one.server}
                for one in differing[:_MAX_DIFFERING]
            ],
        }

    def __str__(self) -> str:
        if self.outcome == "not readable":
            return f"counts not readable: {self.reason}"
        differing = [count for count in self.counts if not count.equal]
        if not differing:
            return f"counts equal in all {len(self.counts)} series"
        first = differing[0]
        return (
            f"counts DIFFER in {len(differing)} of {len(self.counts)} series, first {first.series}: "
            f"record {first.record}, refused {first.refused}, server {first.server}"
        )


def reconcile(
    record: Path,
    state: EncoderState,
    refused: tuple[Refused, ...],
    queries: Queries,
    lag_s: float = LAG_S,
    rows_per_query: int = ROWS_PER_QUERY,
) -> Reconciliation:
    """Compare record and server; a server that is behind (some show what they took a little later) gets `lag_s`.

    Long streams are counted in parts, of some `rows_per_query` rows each.

    Raises ServerAwayError and ServerRefusedError.
    """
    deadline = Deadline(lag_s)
    expected = Expected(record, state, refused, rows_per_query)
    while True:
        try:
            counts = tuple(_ask_all(expected, queries))
        except StreamingError as error:
            if type(error) is not StreamingError:
                raise
            return Reconciliation("not readable", reason=str(error))
        if all(count.equal for count in counts):
            return Reconciliation("equal", counts)
        if deadline.passed() or any(count.server > count.record for count in counts):
            return Reconciliation("differs", counts)
        deadline.nap(_NAP_S)


def _ask_all(expected: Expected, queries: Queries) -> Iterator[Count]:
    """Ask the server for every field, those of one series in one query."""
    for (measurement, instrument), fields in groupby(expected.fields, lambda one: (one.measurement, one.instrument)):
        wanted = list(fields)
        where = f"\"run\" = '{_quoted(expected.run)}'"
        if instrument:
            where += f" AND \"instrument\" = '{_quoted(instrument)}'"
        found = dict.fromkeys((one.key for one in wanted), 0)
        for first, last in wanted[0].windows:
            _add_counts(queries, measurement, f"{where} AND time >= {first} AND time <= {last}", found)
        for one in wanted:
            yield Count(
                " ".join(filter(None, (measurement, instrument, one.key))), one.made, one.refused, found[one.key]
            )


def _add_counts(queries: Queries, measurement: str, where: str, found: dict[str, int]) -> None:
    """Add the server's count of each field in `found`."""
    single = next(iter(found)) if len(found) == 1 else ""
    what = _quoted_name(single) if single else "*"
    for series in queries.query(f'SELECT count({what}) FROM "{measurement}" WHERE {where}'):  # noqa: S608 - quoted
        if series.get("name") != measurement:
            raise StreamingError("the server takes InfluxDB's writes but does not answer InfluxQL")
        for column, value in zip(series["columns"][1:], series["values"][0][1:], strict=True):
            key = single or str(column).removeprefix("count_")
            if key in found:
                found[key] += int(value or 0)


def _quoted(text: str) -> str:
    """Escape a text for InfluxQL's single quotes."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _quoted_name(name: str) -> str:
    """Write a field's name for InfluxQL."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
