"""A patient's requests in time: which were granted, which refused, and how long each locked the next out."""

from collections.abc import Sequence

from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from reports.facts.timelines import Lane, Moment, Stretch, Timeline, Tone
from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.patient_requests import Request, requests_of, terms_at

_MARGIN = 0.03


def requests_timeline(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the requests of a plan; raises SeriesError when there was none."""
    requests = requests_of(sheet.case)
    if not requests:
        raise SeriesError("nobody asked for a patient's bolus")
    granted = [one for one in requests if one.granted]
    refused = [one for one in requests if not one.granted]
    locked = tuple(stretch for one in granted for stretch in _lockout(sheet, one))
    allotted = terms_at(sheet.case, requests[-1].at_ns)
    allowed = f"{allotted.most_in_24_h} in any 24 h" if allotted is not None else ""
    lanes = (
        Lane("granted", f"{len(granted)} of {len(requests)}", moments=_moments(sheet, granted, Tone.GOOD, "granted")),
        Lane("refused", f"{len(refused)} of {len(requests)}", moments=_moments(sheet, refused, Tone.PLAIN, "refused")),
        Lane("locked out as set", allowed, stretches=locked),
    )
    begin_h = sheet.hour(requests[0].at_ns)
    end_h = max([sheet.hour(requests[-1].at_ns), *(one.end for one in locked)])
    around = _MARGIN * (end_h - begin_h) or 0.1
    timeline = Timeline(
        name="requests",
        title=f"The patient's requests: {names_of(results)}",
        caption="A request is granted behind the lockout, as long as any 24 h hold no more than were allotted.",
        since="delivery began",
        unit="h",
        begin=begin_h - around,
        end=end_h + around,
        lanes=lanes,
    )
    return Graphs(timelines=(timeline,))


def _moments(sheet: Sheet, requests: Sequence[Request], tone: Tone, word: str) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            sheet.hour(one.at_ns), tone, f"{word} at {sheet.hour(one.at_ns):.3f} h{f': {one.why}' if one.why else ''}"
        )
        for one in requests
    )


def _lockout(sheet: Sheet, one: Request) -> list[Stretch]:
    terms = terms_at(sheet.case, one.at_ns)
    if terms is None or terms.lockout_s <= 0.0:
        return []
    end_ns = one.at_ns + round(terms.lockout_s * NS_PER_S)
    said = f"locked out for {terms.lockout_s / 60.0:g} min from {sheet.hour(one.at_ns):.3f} h on"
    return [Stretch(sheet.hour(one.at_ns), sheet.hour(end_ns), Tone.ALLOWED, said)]
