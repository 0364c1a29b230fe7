"""What other runs say stands on every face, first of all what did not go well, and is kept for all to come."""

import json
import re
import shutil
from itertools import pairwise

import pytest

from commands.main import main
from reports.evidence.bundle import write_bundle
from reports.evidence.verify import verify_bundle
from reports.facts.other_runs import OtherRun, OtherRuns, as_kept, kept_path, read_kept
from reports.facts.run_reading import read_run
from reports.history.other_runs import keep_other_runs, look_again, look_for_other_runs
from reports.words.other_runs import NOT_LOOKED_FOR, worst_first
from rig.clock import VirtualClock
from rig.errors import ExportError, RecordNotFoundError
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import PlanBegins, PlanEnds
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from tests.reports.faced import Faced
from tests.reports.records import EPOCH_NS, HOUR_NS, PLAN, Scribe, result_body, start_body

NOW_NS = EPOCH_NS + 1000 * HOUR_NS


def record_of(folder, number, value=1.0, verdict="PASS", ended="FINISHED", **changes):
    """Write the record of a run that measured a value, so many hours after the first; return where it is."""
    folder.mkdir(exist_ok=True)
    clock = VirtualClock(EPOCH_NS + number * HOUR_NS)
    start = from_body(Start, start_body(begun_utc_ns=EPOCH_NS + number * HOUR_NS, **changes))
    scribe = Scribe(RunRecord.create(folder, f"run-{number}", start, EPOCH_NS + number * HOUR_NS, clock), clock)
    scribe.record.event(PlanBegins(PLAN, ("ACC-001",)))
    scribe.result(result_body(value=value, verdict=verdict) | {"plan": PLAN})
    scribe.record.event(PlanEnds(PLAN))
    scribe.record.stop(Stop(ended))
    scribe.record.close()
    return scribe.record.path


@pytest.fixture
def tried(tmp_path):
    """A run that passed, after the same pump was aborted once and failed once; another pump failed besides."""
    folder = tmp_path / "runs"
    record_of(folder, 1, ended="ABORTED")
    record_of(folder, 2, 7.0, "FAIL")
    record_of(folder, 3, 8.0, "FAIL", dut={"model": "ITP-1", "serial": "0043"})
    record_of(folder, 4, 9.0, "FAIL", kind="mocked")
    return record_of(folder, 5)


def faced(record, kept):
    with RecordReader(record) as reader:
        return Faced(read_run(reader, kept))


def looked(record, *folders):
    return faced(record, as_kept(look_for_other_runs(record, folders, NOW_NS)))


def test_without_a_look_every_face_says_that_nobody_looked(tried):
    run = faced(tried, None)
    assert run.data["others"]["said"] == NOT_LOOKED_FOR
    assert NOT_LOOKED_FOR in run.paper
    assert NOT_LOOKED_FOR in run.html
    assert run.data["alerts"] == []


def test_what_the_same_pump_did_before_is_an_alert_on_every_face(tried):
    run = looked(tried)
    (alert,) = run.data["alerts"]
    assert alert == "Other runs of this pump: 1 did not end by itself, 1 came to FAIL."
    assert run.paper.count(alert) == 2  # on the first page, and among the deviations
    assert f'<p class="alert">{alert}</p>' in run.html


def test_runs_of_other_pumps_and_kinds_of_bench_are_not_those_of_this_pump(tried):
    others = looked(tried).data["others"]
    assert [one["run"] for one in others["of_pump"]] == ["run-1", "run-2"]
    assert others["looked_at"] == 3


def test_a_repeated_plan_is_told_with_what_it_came_to(tried):
    run = looked(tried)
    failed = run.data["others"]["of_pump"][1]
    assert (failed["ended"], failed["outcome"]) == ("FINISHED", "FAIL")
    assert failed["repeated"] == "test_rate_is_kept[slow]: FAIL"
    assert "test_rate_is_kept[slow]: FAIL" in run.html
    assert "test_rate_is_kept[slow]: FAIL" in run.paper


def test_a_pump_without_a_serial_number_cannot_be_told_apart(tmp_path):
    unnamed = {"model": "ITP-1", "serial": ""}
    record_of(tmp_path / "runs", 1, 7.0, "FAIL", dut=unnamed)
    run = looked(record_of(tmp_path / "runs", 2, dut=unnamed))
    assert run.data["others"]["of_pump"] == []
    assert "cannot be told apart" in run.data["others"]["said"]


