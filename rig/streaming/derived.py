"""Points that no single entry holds: the programme in µL, what a plan comes to, what a weighing at zero flow found."""

from collections.abc import Iterator

from rig.errors import RecordCorruptError, RigError
from rig.evaluation.inputs import zero_flow_rate
from rig.record.bodies.events import OutcomeWord, PlanFailed, PlanOutcome, ZeroFlow
from rig.record.overview import run_line
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.record.standing import PASSED, standing_of
from rig.record.words import event_of, result_of, stop_of
from rig.streaming import stamps
from rig.streaming.coarser import MINUTES, SECONDS
from rig.streaming.names import number_tag
from rig.streaming.points import Fields, Point, RunTags, ms, plan_tags, point
from rig.streaming.programmed import FIELD, INSTRUMENT, Programmed
from rig.streaming.state import EncoderState


class Derived:
    """Makes such points while a record is encoded entry by entry; what it must remember stands in the `state`."""

    def __init__(self, reader: RecordReader, state: EncoderState, run: RunTags) -> None:
        self._reader = reader
        self._state = state
        self._run = run
        self._programmed = Programmed(reader, state.seq)

    def of_entry(self, entry: Entry, t_ns: int) -> Iterator[Point]:
        """Yield what an entry that is stamped `t_ns` completes; samples are not for here."""
        if entry.kind == Kind.RESULT.value:
            result = result_of(entry)
            self._state.verdicts.setdefault(result.plan, []).append(result.verdict)
        elif entry.kind == Kind.EVENT.value and entry.name == ZeroFlow.NAME:
            yield from self._zero_flow(entry, t_ns)
        elif entry.kind == Kind.EVENT.value and entry.name == PlanOutcome.NAME:
            yield from self._plan_outcome(entry, t_ns)
        elif entry.kind == Kind.STOP.value:
            yield from self._not_ended(entry, t_ns)
        if self._programmed.take(entry) or entry.kind == Kind.STOP.value:
            yield from self._programme(entry.t_ns)

    def of_block(self, stream: str, last_ns: int) -> Iterator[Point]:
        """Yield what was programmed up to a block's last sample, when it is the pump that was read."""
        if stream == self._programmed.pump:
            yield from self._programme(last_ns)

    def run_fields(self) -> Fields:
        """Return what the run comes to, for its stop."""
        line = run_line(self._reader.path)
        not_passed = [plan for plan, standing in line.standings.items() if standing != PASSED]
        return {
            "outcome": line.outcome,
            "verdicts": ", ".join(f"{count} {verdict}" for verdict, count in line.verdicts.items()),
            "plans_not_passed": len(not_passed) + line.plans.get(OutcomeWord.NOT_REACHED, 0),
            "plans_without_verdict": line.without_verdict,
        }

    def _programme(self, until_ns: int) -> Iterator[Point]:
        state = self._state
        if not -stamps.HOLDABLE_NS < until_ns < stamps.HOLDABLE_NS:
            return
        tags = (("instrument", INSTRUMENT), ("opening", number_tag(state.opening)), ("step", ""))
        for t_ns, volume_ul in self._programmed.points(state.programme_ns, until_ns):
            state.programme_ns = t_ns
            state.count("programme", 1)
            yield point("samples", (*self._run.tags, *tags), {FIELD: volume_ul}, t_ns)
            for rows in (SECONDS, MINUTES):
                yield point(rows, (*self._run.tags, *tags), {f"{FIELD}_last": volume_ul}, t_ns)

    def _zero_flow(self, entry: Entry, t_ns: int) -> Iterator[Point]:
        try:
            weighed = event_of(entry)
        except RecordCorruptError:
            return  # another's event of this name
        if not isinstance(weighed, ZeroFlow):
            return
        fields: Fields = {"seq": entry.seq, "from_ms": ms(weighed.from_ns), "to_ms": ms(weighed.to_ns)}
        try:
            rate = zero_flow_rate(self._reader, weighed)
        except RigError as error:
            yield point("zero_flow", self._run.tags, {**fields, "why_not": str(error)}, t_ns)
        else:
            # A loss is a slope below zero.
            found: Fields = {"drift_mg_h": -rate.rate_mg_h, "u_mg_h": rate.u_mg_h}
            yield point("zero_flow", self._run.tags, {**fields, **found}, t_ns)

    def _plan_outcome(self, entry: Entry, t_ns: int) -> Iterator[Point]:
        try:
            ended = event_of(entry)
        except RecordCorruptError:
            return
        if isinstance(ended, PlanOutcome):
            yield self._plan(entry.seq, ended.plan, ended.outcome, ended.why, t_ns)

    def _not_ended(self, entry: Entry, t_ns: int) -> Iterator[Point]:
        """Yield the plans of a run that is over whose outcome nobody told: cut short, or never begun."""
        told = {str(one.body.get("plan")) for one in self._events(PlanOutcome.NAME)}
        failed = {str(one.body.get("plan")): str(one.body.get("error", "")) for one in self._events(PlanFailed.NAME)}
        left = [plan for plan in (*failed, *stop_of(entry).selected) if plan not in told]
        for number, plan in enumerate(dict.fromkeys(left)):
            outcome = OutcomeWord.FAILED if plan in failed else OutcomeWord.NOT_REACHED
            yield self._plan(entry.seq, plan, outcome, failed.get(plan, ""), t_ns + number)

    def _events(self, name: str) -> Iterator[Entry]:
        return self._reader.entries(kind=Kind.EVENT.value, name=name)

    def _plan(self, seq: int, plan: str, outcome: OutcomeWord, why: str, t_ns: int) -> Point:
        verdicts = self._state.verdicts.pop(plan, [])
        standing = standing_of(verdicts, outcome, ended=True)
        tags = (*plan_tags(plan), ("outcome", outcome.value), ("standing", standing))
        fields: Fields = {"seq": seq, "results": len(verdicts), "why": why}
        return point("plans", (*self._run.tags, *tags), fields, t_ns)
