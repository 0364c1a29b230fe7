"""Records whose results do or do not follow from their samples."""

from dataclasses import replace

from rig.clock import VirtualClock
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.evaluation.records import weighed
from tests.evaluation.test_settle_and_replay import LIMIT, infusion, recipe
from tests.reports.records import EPOCH_NS, start_body


def infused(folder, *, tell=lambda value: value, **start):
    """Write a finished run with one result whose value is what `tell` makes of the true one; return its record."""
    record = weighed(folder, infusion(), hours=33, start=start)
    with record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT, "test_plan.py::test_rate", (), "a limit"), reader)
    number = replace(result.number, value=tell(result.number.value))
    record.result("mean flow error", replace(result, number=number))
    record.stop(Stop("FINISHED"))
    return record.path


def killed(folder, name="run-1"):
    """Leave the record of a run that ended without a stop."""
    record = RunRecord.create(folder, name, from_body(Start, start_body()), EPOCH_NS, VirtualClock(EPOCH_NS))
    record.event(OtherEvent("alarm"))
    record.close()
    return record.path
