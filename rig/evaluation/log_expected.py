"""What a pump's log has to tell of a case: a line for each order, answer, alarm and challenge, and what may follow."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.challenged import belated, replayed_spans
from rig.evaluation.ends_of_orders import ends_of
from rig.evaluation.log_words import (
    ALARM_ENDED,
    BOLUS_ENDED,
    BOLUS_STARTED,
    COMMIT_REFUSED,
    ENDS_ARE_TOLD,
    ENDS_OF,
    LINES_OF,
    MAYBE_OF,
    MOVES_NO_DOSE,
    PATIENT_GIVEN,
    PATIENT_REFUSED,
    POWER_ON,
    STOPPED,
)
from rig.evaluation.orders import PATIENT
from rig.evaluation.pump_alarms import first_shown
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.others import Command

# How long a pump may take to start when its power comes back.
_STARTS_S = 60.0
_OK = "ok"
_POWERING = frozenset({"switch", "set_interlock"})


@dataclass(frozen=True, slots=True)
class Expected:
    """A line that a log must have, or may have: any of `words`, written in [earliest_ns, latest_ns], UTC ns.

    `said` is what it is written for.
    """

    words: frozenset[str]
    earliest_ns: int
    latest_ns: int
    said: str
    demanded: bool = True


def expected_lines(case: Case) -> tuple[Expected, ...]:
    """Return what the log of a case's pump has to tell, and what it may, in order of time."""
    found = [
        *_of_commands(case),
        *_of_ends(case),
        *_of_alarms(case),
        *_of_power(case),
        *_of_buttons(case),
        *_of_replays(case),
        *_of_belated(case),
    ]
    return tuple(sorted(found, key=lambda one: (one.earliest_ns, one.latest_ns)))


def _of_commands(case: Case) -> Iterator[Expected]:
    for sent_ns, command in _commands(case):
        latest_ns, verb = max(sent_ns, command.received_ns), command.verb
        taken = command.result == _OK
        if verb == PATIENT and command.extra.get("granted") is not True:
            answers = {PATIENT_REFUSED} if "granted" in command.extra else {PATIENT_REFUSED, PATIENT_GIVEN}
            yield Expected(frozenset(answers), sent_ns, latest_ns, f"{verb}, refused", taken)
            continue
        for words in LINES_OF.get(verb, ()):
            # Of an order that failed on its way it is not known whether the pump had it.
            yield Expected(words, sent_ns, latest_ns, verb, taken)
        if not taken:
            yield Expected(frozenset({COMMIT_REFUSED}), sent_ns, latest_ns, f"{verb}, which failed", demanded=False)
        for word in MAYBE_OF.get(verb, ()):
            ran = word == STOPPED and taken and _ran(case, sent_ns)
            yield Expected(frozenset({word}), sent_ns, latest_ns, verb, ran)
        if not taken:
            yield from _may_end(case, verb, sent_ns)


def _commands(case: Case) -> Iterator[tuple[int, Command]]:
    for entry in case.reader.commands(case.pump) if case.pump else ():
        sent_ns = entry.body.sent_ns or entry.t_ns
        if case.from_ns <= sent_ns < case.to_ns:
            yield sent_ns, entry.body


def _ran(case: Case, at_ns: int) -> bool:
    """Tell whether something was asked for, or an infusion under way, until just before a moment."""
    before_ns = at_ns - 1
    runs = any(begin <= before_ns < end for begin, end in case.programme.runs)
    return runs or case.programme.rate_ul_h(before_ns) > 0.0


def _of_ends(case: Case) -> Iterator[Expected]:
    """Yield the end of what each order began: when it is due, or at any time where something cuts it short."""
    due = ends_of(case.programme, case.limits.agreement.course_percent, case.to_ns)
    for end in due:
        if end.order.sent_ns >= case.from_ns:
            earliest_ns = max(end.order.sent_ns, end.at_ns - end.off_ns)
            said = f"the end of {end.order.verb}"
            yield Expected(frozenset({end.word}), earliest_ns, end.at_ns + end.off_ns, said)
    dated = {(end.order.sent_ns, end.order.verb, end.word) for end in due}
    for order in case.orders:
        if order.sent_ns >= case.from_ns:
            yield from _may_end(case, order.verb, order.sent_ns, dated)


def _may_end(
    case: Case, verb: str, sent_ns: int, dated: Collection[tuple[int, str, str]] = frozenset()
) -> Iterator[Expected]:
    for word in ENDS_OF.get(verb, ()):
        if (sent_ns, verb, word) not in dated:
            yield Expected(frozenset({word}), sent_ns, case.to_ns, f"the end of {verb}", demanded=False)


