"""A record may hold any nonsense under the right hashes: it is told in words, or refused with an error of the rig's."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.faces import FACES, write_faces
from reports.facts.run_reading import read_run
from rig.errors import RecordCorruptError, RigError
from rig.evaluation.replay import replay
from rig.faults import Fault, Sorted
from rig.record.bodies.codec import to_body
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome
from rig.record.bodies.others import SamplerCounted, Stop
from rig.record.reader import RecordReader
from tests.commands.records import infused
from tests.reports.faced import writer
from tests.reports.nonsense import NUMBERS, OTHERS, WORDS, at, changed, places, rows_of, written
from tests.reports.records import NO_NUMBER, PLAN, result_body
from tests.reports.written import measured

# numpy warns of numbers without end before it goes on with them.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
PUMP = Sorted(Fault.PUMP, "it delivers too little", "pump y", "keep it as it is")
TIMES = (0, -1, 2**63 - 1, -(2**63), 9 * 10**18)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """A run with a bit of everything that a report tells, and one whose result follows from its samples."""
    scribe = measured(
        writer(tmp_path_factory.mktemp("told")),
        result_body(verdict="FAIL", sorted_as=to_body(PUMP)),
        result_body(**NO_NUMBER),
    )
    scribe.record.event(OtherEvent("alarm", {"said": 1}))
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.FAILED, "NameError", ("ACC-001",), PUMP))
    samplers = {"balance": SamplerCounted(reads=200, lost=3)}
    scribe.record.stop(Stop("ABORTED", samplers=samplers, delivered={"pump_ul": 3.0}))
    scribe.record.close()
    return scribe.record.path, infused(tmp_path_factory.mktemp("followed"))


def told(path, faces):
    """Make faces of a record, and recompute it, as far as it lets; anything but an error of the rig's comes out."""
    try:
        with RecordReader(path) as reader:
            run = read_run(reader)
        for face in faces:
            FACES[face](run)
    except RigError:
        pass
    try:
        with RecordReader(path) as reader:
            assert all(isinstance(one.differences, tuple) for one in replay(reader))
    except RigError:
        pass


def nonsense(rows, chance):
    """Return the rows with nonsense at one place, mostly of the kind of value that stands there."""
    kinds = sorted({row[2] for row in rows})
    kind = chance.choice(kinds)
    of_name = {row[3]: row for row in rows if row[2] == kind}
    seq, t_ns, kind, name, body, data = of_name[chance.choice(sorted(of_name))]
    found = list(places(json.loads(body)))
    if not found or chance.random() < 0.05:
        t_ns = chance.choice(TIMES)
    elif data is not None and chance.random() < 0.1:
        data = chance.choice([None, b"", data[:-8], b"\xff" * len(data), b"\xff\xff\xff\xff\xff\xff\xef\x7f"])
    else:
        place = chance.choice(found)
        before = at(json.loads(body), place)
        alike = WORDS if isinstance(before, str) else NUMBERS if isinstance(before, int | float) else OTHERS
        body = changed(body, place, chance.choice(alike if chance.random() < 0.8 else (*NUMBERS, *WORDS, *OTHERS)))
    return [(seq, t_ns, kind, name, body, data) if row[0] == seq else row for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), which=st.integers(0, 1), paper=st.integers(0, 9))
def test_nonsense_is_told_in_words_or_refused_by_the_rigs_own_errors(records, tmp_path, seed, which, paper):
    record, out = records[which], tmp_path / "case.rig.db"
    if written(record, nonsense(rows_of(record), random.Random(seed)), out):
        told(out, FACES if paper == 0 else ("html", "json"))


def of(rows, kind, name):
    return next(row for row in rows if (row[2], row[3]) == (kind, name))


CASES = {
    "a block that says no number of rows": ("samples", "pump", ("n",), {}),
    "a block with a stamp beyond 64 bits": ("samples", "flow", ("t_last_ns",), 2**70),
    "a block that is true rows long": ("samples", "flow", ("n",), True),
    "half a letter as a unit": ("descriptor", "flow", ("channels", 0, "unit"), "\ud800"),
    "a rate beyond all pumps": ("command", "pump", ("arguments", "rate_ul_h"), 1e308),
    "a value that is infinite": ("result", "mean flow error", ("number", "value"), "-inf"),
    "a U that is infinite": ("result", "mean flow error", ("number", "expanded"), "inf"),
    "a value that is as large as floats are": ("result", "mean flow error", ("number", "value"), 1.7e308),
    "a setting that is no number": ("result", "mean flow error", ("recipe", "parameters", "programmed_ul_h"), "x"),
    "a look that there was not": (
        "result",
        "mean flow error",
        ("recipe", "parameters"),
        {"looks_hours": [], "look": 7},
    ),
    "a window before all time": ("result", "mean flow error", ("recipe", "from_ns"), -(2**70)),
    "a count beyond 64 bits": ("stop", "ABORTED", ("samplers", "balance", "overruns"), 10**39),
}


@pytest.mark.parametrize("kind, name, place, value", CASES.values(), ids=CASES)
def test_each_face_tells_or_refuses(records, tmp_path, kind, name, place, value):
    rows, out = rows_of(records[0]), tmp_path / "case.rig.db"
    row = of(rows, kind, name)
    rows[row[0] - 1] = (*row[:4], changed(row[4], place, value), row[5])
    assert written(records[0], rows, out)
    told(out, FACES)


def test_a_moment_beyond_all_calendars_is_said_to_be_none(records, tmp_path):
    rows, out = rows_of(records[0]), tmp_path / "case.rig.db"
    row = of(rows, "result", "mean flow error")
    rows[row[0] - 1] = (*row[:4], changed(row[4], ("recipe", "to_ns"), 2**70), row[5])
    assert written(records[0], rows, out)
    with RecordReader(out) as reader:
        assert b'"utc": "no moment"' in FACES["json"](read_run(reader))


def test_a_run_that_ends_at_no_moment_is_refused(records, tmp_path):
    rows, out = rows_of(records[0]), tmp_path / "case.rig.db"
    rows[-1] = (rows[-1][0], 2**63 - 1, *rows[-1][2:])
    assert written(records[0], rows, out)
    with pytest.raises(RecordCorruptError, match="no moment"):
        write_faces(out, {"json": tmp_path / "out.json"})
    assert not (tmp_path / "out.json").exists()
