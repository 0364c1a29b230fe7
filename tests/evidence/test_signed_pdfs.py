"""A report that is signed in itself: what readers of PDFs see, what is under it, and what nobody can slip in."""

import io
import shutil
import subprocess
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

from reports.evidence import pdf_signing, signed_pdfs
from reports.evidence.authority import Authority
from reports.evidence.certificates import new_certificate, open_certificate
from reports.evidence.findings import Findings
from reports.evidence.growing import NOTHING_DEMANDED, check_growing
from reports.evidence.keys import new_key, open_key
from reports.evidence.pdf_checks import check_pdf
from reports.evidence.pdf_signing import sign_pdf
from reports.evidence.pdf_strip import MOST, Box, place_of, strip
from reports.evidence.signed_pdfs import PdfWish
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import MEANINGS, OWN_CLOCK, PdfCovered, Role, SignatureSaid, sha256_of
from reports.evidence.verify import opened
from rig.errors import BundleError, SigningRefusedError, TimeStampError
from tests.evidence.authorities import NOON, Certified, granting, of_root, served
from tests.evidence.conftest import PASSPHRASE, QUICK
from tests.evidence.forging import contents_of, rewritten

NOON_NS = 1_767_614_400_000_000_000
SIGNED, REPORT = "signed-pdfs/synthetic.pdf", "reports/synthetic.pdf"
HEAD = "ab" * 32


def now_ns():
    return NOON_NS


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """Two persons: how to open their keys and their certificates."""
    folder, found = tmp_path_factory.mktemp("people"), {}
    for name in ("R. Reviewer", "B. Approver"):
        key, certificate = folder / f"{name[0]}.key", folder / f"{name[0]}.p12"
        new_key(name, PASSPHRASE, key, cost=QUICK)
        new_certificate(name, PASSPHRASE, certificate, NOON_NS, rounds=10)
        found[name] = (
            open_key(key, lambda: PASSPHRASE),
            open_certificate(certificate, lambda: PASSPHRASE, NOON_NS),
        )
    return found


@pytest.fixture(scope="session")
def tsa():
    return Certified("A Time Authority", of_root())


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


@pytest.fixture(scope="session")
def report(_whole_bundle):
    return contents_of(_whole_bundle)[REPORT]


def found(bundle):
    findings = Findings()
    with opened(bundle) as whole:
        check_growing(whole.container, whole.manifest, NOTHING_DEMANDED, findings)
    return {one.what: (str(one.found), one.said) for one in findings.made}


def the_signatures(data):
    annotations = [one.get_object() for one in PdfReader(io.BytesIO(data)).pages[0]["/Annots"]]
    return [one["/V"] for one in annotations if one.get("/FT") == "/Sig"]


def said_of(signer="A. Author", run="synthetic", *, mocked=False):
    meaning = MEANINGS[Role.AUTHOR]
    return SignatureSaid(
        signer, "", Role.AUTHOR, meaning, "", "2026-01-05T12:00:00Z", OWN_CLOCK, {run: HEAD}, "", "", mocked
    )


def covered(data, certificate):
    return PdfCovered(len(data), sha256_of(data), certificate.sha256)


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


def test_what_is_seen_says_who_when_what_run_and_hash():
    """Read from the sheet by pypdf."""
    (page,) = PdfReader(io.BytesIO(strip(said_of(), "synthetic"))).pages
    text = " ".join(page.extract_text().split())
    wanted = (
        "Signed by A. Author as author",
        "2026-01-05T12:00:00Z, the clock",
        MEANINGS[Role.AUTHOR],
        "run synthetic",
        HEAD,
    )
    assert [one for one in wanted if one not in text] == []


def test_what_is_seen_of_simulated_data_says_that_they_are():
    (page,) = PdfReader(io.BytesIO(strip(said_of(mocked=True), "synthetic"))).pages
    assert "SIMULATED" in page.extract_text()


@pytest.mark.parametrize(
    "name", ["<script>#eval[x]", "x" * 200, "\u05d0\u05d1", '"; } #panic()'], ids=["code", "long", "rtl", "quote"]
)
def test_a_name_is_a_text_and_keeps_to_its_place(name):
    assert len(PdfReader(io.BytesIO(strip(said_of(name, "r" * 250), "r" * 250))).pages) == 1


