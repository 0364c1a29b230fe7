"""What is seen of a signature in a report, and that nobody can slip anything else into it, also not who signs."""

import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

from reports.evidence import pdf_signing
from reports.evidence.pdf_checks import check_pdf
from reports.evidence.pdf_signing import sign_pdf
from reports.evidence.pdf_strip import MOST, Box, place_of, strip
from reports.evidence.signed_pdfs import PdfWish
from reports.evidence.statements import MEANINGS, Role
from rig.errors import BundleError, SigningRefusedError
from tests.evidence.persons import HEAD, covered, now_ns, said_of


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


@pytest.fixture(scope="session")
def signed_once(report, people):
    _, certificate = people["B. Approver"]
    return sign_pdf(report, said_of(), "synthetic", PdfWish(certificate, None, now_ns))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.data())
def test_whatever_byte_of_a_signature_is_turned_it_is_found_or_says_the_same(report, people, signed_once, data):
    """Zeros stand behind a signature, which nobody reads there; the bundle's signature has their hash too."""
    _, certificate = people["B. Approver"]
    place = data.draw(st.integers(len(report), len(signed_once) - 1))
    byte = data.draw(st.integers(0, 255))
    turned = signed_once[:place] + bytes([byte]) + signed_once[place + 1 :]
    try:
        (one,) = check_pdf(turned, [covered(turned, certificate)])
    except BundleError:
        return
    assert one.certificate == certificate.own
