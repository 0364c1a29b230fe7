"""What was changed in a bundle is found and named, also where every checksum was put right again."""

import json
import shutil

import pytest

from reports.evidence import verdicts, verify
from reports.evidence.bundle import write_bundle
from reports.evidence.verify import verify_bundle
from rig.record.reader import RecordReader
from tests.evidence.conftest import written
from tests.evidence.forging import altered_record, canonical, contents_of, listed_anew, rewritten, with_payload

RECORD, REPORT = "records/synthetic.rig.db", "reports/synthetic.html"


def failed(bundle):
    return {one.what: one.said for one in verify_bundle(bundle).made if one.found == "FAILED"}


def the_result(record):
    with RecordReader(record) as reader:
        return reader.results()[0].seq


def test_a_bundle_that_nobody_touched_holds(bundle):
    assert failed(bundle) == {}


def test_it_is_checked_where_there_are_no_runs(bundle, tmp_path, monkeypatch):
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    shutil.move(bundle, alone / "b.zip")
    monkeypatch.chdir(alone)
    assert failed(alone / "b.zip") == {}
    assert [path.name for path in alone.iterdir()] == ["b.zip"]


def test_one_changed_byte_of_a_record_is_found_in_its_entry(bundle, record):
    data = bytearray(record.read_bytes())
    at = data.index(b'"verdict":"PASS"')
    data[at + 11 : at + 15] = b"FAIL"
    rewritten(bundle, {RECORD: bytes(data)})
    found = [one for one in verify_bundle(bundle).made if one.what == "record of synthetic"]
    assert [(one.found, one.seq) for one in found] == [("FAILED", the_result(record))]
    assert f"entry {the_result(record)}: it is not what was recorded" in found[0].said


def test_a_verdict_that_was_changed_with_its_whole_chain_does_not_follow_from_the_samples(record, tmp_path):
    seq = the_result(record)
    altered_record(record, seq=seq, chained=True)
    write_bundle([record], tmp_path / "b.zip")
    found = verify_bundle(tmp_path / "b.zip")
    assert [(one.what, one.seq) for one in found.made if one.found == "FAILED"] == [("verdicts of synthetic", seq)]
    assert "verdict" in found.in_order[0].said


def test_a_report_that_was_changed_is_not_what_the_record_says(bundle):
    listed_anew(bundle, {REPORT: contents_of(bundle)[REPORT].replace(b"FAIL", b"PASS") + b" "})
    assert "not what the record's report is" in failed(bundle)["reports of synthetic"]


def test_a_report_of_another_rig_is_not_checked_and_nothing_else_is_left_out(bundle):
    manifest = json.loads(contents_of(bundle)["manifest.json"])
    manifest["written_by"]["rig"] = "0.0.9"
    rewritten(bundle, {"manifest.json": canonical(manifest)})
    listed_anew(bundle, {REPORT: b"another rig's"})
    found = {one.what: (one.found, one.said) for one in verify_bundle(bundle).made}
    assert found["reports of synthetic"][0] == "not checked"
    assert "0.0.9" in found["reports of synthetic"][1]
    assert found["verdicts of synthetic"][0] == "ok"


def test_a_plan_that_was_changed_is_not_what_the_record_holds(bundle):
    name = "sources/synthetic/plans/001-test_plan.py"
    listed_anew(bundle, {name: b"def test_rate(): pass\n"})
    assert failed(bundle)["sources"] == f"{name} is not what the record holds"


@pytest.mark.parametrize("key, value", [("outcome", "FAIL"), ("dut", "another"), ("head", "00" * 32), ("mocked", True)])
def test_a_manifest_that_says_something_else_of_a_run_is_found(bundle, key, value):
    manifest = json.loads(contents_of(bundle)["manifest.json"])
    manifest["runs"][0][key] = value
    rewritten(bundle, {"manifest.json": canonical(manifest)})
    assert "manifest's words" in failed(bundle)


def test_simulated_data_filed_as_evidence_of_a_bench_are_found(mocked, tmp_path):
    write_bundle([mocked], tmp_path / "b.zip")
    manifest = json.loads(contents_of(tmp_path / "b.zip")["manifest.json"])
    rewritten(tmp_path / "b.zip", {"manifest.json": canonical({**manifest, "bench_evidence": True})})
    assert "simulated data are filed as evidence" in failed(tmp_path / "b.zip")["manifest's words"]


def test_an_attestation_that_says_something_else_is_found(bundle):
    def pass_all(payload):
        payload["predicate"]["passedTests"].append("synthetic: test_plan.py::test_another")

    rewritten(bundle, {"attestation.dsse.json": with_payload(contents_of(bundle)["attestation.dsse.json"], pass_all)})
    assert "says something else than the records" in failed(bundle)["attestation"]


@pytest.mark.parametrize("name", [RECORD, REPORT, "manifest.json", "audit.jsonl", "notes/synthetic.jsonl"])
def test_a_file_that_is_missing_is_found(bundle, name):
    rewritten(bundle, without=[name])
    assert any(name.split("/")[0].split(".")[0] in said for said in failed(bundle).values())