def test_strips_stand_apart_in_the_margins():
    """A report's margins are 18 mm wide; a sheet is 210 mm by 297 mm."""
    points = 72 / 25.4
    places = [place_of(number) for number in range(1, MOST + 1)]
    margins = [(0, 18 * points), (192 * points, 210 * points)]
    assert all(any(low <= one.left < one.right <= high for low, high in margins) for one in places)
    assert all(0 <= one.low < one.high <= 297 * points for one in places)
    for left in {one.left for one in places}:
        column = sorted((one.low, one.high) for one in places if one.left == left)
        assert all(below[1] <= above[0] for below, above in pairwise(column))


def test_a_margin_that_is_full_takes_no_more(report, people):
    _, certificate = people["B. Approver"]
    data, wish = report, PdfWish(certificate, None, now_ns)
    for _ in range(MOST):
        data = sign_pdf(data, said_of(), "synthetic", wish)
    with pytest.raises(SigningRefusedError, match="room for 6"):
        sign_pdf(data, said_of(), "synthetic", wish)


def test_a_signature_by_another_certificate_is_found(report, people):
    (_, one), (_, other) = people.values()
    data = sign_pdf(report, said_of(), "synthetic", PdfWish(one, None, now_ns))
    with pytest.raises(BundleError, match="another certificate"):
        check_pdf(data, [covered(data, other)])


def test_a_strip_on_the_page_instead_of_the_margin_is_found(report, people, monkeypatch):
    """It could cover a verdict with another."""
    _, certificate = people["B. Approver"]
    monkeypatch.setattr(pdf_signing, "place_of", lambda _: Box(80, 600, 300, 640))
    data = sign_pdf(report, said_of(), "synthetic", PdfWish(certificate, None, now_ns))
    with pytest.raises(BundleError, match="not in the margin"):
        check_pdf(data, [covered(data, certificate)])


def painted_over(writer):
    """Put something else in the place of what stands on the first page."""
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f"))
    writer.update_container(page)


def with_another_page(writer):
    pages = writer.root["/Pages"]
    pages["/Count"] = generic.NumberObject(1)
    writer.update_container(pages)


def with_a_note(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    note = {"/Type": "/Annot", "/Subtype": "/FreeText"}
    made = generic.DictionaryObject({generic.pdf_name(key): generic.pdf_name(one) for key, one in note.items()})
    made[generic.pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (80, 600, 300, 640)))
    page["/Annots"].append(writer.add_object(made))
    writer.update_container(page)


@pytest.mark.parametrize("change", [painted_over, with_another_page, with_a_note])
@pytest.mark.parametrize("when", ["before it is signed", "while it is signed"])
def test_a_report_that_was_changed_by_its_signer_is_found(report, people, monkeypatch, change, when):
    """The signature is right, the bytes below are the report's own; and yet what is seen is not."""
    _, certificate = people["B. Approver"]
    wish = PdfWish(certificate, None, now_ns)
    if when == "before it is signed":
        writer = IncrementalPdfFileWriter(io.BytesIO(report))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        data = sign_pdf(out.getvalue(), said_of(), "synthetic", wish)
    else:

        def changing(stream):
            writer = IncrementalPdfFileWriter(stream)
            change(writer)
            return writer

        monkeypatch.setattr(pdf_signing, "IncrementalPdfFileWriter", changing)
        data = sign_pdf(report, said_of(), "synthetic", wish)
    assert data.startswith(report)
    with pytest.raises(BundleError):
        check_pdf(data, [covered(data, certificate)])


def test_what_is_added_behind_the_last_signature_is_found(report, people):
    _, certificate = people["B. Approver"]
    one = sign_pdf(report, said_of(), "synthetic", PdfWish(certificate, None, now_ns))
    writer = IncrementalPdfFileWriter(io.BytesIO(one))
    painted_over(writer)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(BundleError):
        check_pdf(out.getvalue(), [covered(out.getvalue(), certificate)])


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\nxref\n0 1\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF"]
)
def test_what_is_no_signed_pdf_is_said_to_be_none(data, people):
    _, certificate = people["B. Approver"]
    with pytest.raises(BundleError):
        check_pdf(data, [covered(data, certificate)])


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
