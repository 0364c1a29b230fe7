"""Records to report on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.clock import VirtualClock
from rig.record.bodies.codec import from_body
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.reports.records import EPOCH_NS, Scribe, start_body


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[..., Scribe]]:
    """Begin a record with a start like that of a physical bench, save for the changes given."""
    scribes: list[Scribe] = []

    def begin(**changes: Any) -> Scribe:
        clock = VirtualClock(EPOCH_NS)
        record = RunRecord.create(
            tmp_path, f"run-{len(scribes) + 1}", from_body(Start, start_body(**changes)), EPOCH_NS, clock
        )
        scribes.append(Scribe(record, clock))
        return scribes[-1]

    yield begin
    for scribe in scribes:
        scribe.record.close()
