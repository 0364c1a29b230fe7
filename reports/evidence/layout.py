"""Which file of a bundle holds what. The manifest lists what never changes; the rest only ever grows."""

import re

from rig.record.schema import SUFFIX

MANIFEST = "manifest.json"
ATTESTATION = "attestation.dsse.json"
AUDIT = "audit.jsonl"
RECORDS, OTHERS, NOTES = "records", "others", "notes"
SIGNATURES, TIME_STAMPS, SIGNED_PDFS = "signatures", "time-stamps", "signed-pdfs"
# Of a run, in the manifest: how many of its notes stand in its reports. Those that are added later do not.
NOTES_IN_REPORTS = "notes_in_reports"

_GROWING = re.compile(rf"{MANIFEST}|{ATTESTATION}|{AUDIT}|{NOTES}/.+|{SIGNATURES}/.+|{TIME_STAMPS}/.+|{SIGNED_PDFS}/.+")


def is_listed(name: str) -> bool:
    """Tell whether a file is one of those that the manifest lists."""
    return _GROWING.fullmatch(name) is None


def record_name(run: str) -> str:
    """Return the name of a run's record."""
    return f"{RECORDS}/{run}{SUFFIX}"


def others_name(run: str) -> str:
    """Return the name of what other runs say of a run, where somebody looked."""
    return f"{OTHERS}/{run}.json"


def others_run(name: str) -> str:
    """Return the run that a file of other runs is about."""
    return name.removeprefix(f"{OTHERS}/").removesuffix(".json")


def notes_name(run: str) -> str:
    """Return the name of the notes on a run."""
    return f"{NOTES}/{run}.jsonl"


def signature_name(number: int) -> str:
    """Return the name of a signature, counted from 1."""
    return f"{SIGNATURES}/{number:03d}.dsse.json"


def time_stamp_name(number: int) -> str:
    """Return the name of the time stamp on a signature, counted from 1: its token, in DER."""
    return f"{TIME_STAMPS}/{number:03d}.tst"


def report_pdf_name(run: str) -> str:
    """Return the name of a run's report as PDF."""
    return f"reports/{run}.pdf"


def signed_pdf_name(run: str) -> str:
    """Return the name of a run's report with the signatures in it."""
    return f"{SIGNED_PDFS}/{run}.pdf"
