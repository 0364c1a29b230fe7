"""A bundle looks for other runs of its pump by itself; `rig verify` calls it a claim, and checks what it can."""

import json
import shutil

import pytest

from reports.evidence.verify import verify_bundle
from reports.facts.other_runs import kept_path
from rig.errors import ExportError
from tests.evidence.forging import contents_of, rewritten
from tests.reports.test_other_runs import record_of


@pytest.fixture
def tried(tmp_path):
    """A run that passed, after the same pump was aborted."""
    record_of(tmp_path / "runs", 1, ended="ABORTED")
    return record_of(tmp_path / "runs", 2)


def said_of_others(bundle, run="run-2"):
    return json.loads(contents_of(bundle)[f"others/{run}.json"])


def finding(bundle, run="run-2"):
    return next(one for one in verify_bundle(bundle).made if one.what == f"other runs of {run}")


def test_an_aborted_run_of_the_pump_is_in_the_bundle_without_anybody_asking(rig, tried, tmp_path):
    out = tmp_path / "b.zip"
    assert rig("bundle", tried, "--out", out).code == 0
    assert [(one["run_id"], one["ended"]) for one in said_of_others(out)["of_pump"]] == [("run-1", "ABORTED")]
    assert "1 did not end by itself" in json.loads(contents_of(out)["reports/run-2.json"])["alerts"][0]


def test_another_folder_is_looked_in_when_it_is_named(rig, tried, tmp_path):
    out = tmp_path / "b.zip"
    record_of(tmp_path / "more", 3, 7.0, "FAIL")
    assert rig("bundle", tried, "--out", out, "--among", tmp_path / "more").code == 0
    assert [one["run_id"] for one in said_of_others(out)["of_pump"]] == ["run-1", "run-3"]


def test_a_folder_that_is_not_there_is_said_and_nothing_is_bundled(rig, tried, tmp_path):
    said = rig("bundle", tried, "--out", tmp_path / "b.zip", "--among", tmp_path / "nowhere")
    assert said.code == 2
    assert "nowhere" in said.err
    assert not (tmp_path / "b.zip").exists()


def test_the_folders_of_all_records_are_looked_in(rig, tried, tmp_path):
    out, other = tmp_path / "b.zip", record_of(tmp_path / "more", 3)
    assert rig("bundle", tried, other, "--out", out).code == 0
    assert [one["run_id"] for one in said_of_others(out, "run-3")["of_pump"]] == ["run-1", "run-2"]


def test_the_same_runs_make_the_same_bytes(rig, tried, tmp_path):
    for name in ("a.zip", "b.zip"):
        assert rig("bundle", tried, "--out", tmp_path / name).code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_where_nothing_can_be_kept_beside_the_record_it_is_in_the_bundle(rig, tried, tmp_path, monkeypatch):
    def refuse(record, found):
        raise ExportError("the folder is read-only")

    monkeypatch.setattr("reports.history.other_runs.keep", refuse)
    said = rig("bundle", tried, "--out", tmp_path / "b.zip")
    assert said.code == 0
    assert "in the bundle only" in said.err
    assert said_of_others(tmp_path / "b.zip")["of_pump"]


def test_a_signed_bundle_keeps_what_it_said_of_other_runs(rig, record, person, handed, tmp_path):
    out = tmp_path / "b.zip"
    rig("bundle", record, "--out", out)
    assert rig("sign", out, "--key", person("A. Author"), "--as", "author", "--passphrase-fd", handed()).code == 0
    before = said_of_others(out, "synthetic")
    record_of(record.parent, 3)
    assert rig("bundle", record, "--out", out).code == 0
    assert said_of_others(out, "synthetic") == before
    assert verify_bundle(out).held


def test_verify_says_that_nothing_in_the_bundle_proves_it(rig, tried, tmp_path):
    rig("bundle", tried, "--out", tmp_path / "b.zip")
    found = finding(tmp_path / "b.zip")
    assert found.found == "not checked"
    assert "1 of the same pump among 1" in found.said
    assert "the word of whoever bundled, which nothing in this bundle proves" in found.said


def test_verify_says_when_nobody_looked(bundle):
    found = finding(bundle, "synthetic")
    assert found.found == "not checked"
    assert "nobody looked" in found.said


def test_a_run_that_is_in_the_bundle_too_must_be_what_is_said_of_it(rig, tried, tmp_path):
    out, kept = tmp_path / "b.zip", kept_path(tried)
    rig("bundle", tried, tried.with_name("run-1.rig.db"), "--out", out)
    assert "1 of them are in it and agree" in finding(out).said
    flattering = kept.read_bytes().replace(b'"ended":"ABORTED"', b'"ended":"FINISHED"')
    rewritten(out, {"others/run-2.json": flattering})
    found = finding(out)
    assert found.found == "FAILED"
    assert "it says of run-1 FINISHED, INCONCLUSIVE; the record in this bundle says ABORTED" in found.said


@pytest.mark.parametrize("forged", [b"", b"[]", b"{}", b'{"head":"x","looked_at":1,"looked_utc":""}'])
def test_what_was_not_kept_of_this_record_fails(rig, tried, tmp_path, forged):
    out = tmp_path / "b.zip"
    rig("bundle", tried, "--out", out)
    rewritten(out, {"others/run-2.json": forged})
    assert finding(out).found == "FAILED"


def test_a_copy_of_the_run_is_no_other_run(rig, tried, tmp_path):
    shutil.copy(tried, tried.with_name("copy.rig.db"))
    rig("bundle", tried, "--out", tmp_path / "b.zip")
    assert [one["run_id"] for one in said_of_others(tmp_path / "b.zip")["of_pump"]] == ["run-1"]
