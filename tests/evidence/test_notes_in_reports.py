"""The reports of a bundle show the notes that there were; of later ones it is said that they are not in them."""

import json

import pytest

from reports.evidence.bundle import write_bundle
from reports.evidence.verify import verify_bundle
from tests.evidence.forging import contents_of, rewritten
from tests.evidence.test_notes import approve, found, note


def noted_in(bundle):
    return json.loads(contents_of(bundle)["reports/synthetic.json"])["notes"]


def manifest_of(bundle):
    return json.loads(contents_of(bundle)["manifest.json"])


@pytest.fixture
def noted(record, tmp_path):
    note(record, "26 °C", "deviation")
    write_bundle([record], tmp_path / "b.zip")
    return tmp_path / "b.zip"


def test_the_reports_of_a_bundle_show_its_notes_and_verify_holds_them_to_it(noted):
    assert noted_in(noted)["open"] == [1]
    assert manifest_of(noted)["runs"][0]["notes_in_reports"] == 1
    said = found(noted)
    assert said["reports of synthetic"].found == "ok"
    assert "added since" not in said["reports of synthetic"].said
    assert "open deviations: 1 on synthetic" in said["notes"].said


def test_a_bundle_without_signatures_is_written_with_all_notes_there_are(record, noted):
    note(record, "decided", "disposition")
    write_bundle([record], noted)
    assert len(noted_in(noted)["of_run"]) == 2


def test_notes_that_came_after_a_signature_are_not_in_its_reports_and_that_is_said(record, noted, signer):
    approve(noted, signer)
    note(record, "another", "deviation")
    write_bundle([record], noted)
    said = found(noted)
    assert [one["number"] for one in noted_in(noted)["of_run"]] == [1]
    assert said["reports of synthetic"].found == "ok"
    assert "1 note was added since and not in them" in said["reports of synthetic"].said
    assert "open deviations: 1 on synthetic, 2 on synthetic" in said["notes"].said
    assert verify_bundle(noted).held


@pytest.mark.parametrize("count", [0, 2, -1, True, "1", 1.5])
def test_a_manifest_that_says_another_number_does_not_verify(noted, count):
    forged = manifest_of(noted)
    forged["runs"][0]["notes_in_reports"] = count
    text = json.dumps(forged, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    rewritten(noted, {"manifest.json": text})
    assert not verify_bundle(noted).held
