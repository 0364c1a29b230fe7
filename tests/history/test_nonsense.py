"""Folders of records that say nonsense under the right hashes, and of files that are no records: none hides another.

Whoever computes a record's chain anew can write anything into it, and into a folder anybody can put anything.
"""

import contextlib
import json
import os
import random
import shutil
import socket
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.main import main
from tests.reports.nonsense import NUMBERS, OTHERS, WORDS, changed, places, rows_of, written
from tests.reports.test_other_runs import record_of

TOLD = ("start", "result", "event", "stop")
HIDDEN = ("\x1b", "\u202e", "\x00")
LISTS = (
    ("runs", "--runs"),
    ("runs", "--json", "--runs"),
    ("history",),
    ("history", "--json"),
    ("history", "--result", "mean flow error", "--json"),
)


def refuse(word):
    raise AssertionError(f"{word} is no JSON")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A record as it was recorded."""
    return record_of(tmp_path_factory.mktemp("whole"), 1)


@pytest.fixture(scope="module")
def entries(whole):
    return rows_of(whole)


def nonsense(entries, seed):
    """Return the entries with nonsense in one to five places."""
    chance, rows = random.Random(seed), list(entries)
    for _ in range(chance.randint(1, 5)):
        place = chance.choice([at for at, row in enumerate(rows) if row[2] in TOLD])
        seq, t_ns, kind, name, body, data = rows[place]
        match chance.randrange(8):
            case 0:
                t_ns = chance.choice([0, -1, 2**62, -(2**63), 2**63 - 1])
            case 1:
                name = chance.choice(["", "x" * 5000, "\u202e", "\x1b[2J"])
            case _:
                inside = list(places(json.loads(body)))
                if inside:
                    body = changed(body, chance.choice(inside), chance.choice([*NUMBERS, *WORDS, *OTHERS]))
        rows[place] = (seq, t_ns, kind, name, body, data)
    return rows


def listed(folder, words, capsys):
    """Call a command on a folder; it ends with a code and says nothing that a terminal obeys."""
    code = main([*words, str(folder)])
    said = capsys.readouterr()
    assert code in (0, 1), said.err
    assert [one for one in HIDDEN if one in said.out + said.err] == []
    if "--json" in words:
        json.loads(said.out, parse_constant=refuse)
    return said.out


@given(seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_record_of_nonsense_hides_a_whole_one(seeds, whole, entries, tmp_path_factory, capsys):
    folder = tmp_path_factory.mktemp("runs")
    shutil.copy(whole, folder)
    for number, seed in enumerate(seeds):
        written(whole, nonsense(entries, seed), folder / f"bad-{number}.rig.db")
    for words in LISTS:
        assert "run-1" in listed(folder, words, capsys)


@given(seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=4))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_record_of_nonsense_keeps_another_from_being_reported_with_what_others_say(
    seeds, whole, entries, tmp_path_factory, capsys
):
    folder = tmp_path_factory.mktemp("runs")
    shutil.copy(whole, folder)
    for number, seed in enumerate(seeds):
        written(whole, nonsense(entries, seed), folder / f"bad-{number}.rig.db")
    code = main(["report", str(folder / whole.name), "--among", str(folder), "--format", "json"])
    assert code == 0, capsys.readouterr().err


def to_itself(folder):
    (folder / "x.rig.db").symlink_to(folder / "x.rig.db")


def to_nothing(folder):
    (folder / "x.rig.db").symlink_to(folder / "nothing")


def to_its_folder(folder):
    (folder / "x.rig.db").symlink_to(folder)


def a_folder(folder):
    (folder / "x.rig.db").mkdir()


def empty(folder):
    (folder / "x.rig.db").write_bytes(b"")


def text(folder):
    (folder / "x.rig.db").write_text("no record", encoding="utf-8")


def another_database(folder):
    connection = sqlite3.connect(folder / "x.rig.db")
    connection.execute("CREATE TABLE entry (seq)")
    connection.commit()
    connection.close()


def a_header_and_no_more(folder):
    (folder / "x.rig.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


def half(folder):
    path = record_of(folder, 7)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def with_a_journal_of_nothing(folder):
    record_of(folder, 7).with_name("run-7.rig.db-wal").write_bytes(b"garbage" * 100)


def with_a_journal_that_is_a_folder(folder):
    record_of(folder, 7).with_name("run-7.rig.db-wal").mkdir()


def ten_gigabytes_of_nothing(folder):
    with (folder / "x.rig.db").open("wb") as file:
        file.truncate(10**10)


def a_pipe(folder):
    os.mkfifo(folder / "x.rig.db")


def a_socket(folder):
    with socket.socket(socket.AF_UNIX) as one, contextlib.chdir(folder):  # its name may be a hundred letters long
        one.bind("x.rig.db")


def a_name_that_is_no_text(folder):
    (folder / os.fsdecode(b"\xff\xfe.rig.db")).write_bytes(b"x")


def a_name_that_a_terminal_obeys(folder):
    (folder / "a\n\x1b[2Jb.rig.db").write_bytes(b"x")


CASES = [
    to_itself, to_nothing, to_its_folder, a_folder, empty, text, another_database, a_header_and_no_more, half,
    with_a_journal_of_nothing, with_a_journal_that_is_a_folder, ten_gigabytes_of_nothing, a_pipe, a_socket,
    a_name_that_is_no_text, a_name_that_a_terminal_obeys,
]  # fmt: skip


@pytest.mark.parametrize("put", CASES, ids=lambda put: put.__name__)
def test_no_file_hides_a_record(put, whole, tmp_path, capsys):
    shutil.copy(whole, tmp_path)
    put(tmp_path)
    for words in LISTS:
        assert "run-1" in listed(tmp_path, words, capsys)
    assert main(["report", str(tmp_path / whole.name), "--among", str(tmp_path), "--format", "json"]) == 0


@pytest.mark.parametrize("words", [("runs", "--json", "--runs"), ("history", "--json")])
def test_an_empty_folder_is_an_empty_list(words, tmp_path, capsys):
    said = json.loads(listed(tmp_path, words, capsys))
    assert (said if isinstance(said, list) else said["runs"]) == []
