"""A date before 1970 or after 2261 is refused wherever one comes in, with what is allowed."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from instruments.intrathecal_pump.dialect import decode_reply, encode_reply
from instruments.intrathecal_pump.frames import DialectError
from instruments.intrathecal_pump.messages import ClockReading, CommandCode, LogEvent, LogPage, LogRecord
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, RecordCorruptError
from rig.moments import LAST_NS, date_within, is_moment, moment_within
from rig.record.bodies.codec import to_body
from rig.record.bodies.start import Start
from rig.record.ledger import Ledger
from rig.record.overview import overview
from rig.record.reader import RecordReader
from rig.record.schema import canonical_json
from tests.fixtures.plan_support import QUICK
from tests.streaming.records import begin

EARLY, LATE = "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z"
# Years that no clock of ms, and none of ns in 64 bits, comes to.
TOO_LATE_MS = LAST_NS // 1_000_000 + 1


def test_the_last_moment_leaves_a_hundred_days_to_what_64_bits_hold():
    assert timedelta(microseconds=(np.iinfo(np.int64).max - LAST_NS) // 1000) > timedelta(days=99)


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(2262, 1, 1), date.min, date.max])
def test_a_day_outside_is_refused(day):
    with pytest.raises(ValueError, match="1970-01-01 to 2261-12-31"):
        date_within(day)


@pytest.mark.parametrize("zone_h", [-14, 14])
@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)])
def test_a_zone_that_leads_out_of_the_years_there_are_is_refused(moment, zone_h):
    with pytest.raises(ValueError, match="1970-01-01 to 2261-12-31"):
        moment_within(moment.replace(tzinfo=timezone(timedelta(hours=zone_h))))


def test_moments_within_are_taken():
    assert moment_within(datetime(1970, 1, 1, tzinfo=UTC)).year == 1970
    assert [is_moment(t_ns) for t_ns in (-1, 0, LAST_NS, LAST_NS + 1)] == [False, True, True, False]


@pytest.mark.parametrize("moment", [EARLY, LATE, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_bench_file_is_refused_by_name(tmp_path, moment):
    path = tmp_path / "bench.toml"
    text = QUICK.read_text(encoding="utf-8")
    epoch = next(line for line in text.splitlines() if line.startswith("epoch"))
    path.write_text(text.replace(epoch, f"epoch = {moment}"), encoding="utf-8")
    with pytest.raises(BenchFileError, match=r"bench\.epoch: found .*1970-01-01 to 2261-12-31"):
        load_bench_file(path)


@pytest.mark.parametrize("day", ["1969-12-31", "9999-12-31"])
def test_a_calibration_is_refused_by_name(tmp_path, day):
    path = tmp_path / "bench.toml"
    text = QUICK.read_text(encoding="utf-8").replace("due = 2026-12-31", f"due = {day}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BenchFileError, match=r"calibration\.due: found .*1970-01-01 to 2261-12-31"):
        load_bench_file(path)


@pytest.mark.parametrize(
    "code, reply",
    [
        (CommandCode.GET_CLOCK, ClockReading(TOO_LATE_MS)),
        (CommandCode.GET_CLOCK, ClockReading(2**64 - 1)),
        (CommandCode.READ_LOG, LogPage(1, 2, (LogRecord(1, TOO_LATE_MS, LogEvent.CLOCK_SET, 0),))),
    ],
)
def test_a_pump_that_tells_no_moment_is_garbled(code, reply):
    with pytest.raises(DialectError, match="is no moment"):
        decode_reply(code, encode_reply(reply))


@pytest.mark.parametrize("begun_utc_ns", [-1, LAST_NS + 1, 10**40])
def test_a_record_that_began_at_no_moment_is_damaged_and_hides_no_other(tmp_path, begun_utc_ns):
    with begin(tmp_path, "right"):
        pass
    body = canonical_json(to_body(Start()) | {"begun_utc_ns": begun_utc_ns}, "a start")
    Ledger.create(tmp_path / "wrong.rig.db", 0, "start", "wrong", body).close()
    with RecordReader(tmp_path / "wrong.rig.db") as reader, pytest.raises(RecordCorruptError, match="the run began at"):
        reader.start()
    assert {line.run_id: bool(line.problem) for line in overview(tmp_path)} == {"right": False, "wrong": True}
