"""The counts of the motor's edges in a span: one course, or none, because a counter that was away begins anew."""

from rig.evaluation.absences import away_in
from rig.record.bodies.pump_events import EdgesCounted
from rig.record.reader import RecordReader


def counted_edges(reader: RecordReader, from_ns: int, to_ns: int) -> list[EdgesCounted]:
    """Return the counts in [from_ns, to_ns], UTC ns, in order; none where their counter was away in between."""
    counts = [e.body for e in reader.events(EdgesCounted) if from_ns <= e.body.at_ns <= to_ns]
    away = [one for stream in {one.instrument for one in counts} for one in away_in(reader, from_ns, to_ns, stream)]
    return [] if away else counts
