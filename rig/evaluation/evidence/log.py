"""The pump's log: no gap, never backwards, and a line for each thing that the pump was told."""

from collections import Counter

from rig.evaluation.case import Case
from rig.evaluation.claims.pump_account import out_of_order
from rig.evaluation.commanded import BOLUS, RUN
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.events import LogLine, PumpLogRead

# The word that a log has for an order; a log that has none of these words speaks another language.
_WORDS = {RUN: "infusion_started", BOLUS: "bolus_started"}
# A line may bear the stamp of a moment before the order was complete.
_SLACK_NS = 1_000_000_000
_VOCABULARY = frozenset(_WORDS.values())


def testify(case: Case) -> Testimony:
    """Hold the lines that the log gained to their own order and to what the pump was told."""
    reads = [
        entry.body
        for entry in case.reader.events(PumpLogRead)
        if case.from_ns <= entry.t_ns <= case.to_ns and entry.body.instrument == case.pump
    ]
    lines = [line for one in reads for line in one.lines]
    asked = [one for one in case.orders if one.verb in _WORDS and case.from_ns <= one.sent_ns]
    if not lines:
        if not asked or not _follows_logs(case):
            return Testimony(not_asked="the pump's log was not followed")
        return Testimony("no line", ("the pump's log gained no line, though the pump was told to deliver",))
    against = [*out_of_order(lines), *_missing(case, lines)]
    return Testimony(f"{len(lines)} lines of the pump's log", tuple(against))


def _follows_logs(case: Case) -> bool:
    return any(entry.body.instrument == case.pump for entry in case.reader.events(PumpLogRead))


def _missing(case: Case, lines: list[LogLine]) -> list[str]:
    found = Counter(line.event for line in lines)
    if not _VOCABULARY & found.keys():
        return []  # a log in other words
    own = _within(case, lines)
    found = Counter(line.event for line in own)
    against = []
    for verb, word in _WORDS.items():
        told = sum(one.verb == verb and case.from_ns <= one.sent_ns for one in case.orders)
        if found[word] < told:
            against.append(f"the log has {found[word]} lines of {word}, where the pump was told so {told} times")
        elif found[word] > told:
            against.append(f"the log has {found[word]} lines of {word}, though the pump was told so {told} times only")
    return against


def _within(case: Case, lines: list[LogLine]) -> list[LogLine]:
    """Return the lines from the case's first order on: what was read at its beginning may be of the plan before."""
    first_ns = case.delivers_ns[0] + case.clock_offset_ns - _SLACK_NS
    return [line for line in lines if line.pump_clock_ns >= first_ns]


WITNESS = Witness("pump's log", testify)
