"""What the signatures in a report say themselves, by pyHanko, which is an extra: each is whole, nothing else came."""

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from pyhanko.pdf_utils.generic import DictionaryObject, Reference
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from reports.evidence import x509_in
from reports.evidence.pdf_strip import place_of
from reports.evidence.statements import PdfCovered
from reports.evidence.time_stamp import Stamp, demand_stamp_on, read_stamp
from rig.errors import BundleError
from rig.plain_text import plain_text

# What a signer's writer may change of a report: nothing that is seen on a page.
_OF_CATALOGUE = {"/AcroForm", "/Extensions", "/Version"}
_OF_PAGE = {"/Annots"}
_WRONG = (PdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True)
class PdfSigned:
    """One signature in a PDF that holds: its certificate, and its time stamp; None where it has none."""

    certificate: x509.Certificate
    stamp: Stamp | None


def check_pdf(data: bytes, covered: Sequence[PdfCovered]) -> list[PdfSigned]:
    """Return the signatures in a PDF, each of which covers what is said of it, and to which nothing else was added.

    Raises BundleError, with the reason, where one does not hold, is by another certificate, or leaves something out;
    where something besides was changed in the report, or where a strip lies on it.
    """
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it would say there is said here
    try:
        reader = PdfFileReader(io.BytesIO(data))
        found = list(reader.embedded_signatures)
        wrong = next(_wrong(reader, found, covered), "")
        if not wrong:
            return [PdfSigned(_certificate(one), _stamp(one)) for one in found]
    except _WRONG as error:
        wrong = f"it cannot be read as a signed PDF: {plain_text(str(error))[:200]}"
    raise BundleError(wrong)


def _wrong(
    reader: PdfFileReader, found: Sequence[EmbeddedPdfSignature], covered: Sequence[PdfCovered]
) -> Iterator[str]:
    if len(found) != len(covered):
        yield f"there are {len(found)} signatures in it, and {len(covered)} persons signed it"
    for number, (one, wanted) in enumerate(zip(found, covered, strict=False), 1):
        begin, first, second, last = map(int, one.byte_range)
        length = len(one.pkcs7_content) * 2 + len("<>")
        if begin != 0 or second + last != wanted.size or second - first < length:
            yield f"its signature {number} does not cover all that was there"
        trusting = ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)
        anything = KeyUsageConstraints(key_usage=set())
        status = validate_pdf_signature(one, trusting, key_usage_settings=anything)
        if not (status.intact and status.valid):
            yield f"its signature {number} does not hold"
        if one.signer_cert.sha256.hex() != wanted.certificate:
            yield f"its signature {number} is by another certificate than the one that was said"
    yield from _added(reader, len(found))


def _added(reader: PdfFileReader, count: int) -> Iterator[str]:
    """Yield what was added to the report besides strips in the margin of its first page."""
    if reader.xrefs.total_revisions != count + 1:
        yield f"it was added to {reader.xrefs.total_revisions - 1} times, and has {count} signatures"
        return
    before, after = reader.get_historical_resolver(0), reader.get_historical_resolver(1)
    page = before.root["/Pages"].raw_get("/Kids").raw_get(0).reference
    catalogue = reader.root_ref
    apart = {catalogue, page, *_of_no_page(reader, before.root)}
    changed = reader.xrefs.explicit_refs_in_revision(1) & reader.xrefs.explicit_refs_in_revision(0)
    if changed - apart:
        yield f"{len(changed - apart)} parts of the report were changed by its first signature"
    if not _alike(before(catalogue), after(catalogue), _OF_CATALOGUE):
        yield "its first signature changed what the report consists of"
    if not _alike(before(page), after(page), _OF_PAGE):
        yield "its first signature changed the first page"
    later = DEFAULT_DIFF_POLICY.review_file(reader, 1)
    if isinstance(later, SuspiciousModification) or later.modification_level > ModificationLevel.FORM_FILLING:
        yield f"something besides signatures was added to it: {plain_text(str(later))[:200]}"
    first = reader.root["/Pages"]["/Kids"][0]
    yield from _strips(len(before(page).get("/Annots", ())), [one.get_object() for one in first.get("/Annots", ())])


def _of_no_page(reader: PdfFileReader, root: DictionaryObject) -> Iterator[Reference]:
    """Yield where the title and the like stand, which a writer notes its own name in."""
    if "/Info" in reader.trailer:
        yield reader.trailer.raw_get("/Info").reference
    if "/Metadata" in root:
        yield root.raw_get("/Metadata").reference


def _alike(one: DictionaryObject, other: DictionaryObject, but: set[str]) -> bool:
    keys = (set(one) | set(other)) - but
    return all(key in one and key in other and one.raw_get(key) == other.raw_get(key) for key in keys)


def _strips(own: int, all_of_them: Sequence[DictionaryObject]) -> Iterator[str]:
    """Yield where an annotation of the first page, behind the report's own, is no strip in its place."""
    for number, one in enumerate(all_of_them[own:], 1):
        if one.get("/Subtype") != "/Widget" or one.get("/FT") != "/Sig":
            yield "there is something besides signatures on its first page"
        left, low, right, high = map(float, one["/Rect"])
        if not place_of(number).holds(left, low, right, high):
            yield f"its signature {number} lies on the report, not in the margin"


def _certificate(one: EmbeddedPdfSignature) -> x509.Certificate:
    return x509_in.from_der(one.signer_cert.dump())


def _stamp(one: EmbeddedPdfSignature) -> Stamp | None:
    attributes = one.signer_info["unsigned_attrs"]
    for attribute in attributes if attributes.native is not None else ():
        if attribute["type"].native == "signature_time_stamp_token":
            stamp = read_stamp(attribute["values"][0].dump())
            demand_stamp_on(stamp, one.signer_info["signature"].native)
            return stamp
    return None
