"""What bundles beside the records say of who signed: for the record that they hold, and never as if it were checked."""

import json
import re
import shutil
import zipfile

import pytest

from reports.evidence.bundle import write_bundle
from reports.evidence.keys import new_key, open_key
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import Role
from reports.index.bundles import Claim, Claims, claims_of
from reports.index.page import render, write_index
from reports.index.rows import MOST_LETTERS, index_of, names_in
from rig.record.overview import look_at
from tests.evidence.conftest import PASSPHRASE, QUICK, written
from tests.evidence.forging import contents_of
from tests.history.lines import run

NOON_NS = 1_767_614_400_000_000_000


@pytest.fixture(scope="session")
def _folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    record = written(folder, "physical")
    bundle = folder / "release.zip"
    write_bundle([record], bundle)
    shutil.copy(bundle, folder / "unsigned.zip")
    for name, role in (("A. Author", Role.AUTHOR), ("B. Approver", Role.APPROVER)):
        key = tmp_path_factory.mktemp("keys") / "a.key"
        new_key(name, PASSPHRASE, key, cost=QUICK)
        sign_bundle(bundle, lambda key=key: open_key(key, lambda: PASSPHRASE), Wish(role), lambda: NOON_NS)
    return folder


@pytest.fixture
def folder(_folder, tmp_path):
    """A folder with a run, its bundle that two persons signed, and one that nobody did."""
    return shutil.copytree(_folder, tmp_path / "runs")


def claims(folder, **more):
    return claims_of(folder, names_in(folder), look_at(folder).lines, **more)


def test_who_signed_is_read_from_the_bundle(folder):
    assert claims(folder).by_run == {
        "synthetic": (
            Claim("release.zip", "A. Author", "author"),
            Claim("release.zip", "B. Approver", "approver"),
        )
    }


def test_the_page_says_who_and_that_it_is_not_checked(folder):
    write_index(folder)
    text = (folder / "index.html").read_text(encoding="utf-8")
    said = "signed by A. Author as author, B. Approver as approver, not checked here: rig verify"
    assert re.search(rf'{said} <a href="release.zip"[^>]*>release.zip</a>', text)
    assert "unsigned.zip" not in text
    assert not re.search(r"\bvalid\b", text)


def test_a_bundle_of_another_record_of_the_same_name_says_nothing_of_this_one(folder):
    (folder / "synthetic.rig.db").unlink()
    written(folder, "physical", operator="somebody else")
    assert claims(folder).by_run == {}


def test_a_bundle_of_a_run_that_is_not_here_says_nothing(folder):
    (folder / "synthetic.rig.db").unlink()
    assert claims(folder).by_run == {}


def without_manifest(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("signatures/001.dsse.json", "{}")


def deflated(path):
    contents = contents_of(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)


def another_word(path):
    contents = contents_of(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data.replace(b'"payload":"', b'"payload":"AAAA') if name.startswith("sig") else data)


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "no zip": lambda path: path.write_bytes(b"PK no zip"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-30]),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "another zip": without_manifest,
    "packed": deflated,
    "other words": another_word,
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_file_that_is_no_bundle_says_nothing_and_breaks_nothing(folder, what):
    DAMAGES[what](folder / "release.zip")
    assert claims(folder).by_run == {}


@pytest.mark.parametrize("most, read", [(1, False), (2, True)])
def test_of_too_many_bundles_none_is_read_and_that_is_said(folder, most, read):
    found = claims(folder, most=most)
    text = render(look_at(folder).lines, (), found, written_ns=0)
    assert (found.left, bool(found.by_run), "the 2 bundles of this folder were not read" in text) == (
        0 if read else 2,
        read,
        not read,
    )
    assert ('<option value="not read">' in text) is not read


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "x" * 10_000, "\u202eevil", "\x1b[2J"], ids=repr)
def test_a_signers_name_is_text_and_bounded(name):
    made = Claims({"run-001": (Claim(f"{name[:50]}.zip", name, "author"),)})
    (row,) = index_of([run(1)], (), made).rows
    assert len(row.signed.said) < 2 * MOST_LETTERS
    assert row.signed.said.endswith("not checked here: rig verify")
    text = render([run(1)], (), made, written_ns=0)
    assert name not in text
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert json.loads(data)["signed"][0][0] == ["author"]


def test_who_signed_several_times_is_said_once():
    twice = Claims({"run-001": (Claim("a.zip", "A", "author"), Claim("b.zip", "A", "author"))})
    (row,) = index_of([run(1)], (), twice).rows
    assert row.signed.said.startswith("signed by A as author, not")
    assert [file.face for file in row.signed.bundles] == ["a.zip", "b.zip"]