@pytest.mark.parametrize("name", ["more.txt", "records/run-2.rig.db", "notes/run-2.jsonl", "signatures/001.dsse.json"])
def test_a_file_that_nobody_listed_is_found(bundle, name):
    rewritten(bundle, {name: b"{}"})
    assert any(name in said for said in failed(bundle).values())


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"null", b'{"format":1}', b'{"format":1,"runs":[{"run":"../../x"}]}', b"{" * 100_000, b'{"a":NaN}'],
    ids=["empty", "list", "null", "no runs", "way out", "deep", "NaN"],
)
def test_whatever_a_manifest_is_it_is_a_finding_and_no_crash(bundle, manifest):
    rewritten(bundle, {"manifest.json": manifest})
    assert failed(bundle)


def test_the_same_words_in_another_form_are_found(bundle):
    manifest = json.loads(contents_of(bundle)["manifest.json"])
    rewritten(bundle, {"manifest.json": json.dumps(manifest, sort_keys=True).encode()})
    assert "another form" in failed(bundle)["file"]


def test_a_file_that_is_no_bundle_is_said_to_be_none(rig, tmp_path):
    (tmp_path / "b.zip").write_bytes(b"no zip at all")
    assert rig("verify", tmp_path / "b.zip").code == 1
    assert rig("verify", tmp_path / "none.zip").code == 2


def test_a_bundle_of_another_format_is_left_to_the_rig_that_wrote_it(bundle):
    manifest = json.loads(contents_of(bundle)["manifest.json"])
    rewritten(bundle, {"manifest.json": canonical({**manifest, "format": 2})})
    assert "format 2" in failed(bundle)["file"]


def test_what_failed_stands_first(rig, bundle):
    rewritten(bundle, {REPORT: b""})
    *lines, last = rig("verify", bundle).out.splitlines()
    words = [line.split()[0] for line in lines]
    assert words == sorted(words, key=["FAILED", "not", "ok"].index)
    assert f"{words.count('FAILED')} failed" in last
    assert words[0] == "FAILED"


def test_as_json_each_check_has_its_entry(rig, bundle, record):
    altered_record(record, seq=the_result(record), chained=False)
    rewritten(bundle, {RECORD: record.read_bytes()})
    said = json.loads(rig("verify", bundle, "--json").out)
    assert said["held"] is False
    (chain,) = [one for one in said["checks"] if one["what"] == "record of synthetic"]
    assert chain["entry"] == the_result(record)


def test_two_runs_are_checked_each(record, mocked, tmp_path):
    other = record.with_name("another.rig.db")
    shutil.copy(record, other)
    write_bundle([record, other], tmp_path / "b.zip")
    found = {one.what for one in verify_bundle(tmp_path / "b.zip").made if one.found == "ok"}
    assert {
        f"{what} of {run}" for what in ("record", "verdicts", "reports") for run in ("synthetic", "another")
    } <= found


def test_verdicts_of_a_long_record_are_recomputed_beside_and_are_the_same(bundle, record, monkeypatch):
    monkeypatch.setattr(verdicts, "BESIDE_FROM_BYTES", 0)
    with monkeypatch.context() as only_beside:
        only_beside.setattr(verdicts, "verdicts_again", lambda _: pytest.fail("recomputed in this process"))
        assert failed(bundle) == {}
    altered_record(record, seq=the_result(record), chained=True)
    listed_anew(bundle, {RECORD: record.read_bytes()})
    assert "verdict" in failed(bundle)["verdicts of synthetic"]


NONSENSE = {
    "a time without end": (1, lambda body: body["weighing"].update(clock_ppm=1e300)),
    "a block of no rows": (3, lambda body: body.update(n=-1)),
    "a unit that is a number": (8, lambda body: body.update(unit=7)),
    "a value without end": (8, lambda body: body.update(details={"x": 10**400})),
    "a window before time": (8, lambda body: body["recipe"].update(from_ns=-(10**30))),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_whatever_a_record_with_a_right_chain_says_is_a_finding_and_no_crash(bundle, record, what):
    with RecordReader(record) as reader:
        seqs = [entry.seq for entry in reader.entries()]
    seq, change = NONSENSE[what]
    altered_record(record, seq=min(seq, seqs[-1] - 1), chained=True, change=change)
    rewritten(bundle, {RECORD: record.read_bytes()})
    assert failed(bundle)


HOSTILE = ["<script>alert(1)</script>", "x" * 10_000, "\u202ereversed", "../../../etc/passwd", "\x1b[2J"]


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "long", "right to left", "way out", "terminal"])
def test_hostile_texts_of_a_record_stay_texts(rig, tmp_path, text):
    source = {"file": text, "sha256": "ab" * 32, "text": text}
    record = written(
        tmp_path / "runs", "physical", bench_file=source, plan_sources=[source], dut={"model": text, "serial": text}
    )
    write_bundle([record], tmp_path / "b.zip")
    said = rig("verify", tmp_path / "b.zip")
    assert said.code == 0
    assert "\x1b" not in said.out


def test_everything_that_verification_needs_stands_in_the_file(bundle, monkeypatch):
    """A name of another rig in the manifest does not lead to its reports being taken on trust when they are ours."""
    monkeypatch.setattr(verify, "written_by", lambda: {"rig": "another"})
    assert {one.what: one.found for one in verify_bundle(bundle).made}["reports of synthetic"] == "ok"