def test_a_number_stands_among_its_kind_with_the_limits_of_the_others(tmp_path):
    values = [0.9, 1.1, 1.0, 0.8, 1.2, 1.0, 0.9, 1.1, 1.0]
    for number, value in enumerate(values):
        record_of(tmp_path / "runs", number, value, dut={"model": "ITP-1", "serial": str(number)})
    run = looked(record_of(tmp_path / "runs", 20, 3.0))
    (result,) = run.results()
    among = result["among"]
    ranges = [abs(b - a) for a, b in pairwise(values)]
    sigma = sum(ranges) / len(ranges) / 1.128
    assert among["mean"]["number"] == pytest.approx(1.0)
    assert among["upper"]["number"] == pytest.approx(1.0 + 3 * sigma, rel=1e-3)
    assert (among["place"], among["n"], among["beyond"], among["pumps"]) == (10, 10, True, 10)
    assert among["ppk"]["number"] > 0
    assert among["text"] in run.paper_of(result)
    assert among["text"] in run.page_of(result)
    assert "1 value lies beyond the control limits of other runs." in run.data["alerts"][0]


def test_too_few_values_have_no_limits_and_say_so(tried):
    (result,) = looked(tried).results()
    assert result["among"]["mean"] is None
    assert "No control limits: 3 decided values of other runs; a chart takes 9" in result["among"]["text"]
    assert "No Ppk" in result["among"]["text"]


def test_the_same_record_and_what_is_kept_make_the_same_bytes_anywhere(tried, tmp_path):
    kept = keep_other_runs(tried, (), NOW_NS)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in (tried, kept_path(tried)):
        shutil.copy(path, elsewhere)
    for folder in (tried.parent, elsewhere):
        assert main(["report", str(folder / tried.name), "--format", "all", "--out", str(folder / "r.html")]) == 0
    assert kept.of_pump
    for name in ("r.html", "r.pdf", "r.json"):
        assert (tried.parent / name).read_bytes() == (elsewhere / name).read_bytes()


def test_the_command_looks_in_other_folders_too(tried, tmp_path, capsys):
    record_of(tmp_path / "more", 9, 7.0, "FAIL")
    assert main(["report", str(tried), "--among", str(tmp_path / "more"), "--format", "json"]) == 0
    said = json.loads(tried.with_name("run-5.json").read_text(encoding="utf-8"))
    assert [one["run"] for one in said["others"]["of_pump"]] == ["run-1", "run-2", "run-9"]
    assert "run-5.json" in capsys.readouterr().out


@pytest.mark.parametrize(
    "data, said",
    [
        (b"\xff", "is not what was kept"),
        (b"[]", "no JSON object"),
        (b"{}", "is not what was kept"),
        (b'{"head": "x", "looked_utc": "", "looked_at": NaN}', "is not what was kept"),
        (b'{"head": "x", "looked_utc": "", "looked_at": 1, "format": 2}', "is of format 2"),
        (b'{"head":"y","looked_at":1,"looked_utc":""}', "was kept for the record with the head y"),
        (b'{"head": "x", "looked_utc": "", "looked_at": 1}', "in another form"),
        (b"[" * 100_000, "is not what was kept"),
    ],
)
def test_what_is_not_what_was_kept_is_refused(data, said):
    with pytest.raises(ExportError, match=re.escape(said)):
        read_kept(data, "x", "run.others.json")


def test_an_earlier_rigs_file_without_folders_is_read():
    assert read_kept(b'{"head":"x","looked_at":1,"looked_utc":""}', "x", "run.others.json").looked_in == ()


def test_a_run_that_was_found_and_is_not_there_any_more_stays_and_is_told(tried):
    keep_other_runs(tried, (), NOW_NS)
    tried.with_name("run-1.rig.db").unlink()
    keep_other_runs(tried, (), NOW_NS + HOUR_NS)
    run = faced(tried, kept_path(tried).read_bytes())
    gone = "1 run was found before and is not there any more: run-1."
    assert [(one["run"], one["gone"]) for one in run.data["others"]["of_pump"]] == [("run-1", True), ("run-2", False)]
    assert gone in run.data["alerts"][0]
    assert gone in run.html
    assert gone in run.paper