def _of_alarms(case: Case) -> Iterator[Expected]:
    """Yield a line for each time that the status shows an alarm anew; one that is expected may come and go unseen."""
    for alarm in sorted({alarm for one in case.states for alarm in one.alarms}):
        from_ns = case.from_ns
        while (shown := first_shown(case.reader, alarm, from_ns, case.to_ns)) is not None:
            yield Expected(frozenset({alarm}), shown.earliest_ns, shown.latest_ns, f"the alarm {alarm}")
            from_ns = shown.latest_ns + 1
            gone_ns = _gone_ns(case, alarm, shown.latest_ns)
            told = alarm in ENDS_ARE_TOLD and gone_ns < case.to_ns and not case.power_taken_before(gone_ns)
            ended = frozenset({f"{alarm}{ALARM_ENDED}"})
            yield Expected(ended, shown.earliest_ns, gone_ns, f"the end of the alarm {alarm}", demanded=told)
    for alarm in sorted(case.expected_alarms):
        yield Expected(frozenset({alarm}), case.from_ns, case.to_ns, f"the alarm {alarm}", demanded=False)


def _gone_ns(case: Case, alarm: str, after_ns: int) -> int:
    """Return when the status first shows an alarm no longer, the case's end where it never does, UTC ns."""
    gone = (one.at_ns for one in case.states if one.at_ns > after_ns and alarm not in one.alarms)
    return next(gone, case.to_ns)


def _of_power(case: Case) -> Iterator[Expected]:
    starts_ns = round(_STARTS_S * NS_PER_S)
    words = frozenset({POWER_ON})
    for entry in case.reader.events(ChallengeEnds):
        if entry.body.challenge is ChallengeKind.POWER_CUT:
            u_ns = round(2.0 * entry.body.u_s * NS_PER_S)
            yield Expected(
                words, entry.body.at_ns - u_ns, entry.body.at_ns + u_ns + starts_ns, "the end of a power cut"
            )
    for role in ("supply", "daq"):
        name = case.start.in_role(role)
        for switched in case.reader.commands(name) if name else ():
            if switched.body.verb in _POWERING:
                sent_ns = switched.body.sent_ns or switched.t_ns
                said = f"{switched.body.verb} of the {role}"
                yield Expected(words, sent_ns, sent_ns + starts_ns, said, demanded=False)


def _of_buttons(case: Case) -> Iterator[Expected]:
    """Yield the pump's answer to a patient's button, unless the request stands in the record as a command."""
    asked = [sent_ns for sent_ns, command in _commands(case) if command.verb == PATIENT]
    for entry in case.reader.events(ChallengeBegins):
        at_ns, u_ns = entry.body.at_ns, round((2.0 * entry.body.u_s + 1.0) * NS_PER_S)
        if entry.body.challenge is not ChallengeKind.BUTTON or any(abs(one - at_ns) <= u_ns for one in asked):
            continue
        said = "the patient's button"
        yield Expected(frozenset({PATIENT_GIVEN, PATIENT_REFUSED}), at_ns - u_ns, at_ns + u_ns, said)
        for word, to_ns in ((BOLUS_STARTED, at_ns + u_ns), (BOLUS_ENDED, case.to_ns)):
            yield Expected(frozenset({word}), at_ns - u_ns, to_ns, said, demanded=False)


def _of_replays(case: Case) -> Iterator[Expected]:
    """Yield what may come of an order that arrives again: a refusal, and of what moves no dose the same once more.

    Whatever else comes of it was provoked by nothing.
    """
    for begin_ns, end_ns in replayed_spans(case.reader, case.to_ns):
        for sent_ns, command in _commands(case):
            if begin_ns <= sent_ns < end_ns:
                words = {COMMIT_REFUSED, PATIENT_REFUSED} if command.verb == PATIENT else {COMMIT_REFUSED}
                if command.verb in MOVES_NO_DOSE:
                    words |= {word for line in LINES_OF[command.verb] for word in line}
                said = f"{command.verb}, heard again"
                yield Expected(frozenset(words), sent_ns, end_ns, said, demanded=False)


def _of_belated(case: Case) -> Iterator[Expected]:
    """Yield what may come of an order that arrives late: it is refused, for the pump was told otherwise meanwhile."""
    for from_ns, to_ns in belated(case.reader, case.to_ns):
        yield Expected(frozenset({COMMIT_REFUSED}), from_ns, to_ns, "an order that came late", demanded=False)
