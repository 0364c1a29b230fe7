"""Addresses that open a run's pages at the run's own span of time, which may be virtual."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

from reports.dashboards import choices
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.record.schema import Kind

_NS_PER_MS = 1_000_000


def run_links(record_path: Path, grafana_url: str) -> Iterator[tuple[str, str]]:
    """Yield title and address of each page of a run.

    Raises what `RecordReader` raises for a record that cannot be opened.
    """
    with RecordReader(record_path) as reader:
        clock = reader.start().clock
        begun_ns = next(entry.t_ns for entry in reader.entries(kind=Kind.START.value))
        # Notes that others left after the stop carry the machine's time.
        ended_ns = next((entry.t_ns for entry in reader.entries(kind=Kind.STOP.value)), None)
        to_ms = "now" if ended_ns is None and clock == "wall" else _ms_after(ended_ns or reader.last_ns())
    span = (str(begun_ns // _NS_PER_MS), to_ms)
    for title, uid in choices.RUN_PAGES:
        yield title, page_url(grafana_url, uid, run_id(record_path), *span)


def _ms_after(t_ns: int) -> str:
    return str(-(-t_ns // _NS_PER_MS))


def page_url(grafana_url: str, uid: str, run: str, from_ms: str, to_ms: str) -> str:
    """Return the address of a page for one run and span of time."""
    asked = urlencode({"var-run": run, "from": from_ms, "to": to_ms}, quote_via=quote)
    return f"{grafana_url.rstrip('/')}/d/{uid}?{asked}"
