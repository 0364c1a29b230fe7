"""A damaged page hides nothing else: what can be read is in a new record, which says what is missing."""

import random
import sqlite3

import numpy as np
import pytest

from commands.main import main
from rig.channels import Channel
from rig.errors import RecordBusyError, RecordError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.overview import run_line
from rig.record.reader import RecordReader
from rig.record.salvage import SALVAGED, ranges, salvage
from rig.record.schema import PAGE_BYTES
from rig.samples import Block
from tests.record.crashes import crash

BLOCKS = 60


@pytest.fixture
def finished(record):
    """A finished record of small entries and of blocks that take several pages."""
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    for number in range(BLOCKS):
        t_ns = np.arange(number, number + 400, dtype=np.int64) ** 2
        record.samples("flow", Block(t_ns, {"flow": t_ns.astype(float)}))
        record.event(OtherEvent("alarm", {"number": number, "said": "x" * (number % 7) * 40}))
    record.stop(Stop("FINISHED", selected=("a plan",)))
    return record.path


def entries_of(path):
    with RecordReader(path) as reader:
        reader.verify_chain()
        return {entry.seq: entry for entry in reader.entries()}


def rows_page_of(path, seq):
    """Return which page of the file holds the row of an entry."""
    content = path.read_bytes()
    with sqlite3.connect(path) as connection:
        ((digest,),) = connection.execute("SELECT hash FROM entry WHERE seq = ?", (seq,))
    connection.close()
    return content.index(digest) // PAGE_BYTES


def zero_page(path, number):
    content = bytearray(path.read_bytes())
    content[number * PAGE_BYTES : (number + 1) * PAGE_BYTES] = bytes(PAGE_BYTES)
    path.write_bytes(content)


def test_an_undamaged_record_comes_out_entry_for_entry(finished, tmp_path):
    found = salvage(finished, tmp_path / "out.rig.db")
    before, after = entries_of(finished), entries_of(tmp_path / "out.rig.db")
    note = after.pop(len(before) + 1)
    assert (found.is_whole, after, note.body["missing"]) == (True, before, "none")


def test_a_page_that_is_gone_costs_the_entries_on_it_and_is_said(finished, tmp_path):
    before = entries_of(finished)
    gone = rows_page_of(finished, 30)
    on_it = {seq for seq in before if before[seq].kind == "event" and rows_page_of(finished, seq) == gone}
    zero_page(finished, gone)
    found = salvage(finished, tmp_path / "out.rig.db")
    after = entries_of(tmp_path / "out.rig.db")
    assert on_it <= set(found.missing)
    assert len(found.missing) <= 2 * len(on_it) + 2
    assert {seq: after[seq] for seq in before if seq not in found.missing and seq != max(before)} == {
        seq: before[seq] for seq in before if seq not in found.missing and seq != max(before)
    }


@pytest.mark.parametrize("page", [0, 1, 2, 3])
def test_the_pages_that_hold_all_together_may_be_gone(finished, tmp_path, page):
    """The first pages are the schema and the roots of table and indexes: with SQLite nothing is to be read then."""
    whole = len(entries_of(finished))
    zero_page(finished, page)
    with pytest.raises(RecordError), RecordReader(finished) as reader:
        reader.verify_chain()
    assert salvage(finished, tmp_path / "out.rig.db").taken == whole


def test_a_salvaged_run_with_a_gap_has_not_passed(finished, tmp_path):
    zero_page(finished, rows_page_of(finished, 30))
    salvage(finished, tmp_path / "out.rig.db")
    line = run_line(tmp_path / "out.rig.db")
    assert (line.ended, line.outcome, line.problem) == (SALVAGED, "INCONCLUSIVE", "")


@pytest.mark.parametrize("seed", range(8))
def test_what_is_taken_over_was_recorded(finished, tmp_path, seed):
    """Bits turned, sectors zeroed and the end cut off anywhere: what is not named as missing or unproven is true."""
    before, content, draw = entries_of(finished), bytearray(finished.read_bytes()), random.Random(seed)
    for _ in range(draw.randrange(1, 12)):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    place = draw.randrange(len(content))
    content[place : place + 512] = bytes(len(content[place : place + 512]))
    finished.write_bytes(content[: len(content) - draw.choice([0, 0, 5000])])
    found = salvage(finished, tmp_path / "out.rig.db")
    after = entries_of(tmp_path / "out.rig.db")
    doubtful = {*found.missing, *found.unproven}
    told = {seq for seq in after if seq in before and seq not in doubtful and after[seq].kind not in ("note", "stop")}
    wrong = [seq for seq in told if after[seq] != before[seq] and before[seq].kind != "start"]
    assert (wrong, len(told) > BLOCKS) == ([], True)


def test_what_a_power_loss_left_is_salvaged_to_its_last_entry(tmp_path):
    """The journal is read too: all that SQLite reads is found without it."""
    for seed in range(12):
        left = crash(seed).put_into(tmp_path / str(seed))
        if left.exists():
            out = tmp_path / f"out-{seed}.rig.db"
            found = salvage(left, out)
            before = entries_of(left)
            after = entries_of(out)
            assert found.taken >= len(before)
            assert [seq for seq in before if before[seq].kind != "stop" and after[seq] != before[seq]] == []


def test_a_run_that_goes_on_is_left_alone(record, tmp_path):
    with pytest.raises(RecordBusyError, match="wait until the run has ended"):
        salvage(record.path, tmp_path / "out.rig.db")


def test_what_is_no_record_gives_none(tmp_path, capsys):
    (tmp_path / "x.rig.db").write_bytes(bytes(9000))
    assert main(["salvage", str(tmp_path / "x.rig.db"), str(tmp_path / "out.rig.db")]) == 2
    assert "nothing to salvage" in capsys.readouterr().err


def test_the_command_says_what_is_missing(finished, tmp_path, capsys):
    zero_page(finished, rows_page_of(finished, 30))
    assert main(["salvage", str(finished), str(tmp_path / "out.rig.db")]) == 1
    assert "\nmissing: " in capsys.readouterr().out


def test_numbers_are_said_as_ranges():
    assert ranges((3, 7, 8, 9, 12)) == "3, 7 to 9, 12"
