"""Checks of the reports that have signatures in themselves: what is in them is what the bundle's signatures say."""

from collections.abc import Iterator, Sequence

from reports.evidence.certificates import common_name
from reports.evidence.container import Container
from reports.evidence.findings import Findings
from reports.evidence.layout import signed_pdf_name
from reports.evidence.signed_pdfs import has_pades, signed_runs
from reports.evidence.statements import SignatureSaid
from reports.evidence.time_stamp import Stamp
from reports.evidence.trust import TrustDocument, stamped_words, trusted_time


def check_reports(
    container: Container, said: Sequence[SignatureSaid], trust: TrustDocument | None, findings: Findings
) -> None:
    """Check every signed report: that each signature in it is whole, covers all before it, and nothing else was added.

    Whose they are is what the bundle's signatures say, which hold the hash of each report and of each certificate.
    """
    for run, all_covered in signed_runs(said).items():
        what = f"signed report of {run}"
        if not has_pades():
            findings.not_checked(
                what,
                "it is the bundle's own report and what was signed; what the signatures in it say needs the extra: "
                "pip install 'pump-rig[pades]'",
            )
            continue
        from reports.evidence.pdf_checks import check_pdf

        with findings.deriving(what):
            found = check_pdf(container.read(signed_pdf_name(run)), [covered for _, covered in all_covered])
            names = [
                f"signature {number}, {said[number - 1].signer} as {said[number - 1].role}, by the certificate of "
                f"{common_name(one.certificate)}{_stamped(one.stamp)}"
                for (number, _), one in zip(all_covered, found, strict=True)
            ]
            counted = f"{len(found)} signature{'s' * (len(found) > 1)}"
            wrong = [line for one in found for line in _untrusted(one.stamp, trust)]
            findings.judged(
                what,
                wrong,
                f"the bundle's own report and {counted} in it, nothing else; the last covers the whole file: "
                f"{'; '.join(names)}",
            )


def _stamped(stamp: Stamp | None) -> str:
    return "" if stamp is None else f", stamped {stamped_words(stamp)}"


def _untrusted(stamp: Stamp | None, trust: TrustDocument | None) -> Iterator[str]:
    if stamp is not None and trust is not None and trust.time_stamping_authority:
        against = trusted_time(trust, stamp).against
        if against:
            yield against
