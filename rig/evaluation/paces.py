"""How often an instrument was read, from the record: a plan may change what the bench file says."""

from rig.record.reader import RecordReader


def pace_s(reader: RecordReader, stream: str, from_ns: int, to_ns: int) -> float | None:
    """Return the longest time in s between two readings of a stream that was asked for in [from_ns, to_ns), UTC ns.

    None for an instrument that is not sampled.
    """
    before, inside = None, []
    for t_ns, every_s in reader.paces(stream):
        if t_ns <= from_ns:
            before = every_s
        elif t_ns < to_ns:
            inside.append(every_s)
    found = [*inside, *([] if before is None else [before])]
    return max(found) if found else reader.start().instruments[stream].sample_every_s
