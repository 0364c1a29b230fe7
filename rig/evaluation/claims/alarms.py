"""Whether an alarm came: within a time of its cause, and with its priority; or that none came."""

from rig.clock import NS_PER_S
from rig.evaluation.causes import AFTER, Cause, cause_of
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.log_words import tells_of_trouble
from rig.evaluation.outcome import FactFound
from rig.evaluation.own_log import StampedLine, stamped_lines
from rig.evaluation.pump_alarms import AlarmShown, first_shown, shown_before, states_of, status_pace_s
from rig.faults import Fault
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

CRITICAL, NON_CRITICAL = "critical", "non-critical"
# A stamp of the log is known to so many standard uncertainties.
_K = 2.0


def alarm_came(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether an alarm rose within a time of its cause, and with the priority claimed.

    The status is polled, and the log is stamped: where both are known the narrower counts. What cannot be told apart
    from the time allowed is invalid. Raises SeriesError when the cause did not happen.
    """
    alarm, within_s = recipe.parameters["alarm"], recipe.parameters["within_s"]
    cause = cause_of(recipe, reader)
    if shown_before(reader, alarm, cause.earliest_ns):
        return _not(alarm, f"{alarm} stood already before {cause.said}")
    shown = first_shown(reader, alarm, cause.earliest_ns, recipe.to_ns)
    logged = [one for one in stamped_lines(reader, recipe.from_ns) if one.dated and one.line.event == alarm]
    if shown is None:
        lines = [one for one in logged if cause.earliest_ns <= one.at_ns < recipe.to_ns]
        but = ", though its log has a line of it" if lines else ""
        return _not(alarm, f"{alarm} did not show after {cause.said}{but}")
    stamp = _stamp(shown, logged)
    rose_ns = _rose_ns(shown, stamp)
    if rose_ns[1] < cause.earliest_ns:
        return _not(alarm, f"by the pump's log {alarm} rose before {cause.said}")
    soonest_s = max(0.0, (rose_ns[0] - cause.latest_ns) / NS_PER_S)
    latest_s = max(0.0, (rose_ns[1] - cause.earliest_ns) / NS_PER_S)
    text = _told(shown, alarm, (soonest_s, latest_s), cause, reader, stamp)
    against, invalid = _judged(text, (soonest_s, latest_s), within_s)
    told, untold = _priority(recipe.parameters.get("priority", ""), alarm, shown)
    against, invalid = (*against, *told), (*invalid, *untold)
    details = {"soonest_s": soonest_s, "latest_s": latest_s, "within_s": within_s, "by_log": stamp is not None}
    # What fails for certain fails, whatever else could not be told.
    return FactFound(not against, text, against, () if against else invalid, details, Fault.UNDECIDED)


def _not(alarm: str, said: str) -> FactFound:
    return FactFound(holds=False, text=f"{alarm} did not come of it", against=(said,))


def _stamp(shown: AlarmShown, logged: list[StampedLine]) -> StampedLine | None:
    """Return the log's line about the alarm that the status showed, None where no stamp goes with it."""
    fitting = [
        one for one in logged if shown.earliest_ns - _reach_ns(one) <= one.at_ns <= shown.latest_ns + _reach_ns(one)
    ]
    return fitting[0] if fitting else None


def _reach_ns(one: StampedLine) -> int:
    return round(_K * one.u_s * NS_PER_S)


def _rose_ns(shown: AlarmShown, stamp: StampedLine | None) -> tuple[int, int]:
    if stamp is None:
        return shown.earliest_ns, shown.latest_ns
    reach_ns = _reach_ns(stamp)
    return max(shown.earliest_ns, stamp.at_ns - reach_ns), min(shown.latest_ns, stamp.at_ns + reach_ns)


def _told(
    shown: AlarmShown,
    alarm: str,
    after_s: tuple[float, float],
    cause: Cause,
    reader: RecordReader,
    stamp: StampedLine | None,
) -> str:
    every_s = status_pace_s(reader, shown.latest_ns)
    polled = f"the status is read each {every_s:g} s" if every_s else "the status is read now and then"
    by = f"{polled}, its log dates it" if stamp is not None else polled
    return f"{alarm} came {after_s[0]:.4g} to {after_s[1]:.4g} s after {cause.said} ({by})"


def _judged(text: str, after_s: tuple[float, float], within_s: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what speaks against the time allowed, and why it cannot be told."""
    if after_s[0] > within_s:
        return (f"{text}; {within_s:g} s are allowed",), ()
    if after_s[1] > within_s:
        return (), (f"{text}: whether that is within {within_s:g} s is not known; read the status more often",)
    return (), ()


def _priority(wanted: str, alarm: str, shown: AlarmShown) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what speaks against the priority claimed, and why it cannot be told."""
    critical = shown.status.critical
    if not wanted:
        return (), ()
    if critical is None:
        return (), (f"{alarm} is claimed to be {wanted}, and this pump tells no priorities",)
    found = CRITICAL if alarm in critical else NON_CRITICAL
    return ((f"{alarm} came as a {found} alarm, not as a {wanted} one",) if found != wanted else ()), ()


def no_alarm(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether no alarm, or not the one named, stood in a window: by the pump's status and by its log."""
    which = recipe.parameters.get("which", "")
    states = [one for one in states_of(reader) if one.at_ns < recipe.to_ns]
    named = which or "no alarm"
    if not states:
        unknown = "the pump's status was not followed: whether it was in alarm is not known"
        return FactFound(holds=False, text=f"{named}: not known", invalid=(unknown,))
    before = [one for one in states if one.at_ns < recipe.from_ns][-1:]
    said = []
    for one in (*before, *(one for one in states if one.at_ns >= recipe.from_ns)):
        after_s = max(0.0, (one.at_ns - recipe.from_ns) / NS_PER_S)
        stood = [alarm for alarm in one.alarms if which in ("", alarm)]
        if not stood and not which and one.state == "alarm":
            stood = ["an alarm without its name"]
        said += [f"the status showed {alarm}, {after_s:.4g} s after the window's begin" for alarm in stood]
    for line in stamped_lines(reader, recipe.from_ns):
        word = line.line.event
        inside = line.dated and recipe.from_ns <= line.at_ns < recipe.to_ns
        if inside and (word == which or (not which and tells_of_trouble(word))):
            after_s = (line.at_ns - recipe.from_ns) / NS_PER_S
            said.append(f"the log tells of {word}, {after_s:.4g} s after the window's begin")
    against = tuple(dict.fromkeys(said))
    text = f"{which} did not come" if which else "no alarm came"
    return FactFound(holds=not against, text=against[0] if against else text, against=against)


KINDS = (
    ClaimKind(
        name="an alarm came",
        unit="",
        question="whether an alarm came within a time of its cause, with its priority if that is claimed",
        compute=alarm_came,
        parameters={
            "alarm": "the alarm, in the pump's own words: battery_low, reservoir_empty …",
            "within_s": "how long after its cause it may rise at the latest, in s",
            "after": AFTER,
            "priority": "critical or non-critical, as the pump tells it; left out: either",
        },
        graph=GraphKind.ALARM,
        panel=ResultPanel("Alarms that had to come"),
    ),
    ClaimKind(
        name="no alarm",
        unit="",
        question="whether no alarm came, by status and log",
        compute=no_alarm,
        parameters={"which": "the alarm that must not come, in the pump's own words; left out: any"},
        graph=GraphKind.EVENTS,
        panel=ResultPanel("No alarm"),
    ),
)
