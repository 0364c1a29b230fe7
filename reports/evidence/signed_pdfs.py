"""Reports with signatures in them: the bundle's own report, and behind its bytes what each signer added.

What is checked here needs nothing but hashes; what a PDF's signatures say themselves is read by `pdf_checks`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from reports.evidence.authority import Authority
from reports.evidence.certificates import Certificate
from reports.evidence.container import Container
from reports.evidence.layout import SIGNED_PDFS, report_pdf_name, signed_pdf_name
from reports.evidence.statements import PdfCovered, SignatureSaid
from rig.errors import BundleError, SigningRefusedError


@dataclass(frozen=True, slots=True)
class PdfWish:
    """With which certificate reports are signed in themselves; `authority` stamps the time, None for none."""

    certificate: Certificate
    authority: Authority | None
    now_ns: Callable[[], int]


def has_pades() -> bool:
    """Tell whether the extra is there which reads and writes signatures in PDFs."""
    return find_spec("pyhanko") is not None


def demand_pades() -> None:
    """Raise SigningRefusedError where PDFs cannot be signed."""
    if not has_pades():
        raise SigningRefusedError(
            "a PDF is signed with the extra, which is not installed: pip install 'pump-rig[pades]'"
        )


def sign_reports(
    container: Container, before: Sequence[SignatureSaid], said: SignatureSaid, wish: PdfWish
) -> tuple[dict[str, PdfCovered], dict[str, bytes]]:
    """Return what a new signature covers in each run's signed report, and these reports by their names in the bundle.

    What is written is checked before it is given: raises BundleError where it does not hold, and what `sign_pdf` does.
    """
    from reports.evidence.pdf_checks import check_pdf
    from reports.evidence.pdf_signing import sign_pdf

    earlier, covered, files = signed_runs(before), {}, {}
    for run in said.records:
        name = signed_pdf_name(run)
        there = container.read(name if run in earlier else report_pdf_name(run))
        data = files[name] = sign_pdf(there, said, run, wish)
        covered[run] = PdfCovered(len(data), hashlib.sha256(data).hexdigest(), wish.certificate.sha256)
        check_pdf(data, [*(one for _, one in earlier.get(run, ())), covered[run]])
    return covered, files


def signed_runs(said: Sequence[SignatureSaid]) -> dict[str, list[tuple[int, PdfCovered]]]:
    """Return, for each run whose report has signatures in it, which of the bundle's (from 1) and what each covers."""
    found: dict[str, list[tuple[int, PdfCovered]]] = {}
    for number, one in enumerate(said, 1):
        for run, covered in one.pdfs.items():
            found.setdefault(run, []).append((number, covered))
    return found


def hold_pdfs(container: Container, said: Sequence[SignatureSaid]) -> None:
    """Hold signed reports to the signatures that name them, and to the bundle's own reports.

    Raises BundleError for one that is missing, that nobody signed, that was changed, or that is of another report.
    """
    runs = signed_runs(said)
    found, wanted = container.names(SIGNED_PDFS), sorted(map(signed_pdf_name, runs))
    if found != wanted:
        raise BundleError(f"the signatures are on the signed reports {wanted}, and there are {found}")
    for run, all_covered in runs.items():
        name = signed_pdf_name(run)
        data, size = container.read(name), 0
        if not data.startswith(container.read(report_pdf_name(run))):
            raise BundleError(f"{name} does not begin with the bundle's own report")
        for number, covered in all_covered:
            if not size < covered.size <= len(data):
                raise BundleError(f"{name} has {len(data)} bytes, of which signature {number} covers {covered.size}")
            size = covered.size
            if hashlib.sha256(data[:size]).hexdigest() != covered.sha256:
                raise BundleError(f"{name} is not what signature {number} is on")
        if size != len(data):
            raise BundleError(f"{name} has {len(data) - size} bytes more than anybody signed")
