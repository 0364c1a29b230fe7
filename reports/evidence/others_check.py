"""What a bundle says of other runs: the one part of it that nothing in it proves, held to what it can be held to."""

from collections.abc import Iterator, Mapping

from reports.evidence.findings import Findings
from reports.evidence.layout import others_name
from reports.evidence.run_part import RunPart
from reports.facts.other_runs import OtherRuns, read_kept
from rig.record.folder import RunState

_NOBODY = "nobody looked for other runs of the pump: nothing here says whether there were any"


def check_others(files: Mapping[str, bytes | None], parts: Mapping[str, RunPart], findings: Findings) -> None:
    """Check what is said of other runs beside each run; `files` are the bundle's files about them, by run.

    Its hash is the manifest's. Here its form, its record, and that no run which is in the bundle too contradicts it.
    """
    for run, data in files.items():
        what = f"other runs of {run}"
        if run not in parts:
            findings.not_checked(what, "its record does not hold")
            continue
        with findings.looking_at(what):
            others = read_kept(data, parts[run].head, others_name(run))
            if others is None:
                findings.not_checked(what, _NOBODY)
            elif wrong := list(_contradicted(others, parts)):
                findings.failed(what, "; ".join(wrong))
            else:
                findings.not_checked(what, _claimed(others, parts))


def _contradicted(others: OtherRuns, parts: Mapping[str, RunPart]) -> Iterator[str]:
    for one in others.of_pump:
        part = parts.get(one.run_id)
        # One that went on when it was looked at has ended since.
        if part is None or one.ended == RunState.RUNNING:
            continue
        if (one.ended, one.outcome) != (part.ended, part.outcome):
            yield (
                f"it says of {one.run_id} {one.ended}, {one.outcome or 'no verdict'}; the record in this bundle says "
                f"{part.ended}, {part.outcome or 'no verdict'}"
            )


def _claimed(others: OtherRuns, parts: Mapping[str, RunPart]) -> str:
    here = sum(one.run_id in parts for one in others.of_pump)
    unread = f", {others.unread} not read" if others.unread else ""
    return (
        f"{len(others.of_pump)} of the same pump among {others.looked_at} looked at{unread} on {others.looked_utc}: "
        f"the word of whoever bundled, which nothing in this bundle proves; {here} of them are in it and agree"
    )
