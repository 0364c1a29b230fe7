"""The machine's own time: readings that begin late, or are lost, say that it could not do what it was asked to."""

from collections.abc import Iterator

from rig.evaluation.case import Case
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.judging import TimingLimits
from rig.record.bodies.timing import SamplingTimed

# One that is lost is no share of anything.
_FEWEST_LOST = 2


def testify(case: Case) -> Testimony:
    """Hold the lateness and the losses of every stream to the limits: what is beyond them is the bench's fault."""
    told = {
        entry.body.stream: entry.body  # the newest of a plan tells of all of it
        for entry in case.reader.events(SamplingTimed)
        if case.begun_ns <= entry.t_ns <= case.to_ns
    }
    if not told:
        return Testimony(not_asked="nothing tells how late readings were: in virtual time none is")
    latest = max(told.values(), key=lambda one: one.p99_ms)
    lost = sum(one.skipped + one.lost for one in told.values())
    said = (
        f"readings began {latest.p99_ms:.3g} ms late at most for 99 of 100 ({latest.stream}), "
        f"{max(one.worst_ms for one in told.values()):.3g} ms at the worst, {lost} were lost"
    )
    against = tuple(one for timed in told.values() for one in beyond(timed, case.limits.timing))
    return Testimony(said, against, undermines=True, of_the_bench=True)


def beyond(timed: SamplingTimed, limits: TimingLimits) -> Iterator[str]:
    """Yield a sentence for each limit that a stream is beyond."""
    figures = (
        f"{timed.stream}, read each {timed.every_s:g} s, {timed.turns} times: p99 {timed.p99_ms:.4g} ms late, worst "
        f"{timed.worst_ms:.4g} ms, {timed.skipped} turns and {timed.lost} samples lost"
    )
    p99_ms = 1e3 * max(limits.late_s, limits.late_share * timed.every_s)
    if timed.p99_ms > p99_ms:
        yield f"{figures}; 99 of 100 may be {p99_ms:.4g} ms late: the machine had too much to do"
    worst_ms = 1e3 * max(limits.worst_s, timed.every_s)
    if timed.worst_ms > worst_ms:
        yield f"{figures}; none may be more than {worst_ms:.4g} ms late: the machine stood still"
    for lost, due, what in (
        (timed.skipped, timed.turns + timed.skipped, "turns"),
        (timed.lost, timed.samples + timed.lost, "samples"),
    ):
        if lost >= _FEWEST_LOST and lost > due * limits.lost_percent / 100.0:
            share = 100.0 * lost / due
            yield f"{figures}; {share:.3g} % of the {what} are lost, {limits.lost_percent:g} % may be"


WITNESS = Witness("sampling in time", testify)
