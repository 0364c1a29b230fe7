"""Commit and lock that a run names are the rig's own, wherever it was started."""

import hashlib
from pathlib import Path

import rig
from rig.bench.provenance import commit_of, provenance

ROOT = Path(rig.__file__).parents[1]


def test_the_lock_is_that_of_the_rig(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = hashlib.sha256((ROOT / "requirements" / "run.txt").read_bytes()).hexdigest()
    assert provenance().lock_sha256 == expected


def test_the_commit_of_a_folder_that_merely_lies_in_a_repository_is_not_known():
    assert commit_of(ROOT / "rig") == ("unknown", False)
