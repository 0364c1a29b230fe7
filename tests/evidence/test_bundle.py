"""A bundle holds all of a run, in one form, and says what it is."""

import base64
import hashlib
import json
import zipfile

import pytest

from reports.evidence.bundle import write_bundle
from rig.errors import MockedEvidenceError


def statement_in(path):
    with zipfile.ZipFile(path) as file:
        envelope = json.loads(file.read("attestation.dsse.json"))
    return json.loads(base64.b64decode(envelope["payload"]))


def test_any_unzip_finds_record_reports_sources_and_hashes_of_all(bundle, record):
    with zipfile.ZipFile(bundle) as file:
        assert file.testzip() is None
        contents = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(contents["manifest.json"])
    assert contents["records/synthetic.rig.db"] == record.read_bytes()
    assert contents["sources/synthetic/bench/001-table.toml"] == b"[bench]\n"
    assert contents["sources/synthetic/plans/001-test_plan.py"] == b"def test_rate(pump): ...\n"
    assert (
        b"<!DOCTYPE html>" in contents["reports/synthetic.html"][:100] or b"<html" in contents["reports/synthetic.html"]
    )
    for name, said in manifest["files"].items():
        assert said == {"bytes": len(contents[name]), "sha256": hashlib.sha256(contents[name]).hexdigest()}


def test_the_same_run_makes_the_same_bytes(bundle, record, tmp_path):
    write_bundle([record], tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_a_mocked_run_says_so_and_is_never_more_than_a_warning(mocked, tmp_path):
    write_bundle([mocked], tmp_path / "mocked.zip")
    said = statement_in(tmp_path / "mocked.zip")
    with zipfile.ZipFile(tmp_path / "mocked.zip") as file:
        manifest = json.loads(file.read("manifest.json"))
    assert said["predicate"]["result"] == "WARNED"
    assert said["predicate"]["mocked"] is True
    assert manifest["mocked"] is True
    assert "SIMULATED" in manifest["warning"]


def test_a_mocked_run_cannot_be_filed_as_evidence_of_a_bench(mocked, tmp_path):
    with pytest.raises(MockedEvidenceError):
        write_bundle([mocked], tmp_path / "mocked.zip", bench_evidence=True)
    assert not (tmp_path / "mocked.zip").exists()


def test_the_attestation_is_an_in_toto_test_result_about_every_file(bundle):
    said = statement_in(bundle)
    with zipfile.ZipFile(bundle) as file:
        hashes = {name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist()}
    subjects = {one["name"]: one["digest"]["sha256"] for one in said["subject"]}
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert said["predicate"]["result"] == "PASSED"
    assert said["predicate"]["passedTests"] == ["synthetic: test_plan.py::test_rate"]
    assert {"manifest.json", "records/synthetic.rig.db", "reports/synthetic.html"} <= subjects.keys()
    assert {name: hashes[name] for name in subjects} == subjects
