"""A report that is signed in itself: what readers of PDFs see, what is under it, and what nobody can slip in."""

import io
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypdf import PdfReader

from reports.evidence import signed_pdfs
from reports.evidence.authority import Authority
from reports.evidence.findings import Findings
from reports.evidence.growing import NOTHING_DEMANDED, check_growing
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import MEANINGS, Role
from reports.evidence.verify import opened
from rig.errors import SigningRefusedError, TimeStampError
from tests.evidence.authorities import NOON, granting, served
from tests.evidence.conftest import PASSPHRASE
from tests.evidence.forging import contents_of, rewritten
from tests.evidence.persons import NOON_NS, now_ns

SIGNED, REPORT = "signed-pdfs/synthetic.pdf", "reports/synthetic.pdf"


@pytest.fixture(scope="session")
def _signed(_whole_bundle, people, tsa, tmp_path_factory):
    bundle = shutil.copy(_whole_bundle, tmp_path_factory.mktemp("signed") / "b.zip")
    reviewer, theirs = people["R. Reviewer"]
    sign_bundle(bundle, lambda: reviewer, Wish(Role.REVIEWER, certificate=lambda: theirs), now_ns)
    approver, another = people["B. Approver"]
    with served(granting(tsa)) as url:
        wish = Wish(Role.APPROVER, "", Authority(url), lambda: another)
        sign_bundle(bundle, lambda: approver, wish, now_ns)
    return bundle


@pytest.fixture
def signed(_signed, tmp_path):
    """A bundle whose report a reviewer signed, and an approver with an authority's time."""
    return shutil.copy(_signed, tmp_path / "b.zip")


def found(bundle):
    findings = Findings()
    with opened(bundle) as whole:
        check_growing(whole.container, whole.manifest, NOTHING_DEMANDED, findings)
    return {one.what: (str(one.found), one.said) for one in findings.made}


def the_signatures(data):
    annotations = [one.get_object() for one in PdfReader(io.BytesIO(data)).pages[0]["/Annots"]]
    return [one["/V"] for one in annotations if one.get("/FT") == "/Sig"]


def test_a_signed_report_holds_and_names_who_signed_it(signed):
    state, said = found(signed)["signed report of synthetic"]
    assert state == "ok", said
    assert "the bundle's own report and 2 signatures in it, nothing else; the last covers the whole file" in said
    assert "signature 1, R. Reviewer as reviewer, by the certificate of R. Reviewer;" in said
    assert said.endswith("by the certificate of B. Approver, stamped 2026-01-05T12:00:00Z by A Time Authority")


def test_the_signed_report_begins_with_the_bundles_own(signed, report):
    contents = contents_of(signed)
    assert contents[REPORT] == report
    assert contents[SIGNED].startswith(report)


def test_a_reader_of_pdfs_finds_signer_reason_and_form(signed):
    """By pypdf, which signed nothing."""
    first, second = the_signatures(contents_of(signed)[SIGNED])
    assert (first["/Name"], second["/Name"]) == ("R. Reviewer", "B. Approver")
    assert first["/Reason"] == f"reviewer: {MEANINGS[Role.REVIEWER]}"
    assert {one["/SubFilter"] for one in (first, second)} == {"/ETSI.CAdES.detached"}


@pytest.mark.parametrize("number", [0, 1])
def test_openssl_finds_each_signature_on_all_but_itself(signed, people, tmp_path, number):
    data = contents_of(signed)[SIGNED]
    one = the_signatures(data)[number]
    begin, first, second, last = map(int, one["/ByteRange"])
    (tmp_path / "signed.bin").write_bytes(data[begin : begin + first] + data[second : second + last])
    (tmp_path / "s.der").write_bytes(bytes(one["/Contents"]))
    (tmp_path / "own.pem").write_bytes(people[one["/Name"]][1].own.public_bytes(Encoding.PEM))
    words = "openssl cms -verify -cades -binary -inform DER -in s.der -content signed.bin -out all.bin -CAfile own.pem"
    words += " -purpose any -no_check_time"
    done = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "successful" in done.stderr
    assert (begin, number == 1) == (0, second + last == len(data))


@pytest.mark.parametrize("change", ["a bit", "more behind it", "gone", "of nobody", "another report"])
def test_a_signed_report_cannot_change_come_or_go_unseen(signed, change):
    data = contents_of(signed)[SIGNED]
    if change == "gone":
        rewritten(signed, without=[SIGNED])
    elif change == "of nobody":
        rewritten(signed, {"signed-pdfs/another.pdf": data})
    else:
        turned = data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
        rewritten(
            signed, {SIGNED: {"a bit": turned, "more behind it": data + b"%", "another report": b"%" + data}[change]}
        )
    state, said = found(signed)["signatures"]
    assert (state, "signed" in said) == ("FAILED", True)


def test_without_the_extra_a_signed_report_is_not_checked_and_says_what_is_wanted(signed, monkeypatch):
    monkeypatch.setattr("reports.evidence.growing_pdfs.has_pades", lambda: False)
    state, said = found(signed)["signed report of synthetic"]
    assert (state, "pip install 'pump-rig[pades]'" in said) == ("not checked", True)


def test_without_the_extra_nobody_is_asked_for_a_passphrase(bundle, monkeypatch):
    monkeypatch.setattr(signed_pdfs, "has_pades", lambda: False)
    wish = Wish(Role.AUTHOR, certificate=lambda: pytest.fail("asked"))
    with pytest.raises(SigningRefusedError, match=r"pump-rig\[pades\]"):
        sign_bundle(bundle, lambda: pytest.fail("asked"), wish, now_ns)


def test_an_authority_that_refuses_leaves_the_report_unsigned(bundle, people):
    signer, certificate = people["B. Approver"]
    before = bundle.read_bytes()
    with served(lambda _: b"") as url, pytest.raises(TimeStampError):
        sign_bundle(bundle, lambda: signer, Wish(Role.AUTHOR, "", Authority(url), lambda: certificate), now_ns)
    assert bundle.read_bytes() == before


def test_it_is_signed_and_verified_by_the_commands(rig, bundle, person, handed, tmp_path):
    made = rig("keys", "certificate", "A. Author", "--out", tmp_path / "a.p12", "--passphrase-fd", handed())
    assert made.code == 0, made.err
    both = handed(f"{PASSPHRASE}\n{PASSPHRASE}")
    words = ("--key", person("A. Author"), "--as", "author", "--certificate", tmp_path / "a.p12")
    said = rig("sign", bundle, *words, "--passphrase-fd", both)
    assert (said.code, "signed-pdfs/synthetic.pdf in it" in said.out) == (0, True), said.err
    said = rig("verify", bundle)
    assert (said.code, "signed report of synthetic: the bundle's own report and 1 signature in it" in said.out) == (
        0,
        True,
    )


def test_notes_that_come_later_leave_a_signed_report_where_it_is(signed, record, rig):
    rig("note", record, "--kind", "comment", "--by", "Q", "later")
    said = rig("bundle", record, "--out", signed)
    assert said.code == 0, said.err
    assert found(signed)["signed report of synthetic"][0] == "ok"


def test_who_signs_later_may_leave_the_report_alone(signed, signer):
    """And a signature before one in the report may have none in it: their numbers are those of the bundle."""
    one = signer("C. Else")
    sign_bundle(signed, lambda: one, Wish(Role.REVIEWER), now_ns)
    assert found(signed)["signed report of synthetic"][0] == "ok"


def test_noon_is_noon():
    assert NOON.timestamp() * 10**9 == NOON_NS
