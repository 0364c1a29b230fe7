"""Alarms in time: all of a plan with what was done to the pump, and one behind its cause with the time allowed."""

from collections.abc import Iterator, Sequence

from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet
from reports.facts.timelines import Lane, Moment, Stretch, Timeline, Tone
from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.causes import cause_of
from rig.evaluation.challenged import with_ends
from rig.evaluation.log_words import tells_of_trouble
from rig.record.bodies.challenges import ChallengeKind

# An axis goes on behind the last that it must show by this share of itself.
_MARGIN = 0.08
_S_PER_MIN, _S_PER_H = 60.0, 3600.0


def alarm_timeline(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return an alarm behind its cause for each result; raises SeriesError where no such alarm rose."""
    return Graphs(timelines=tuple(_behind(sheet, one) for one in results))


def _behind(sheet: Sheet, result: ShownResult) -> Timeline:
    rose_s = _rose_s(result)
    if rose_s is None:
        raise SeriesError("the alarm did not rise, or when is not known")
    cause = cause_of(result.recipe, sheet.reader)
    allowed_s = _allowed_s(result)
    last_s = max(rose_s[1], allowed_s or 0.0)
    per, unit = _unit_of(last_s)
    soonest, latest = (s / per for s in rose_s)
    u = (cause.latest_ns - cause.earliest_ns) / NS_PER_S / per
    alarm = str(result.recipe.parameters["alarm"])
    lanes = [
        Lane(
            "cause",
            cause.said,
            (Stretch(-u, 0.0, Tone.DONE, cause.said),) if u else (),
            (Moment(0.0, Tone.DONE, cause.said),),
        ),
    ]
    if allowed_s is not None:
        allowed = allowed_s / per
        lanes.append(
            Lane("allowed", f"{allowed:g} {unit}", (Stretch(0.0, allowed, Tone.ALLOWED, f"within {allowed:g} {unit}"),))
        )
    tone = Tone.BAD if result.verdict == "FAIL" else Tone.GOOD
    between = f"rose {soonest:.4g} to {latest:.4g} {unit} behind it"
    lanes.append(
        Lane(
            alarm,
            between,
            (Stretch(soonest, latest, tone, between),),
            (Moment(latest, tone, f"seen at {latest:.4g} {unit}"),),
        )
    )
    end = (last_s / per) * (1.0 + _MARGIN) or 1.0
    return Timeline(
        name="alarm",
        title=f"Alarm behind its cause: {result.name}",
        caption="The alarm rose somewhere in its bar: the status is read now and then, a log's stamp is known so well.",
        since=cause.said,
        unit=unit,
        begin=min(-u, 0.0) - _MARGIN * end,
        end=end,
        lanes=tuple(lanes),
    )


def _rose_s(result: ShownResult) -> tuple[float, float] | None:
    """Return when an alarm rose at the soonest and at the latest, in s behind its cause, as the result has it."""
    details, number = result.said.details, result.number
    if "soonest_s" in details:
        return float(details["soonest_s"]), float(details["latest_s"])
    if number is None:
        return None
    # Its uncertainty is that of a rectangle between two readings of the status.
    half_s = 3.0**0.5 * number.u
    return number.value - half_s, number.value + half_s


def _allowed_s(result: ShownResult) -> float | None:
    if result.limit is not None:
        return result.limit.upper
    return float(result.recipe.parameters["within_s"])


def _unit_of(last_s: float) -> tuple[float, str]:
    if last_s >= 2.0 * _S_PER_H:
        return _S_PER_H, "h"
    return (_S_PER_MIN, "min") if last_s >= 5.0 * _S_PER_MIN else (1.0, "s")


def happened(sheet: Sheet) -> bool:
    """Tell whether a plan has anything for a timeline of events: an alarm, or something done to the pump."""
    return any(one.alarms for one in sheet.case.states) or any(_challenges(sheet))


def events_timeline(sheet: Sheet) -> Graphs:
    """Return all alarms of a plan, with what was done to the pump and what its log tells of trouble."""
    case = sheet.case
    begin_ns, end_ns = case.begun_ns, min(case.to_ns, sheet.end_ns)
    told = [
        one
        for one in case.log_lines
        if one.dated and begin_ns <= one.at_ns < end_ns and tells_of_trouble(one.line.event)
    ]
    lines = tuple(
        Moment(sheet.hour(one.at_ns), Tone.PLAIN, f"{one.line.event} at {sheet.hour(one.at_ns):.3f} h") for one in told
    )
    lanes = (
        *_challenges(sheet),
        *_alarms(sheet, end_ns),
        Lane("the log tells of trouble", f"{len(lines)} line{'s' if len(lines) != 1 else ''}", moments=lines),
    )
    timeline = Timeline(
        name="events",
        title="Alarms, and what was done to the pump",
        caption="Alarms as the pump's status showed them, from one reading of it to another.",
        since="delivery began",
        unit="h",
        begin=sheet.hour(begin_ns),
        end=sheet.hour(end_ns),
        lanes=tuple(lane for lane in lanes if not lane.empty or lane.said == "none"),
    )
    return Graphs(timelines=(timeline,))


def _challenges(sheet: Sheet) -> Iterator[Lane]:
    case, end_ns = sheet.case, min(sheet.case.to_ns, sheet.end_ns)
    found = [one for one in with_ends(sheet.reader, *ChallengeKind) if case.begun_ns <= one[0].at_ns < end_ns]
    for kind in dict.fromkeys(one.challenge for one, _ in found):
        stretches, moments = [], []
        for one, end in (pair for pair in found if pair[0].challenge is kind):
            begin_h = sheet.hour(one.at_ns)
            if end is not None:
                until_h = sheet.hour(end.at_ns)
                stretches.append(
                    Stretch(begin_h, until_h, Tone.DONE, f"{kind.value} from {begin_h:.3f} to {until_h:.3f} h")
                )
            else:
                moments.append(Moment(begin_h, Tone.DONE, f"{kind.value} at {begin_h:.3f} h"))
        yield Lane(kind.value, "done to the pump", tuple(stretches), tuple(moments))


def _alarms(sheet: Sheet, end_ns: int) -> Iterator[Lane]:
    states = [one for one in sheet.case.states if one.at_ns < end_ns]
    names = sorted({alarm for one in states for alarm in one.alarms})
    if not names:
        yield Lane("alarms", "none")
    for name in names:
        expected = name in sheet.case.expected_alarms
        stretches: list[Stretch] = []
        since_ns: int | None = None
        for at_ns, stands in [*((one.at_ns, name in one.alarms) for one in states), (end_ns, False)]:
            if stands and since_ns is None:
                since_ns = max(at_ns, sheet.case.begun_ns)
            elif not stands and since_ns is not None:
                span_h = (sheet.hour(since_ns), sheet.hour(at_ns))
                tone = Tone.PLAIN if expected else Tone.BAD
                if at_ns > since_ns:
                    stretches.append(Stretch(*span_h, tone, f"{name} from {span_h[0]:.3f} to {span_h[1]:.3f} h"))
                since_ns = None
        if stretches:
            yield Lane(name, "expected" if expected else "not expected", tuple(stretches))
