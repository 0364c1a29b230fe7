"""Records to report on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.clock import VirtualClock
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.evaluation.courses import given, ordered
from tests.evaluation.happenings import put
from tests.evaluation.records import weighed
from tests.reports.drawn_claims import BENCH, PLAN
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


@pytest.fixture
def world(tmp_path):
    """Begin a record of a course of rates (hour, µL/h), told as ordered unless a programme says otherwise."""
    records = []

    def begin(*steps, programme=None):
        record = weighed(tmp_path, given(*steps), hours=33, noise_mg=0.001, start=BENCH)
        records.append(record)
        put(record, 0, PlanBegins(PLAN))
        ordered(record, *(steps if programme is None else programme))
        return record

    yield begin
    for record in records:
        record.close()
