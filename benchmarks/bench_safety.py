"""From each cause to the pump's last stroke, on the wall clock, with twins and run in processes of their own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from tests.processes import Children
from tests.safety.causes import CAUSES, Cause, meet

WATCHDOG_S = 1.0


def rows() -> Iterator[Row]:
    for number, cause in enumerate(CAUSES):
        with tempfile.TemporaryDirectory() as folder:
            yield _row(cause, Path(folder) / str(number))


def _row(cause: Cause, folder: Path) -> Row:
    children = Children()
    try:
        came = meet(cause, folder, children)
    finally:
        children.end()
    power = "supply off" if came.supply_v == 0 else "supply ON, only the watchdog was left"
    limit = f"≤ {WATCHDOG_S + 0.1:g}" if cause.powered else "≤ 1"
    return Row(f"to the last stroke: {cause.name}", max(0.0, came.last_stroke_s), "s", limit, power)
