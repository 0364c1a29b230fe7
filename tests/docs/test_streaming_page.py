"""docs/streaming.md against the code: each row of its tables has a test, and what it names is there."""

import re
from dataclasses import asdict

import pytest

from rig.record.bodies.start import SourceFile, Start
from rig.streaming import sender, streamer, sync
from rig.streaming.target import find_target, read_token
from tests.docs.pages import DOCS, ROOT
from tests.docs.tables import rows_of
from tests.streaming import influxdb_2, servers

PAGE = (DOCS / "streaming.md").read_text(encoding="utf-8")
ROOMS = ("faults", "processes", "sync", "cursor", "answers", "guarded")
BENCH = Start(bench_file=SourceFile(text='[influxdb]\nurl = "http://localhost:1"\nbucket = "rig"\n'))


def rows_under(heading):
    return rows_of(PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0])


VARIABLES = {name: row for row in rows_under("Switching it on")[:4] for name in re.findall(r"`(\w+(?:=off)?)`", row[0])}
SERVERS = rows_under("Switching it on")[4:]
HAPPENS = {row[0]: row[1] for row in rows_under("What happens when")}
FILES = [name for row in rows_under("Where it lives") for name in re.findall(r"`(\w+\.py)`", row[0])]
# What each row says is held by these, by the file's name behind `tests/streaming/test_` and the test's behind `test_`.
HELD_BY = {
    "the server is absent": (
        "faults: a_server_that_misbehaves_costs_nothing",
        "faults: a_server_that_stays_away_is_left_for_later",
        "faults: retry_after_is_honoured",
        "faults: who_is_told_when_to_come_back_comes_back_then",
        "answers: later_is_later",
        "processes: a_server_that_is_absent_and_then_killed_again_and_again",
    ),
    "401, 403, 404": (
        "faults: a_server_that_refuses_us_is_told_once_and_asked_no_more",
        "faults: what_was_paused_goes_on_when_asked_again",
        "faults: what_is_not_204_is_not_taken",
        "faults: a_file_of_certificates_that_is_none_pauses_at_once",
        "faults: an_address_where_nobody_speaks_tls_pauses_at_once",
        "faults: a_policy_that_is_not_there_pauses_at_once",
        "guarded: a_certificate_that_nobody_vouches_for_is_refused",
        "guarded: a_bucket_that_is_not_there_pauses",
        "answers: a_redirect_says_where_to_and_no_secret",
    ),
    "400 or 422": (
        "faults: a_refused_point_is_set_aside_and_the_rest_goes_through",
        "faults: the_real_server_refuses_one_point_of_many",
        "answers: a_partial_write_is_about_points_whatever_its_status",
    ),
    "500 again and again": ("faults: an_error_of_the_servers_own_over_one_point_costs_that_point",),
    "every point is refused": (
        "faults: a_server_that_takes_nothing_at_all_sets_nothing_aside",
        "faults: a_policy_that_keeps_only_the_end_of_a_run_takes_that",
    ),
    "413": ("faults: too_large_a_body_is_halved",),
    "something was refused": (
        "faults: the_real_server_refuses_one_point_of_many",
        "sync: what_was_refused_is_left_until_it_is_sent_again",
    ),
    "the server holds less": (
        "faults: what_a_proxy_took_for_the_server_is_sent_again",
        "faults: reconciliation_sees_what_is_missing_and_what_was_invented",
        "sync: a_server_that_was_rebuilt_empty_gets_everything_again",
    ),
    "the token may not read": (
        "sync: a_token_that_may_only_write_is_enough",
        "guarded: who_may_only_write_has_written",
    ),
    "the streamer is killed": (
        "processes: a_streamer_killed_at_any_moment",
        "processes: a_streamer_killed_while_the_server_is_asked",
    ),
    "two streamers": ("processes: two_streamers_at_once", "cursor: one_holder_at_a_time"),
    "the disk is full": (
        "processes: a_full_disk_for_the_cursor",
        "cursor: a_full_disk_is_told_and_caught_up_with",
    ),
    "the cursor is damaged": ("cursor: a_damaged_cursor_starts_over",),
    "the run is killed": ("processes: a_killed_run_is_sent_as_far_as_it_got",),
}
TESTS = {
    f"{room}: {name}"
    for room in ROOMS
    for name in re.findall(
        r"^def test_(\w+)", (ROOT / f"tests/streaming/test_{room}.py").read_text(encoding="utf-8"), re.MULTILINE
    )
}


@pytest.mark.parametrize("row", HAPPENS)
def test_what_happens_is_held_by_tests_that_are_there(row):
    (tests,) = (tests for begin, tests in HELD_BY.items() if row.startswith(begin))
    assert set(tests) <= TESTS


def test_no_row_of_what_happens_was_taken_away():
    assert [begin for begin in HELD_BY if not any(row.startswith(begin) for row in HAPPENS)] == []


def test_the_waits_are_those_of_the_code():
    (waits,) = (does for row, does in HAPPENS.items() if row.startswith("the server is absent"))
    assert f"waits {sender.FIRST_WAIT_S:g} s, doubling to {sender.LONGEST_WAIT_S:g} s" in waits
    assert (streamer.PATIENCE_S, sync.PATIENCE_S) == (4 * 86_400.0, 60.0)
    assert "gives up after four days (`rig sync`: one minute" in waits


@pytest.mark.parametrize(
    "name, key", [(f"RIG_INFLUX_{key.upper()}", key) for key in ("url", "bucket", "org", "ca_file")]
)
def test_a_variable_says_what_the_bench_file_would(name, key):
    assert VARIABLES[name][1] == "as in the bench file"
    given = "http://localhost:2" if key == "url" else "something"
    assert asdict(find_target(BENCH, {name: given}))[key] == given


def test_the_token_itself_may_stand_in_a_variable():
    assert VARIABLES["RIG_INFLUX_TOKEN"][1].startswith("the token itself")
    assert read_token(find_target(BENCH, {}), {"RIG_INFLUX_TOKEN": "user:password"}) == "user:password"


def test_a_variable_may_name_the_file_of_the_token(tmp_path):
    assert VARIABLES["RIG_INFLUX_TOKEN_FILE"][1] == "a file that holds it"
    (tmp_path / "token").write_text("secret\n", encoding="utf-8")
    assert read_token(find_target(BENCH, {"RIG_INFLUX_TOKEN_FILE": str(tmp_path / "token")}), {}) == "secret"


def test_a_variable_switches_streaming_off():
    assert VARIABLES["RIG_INFLUX=off"][1].startswith("no streaming")
    assert find_target(BENCH, {"RIG_INFLUX": "off"}) is None


@pytest.mark.parametrize("row", SERVERS, ids=lambda row: row[0].split(" (")[0])
def test_what_a_server_was_proven_by_is_there(row):
    assert all((ROOT / path).is_file() for path in re.findall(r"`(tests/[\w/.]+)`", " ".join(row)))
    targets = re.findall(r"`make (\w+)`", row[1])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    assert targets or row[1] == "not proven"


def test_the_versions_are_those_that_tests_start():
    said = " ".join(row[0] for row in SERVERS)
    assert f"InfluxDB {servers.INFLUXD_1_8.removeprefix('influxd-')}" in said
    assert f"InfluxDB {influxdb_2.INFLUXD_2.removeprefix('influxd-')}" in said


def test_the_table_of_files_names_each_and_no_other():
    there = {path.name for path in (ROOT / "rig/streaming").glob("*.py")} - {"__init__.py"}
    assert {name for name in FILES if FILES.count(name) > 1} == set()
    assert set(FILES) == there
