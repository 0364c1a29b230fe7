"""What signs a report in tests: at noon, by somebody who says what an author says."""

from reports.evidence.statements import MEANINGS, OWN_CLOCK, PdfCovered, Role, SignatureSaid, sha256_of

NOON_NS = 1_767_614_400_000_000_000
HEAD = "ab" * 32


def now_ns():
    return NOON_NS


def said_of(signer="A. Author", run="synthetic", *, mocked=False):
    meaning = MEANINGS[Role.AUTHOR]
    return SignatureSaid(
        signer, "", Role.AUTHOR, meaning, "", "2026-01-05T12:00:00Z", OWN_CLOCK, {run: HEAD}, "", "", mocked
    )


def covered(data, certificate):
    return PdfCovered(len(data), sha256_of(data), certificate.sha256)
