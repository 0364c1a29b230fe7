"""Records whose results do or do not follow from their samples."""

from rig.clock import VirtualClock
from rig.evaluation import settle
from rig.record import RunRecord
from tests.evaluation.records import weighed
from tests.evaluation.test_settle_and_replay import LIMIT, infusion, recipe
from tests.reports.records import EPOCH_NS, start_body


def infused(folder, *, tell=lambda value: value, **start):
    """Write a finished run with one result whose value is what `tell` makes of the true one; return its record."""
    record = weighed(folder, infusion(), hours=33, start=start)
    with record.reader() as reader:
        body = settle(recipe(), LIMIT, reader)
    said = {"plan": "test_plan.py::test_rate", "requirements": [], "limit_name": "a limit"}
    record.result("mean flow error", {**body, **said, "value": tell(body["value"])})
    record.stop("FINISHED", {})
    return record.path


def killed(folder, name="run-1"):
    """Leave the record of a run that ended without a stop."""
    record = RunRecord.create(folder, name, start_body(), EPOCH_NS, VirtualClock(EPOCH_NS))
    record.event("alarm", {})
    record.close()
    return record.path