def test_what_is_gone_stands_before_what_passed():
    there, gone = (
        OtherRun(f"run-{number}", f"2026-01-0{number}T08:00:00Z", "FINISHED", "PASS", "table", gone=number == 2)
        for number in (1, 2)
    )
    assert worst_first(OtherRuns("", "2026-01-03T08:00:00Z", 2, (there, gone))) == (gone, there)


def test_a_look_that_finds_the_same_is_the_one_before(tried):
    keep_other_runs(tried, (), NOW_NS)
    before = kept_path(tried).read_bytes()
    keep_other_runs(tried, (), NOW_NS + HOUR_NS)
    assert kept_path(tried).read_bytes() == before


def test_records_that_were_not_read_are_an_alert_on_every_face(tried):
    run = faced(tried, as_kept(look_again(tried, (), NOW_NS, most=3)))
    (alert,) = run.data["alerts"]
    assert (run.data["others"]["unread"], run.data["others"]["looked_at"]) == (2, 1)
    assert alert.startswith("2 records were not read, so that it is not known what they would say")
    assert alert in run.html
    assert alert in run.paper


def test_a_run_that_a_short_look_did_not_come_to_is_not_said_to_be_gone(tried):
    keep_other_runs(tried, (), NOW_NS)
    found = look_again(tried, (), NOW_NS + HOUR_NS, most=2)
    assert [(one.run_id, one.gone) for one in found.of_pump] == [("run-1", False), ("run-2", False)]


def test_folders_that_were_named_once_are_looked_in_again(tried, tmp_path):
    more = tmp_path / "more"
    record_of(more, 8)
    keep_other_runs(tried, [more], NOW_NS)
    record_of(more, 9, 7.0, "FAIL")
    found = keep_other_runs(tried, (), NOW_NS + HOUR_NS)
    assert [one.run_id for one in found.of_pump] == ["run-1", "run-2", "run-8", "run-9"]
    assert found.looked_in == (more.resolve().as_posix(),)


def test_a_folder_that_cannot_be_read_is_said(tried, tmp_path):
    more = tmp_path / "more"
    record_of(more, 8)
    keep_other_runs(tried, [more], NOW_NS)
    shutil.rmtree(more)
    more.write_bytes(b"no folder")
    keep_other_runs(tried, (), NOW_NS + HOUR_NS)
    run = faced(tried, kept_path(tried).read_bytes())
    unread = f"Could not be read, so that it is not known which runs are there: {more.resolve().as_posix()}."
    assert run.data["others"]["unread_folders"] == [more.resolve().as_posix()]
    assert unread in run.data["alerts"][0]
    assert run.data["others"]["of_pump"][-1]["repeated"].startswith("found before, not found any more")


def test_a_folder_that_was_never_there_is_refused(tried, tmp_path):
    with pytest.raises(RecordNotFoundError, match="no folder"):
        keep_other_runs(tried, [tmp_path / "nowhere"], NOW_NS)


def test_a_file_that_is_not_what_was_kept_is_not_written_over(tried):
    kept_path(tried).write_bytes(b"somebody's own")
    with pytest.raises(ExportError, match="is not what was kept"):
        keep_other_runs(tried, (), NOW_NS)
    assert kept_path(tried).read_bytes() == b"somebody's own"


def test_hostile_words_in_what_is_kept_stay_words(tried):
    others = look_for_other_runs(tried, (), NOW_NS)
    hostile = json.loads(as_kept(others))
    hostile["of_pump"][0] |= {"run_id": "<script>alert(1)</script>\u202e" + "x" * 10_000, "outcome": "#panic()"}
    kept = json.dumps(hostile, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    run = faced(tried, kept)
    assert "<script>alert" not in run.html
    assert "\u202e" not in run.html
    assert "#panic()" in run.paper


def test_a_bundle_carries_what_was_kept_and_its_reports_follow_from_it(tried, tmp_path):
    keep_other_runs(tried, (), NOW_NS)
    bundle = tmp_path / "run.bundle.zip"
    write_bundle([tried], bundle)
    found = {one.what: one for one in verify_bundle(bundle).made}
    assert found["reports of run-5"].found == "ok"
    assert found["manifest"].found == "ok"
