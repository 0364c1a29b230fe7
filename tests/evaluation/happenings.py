"""What happens in a synthetic record: states, log lines, challenges and commands, at seconds of a window."""

import numpy as np

from rig.channels import Channel
from rig.clock import NS_PER_S
from rig.evaluation.settle import Asked, settle
from rig.exchange import Exchange
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.pump_events import LogLine, PumpLogRead, PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS

WINDOW = (EPOCH_NS + 4 * HOUR_NS, EPOCH_NS + 29 * HOUR_NS + 1)


def ns(seconds):
    """Return a moment, in s from the window's begin, as UTC ns."""
    return WINDOW[0] + round(seconds * NS_PER_S)


def put(record, at_s, event):
    """Record an event at a moment, or now if that is over."""
    record._clock.wait_until(max(ns(at_s), record._clock.now_ns()))
    record.event(event)


def status(record, *changes):
    """Let the pump's status change: (s, state, alarms[, critical])."""
    for at_s, state, alarms, *critical in changes:
        told = critical[0] if critical else None
        put(record, at_s, PumpStateChanged("pump", state, ns(at_s), alarms, 1, told))


def log(record, *lines, ahead_s=0.0, read_at_s=None, first=10):
    """Let the pump's log gain lines (s, word[, detail]), by a clock that is `ahead_s` ahead."""
    said = tuple(
        LogLine(first + place, ns(at_s + ahead_s), word, *detail) for place, (at_s, word, *detail) in enumerate(lines)
    )
    put(record, lines[-1][0] if read_at_s is None else read_at_s, PumpLogRead("pump", said))


def clock_ahead(record, ahead_s, hours=33, minutes=None, **columns):
    """Let the pump tell by how much its clock is ahead, and other columns, at `minutes` of the record (None: each)."""
    minutes = np.arange(hours * 60 + 1) if minutes is None else minutes
    told = {"clock_offset": np.broadcast_to(np.asarray(ahead_s, float), minutes.shape).copy(), **columns}
    units = {"clock_offset": "s", "delivered": "µL", "reservoir": "µL"}
    record.descriptor("pump", tuple(Channel(name, units[name]) for name in told), {})
    record.samples("pump", Block(EPOCH_NS + minutes * (HOUR_NS // 60), told))


def tell(record, at_s, verb, *, result="ok", extra=None, sent=b"\x01", took_s=0.0, **arguments):
    """Tell the pump something."""
    at_ns = ns(at_s)
    done_ns = at_ns + round(took_s * NS_PER_S)
    record.command(Exchange("pump", verb, arguments, sent, b"", at_ns, done_ns, result, extra or {}))


def asks(record, *answers):
    """Let the patient ask at seconds of the window: None is granted, else why not."""
    for at_s, why in answers:
        extra = {"granted": why is None, "why": why or ""}
        tell(record, at_s, "request_patient_bolus", extra=extra, volume_ul=2.0, rate_ul_h=60.0)


def challenge(record, at_s, kind=ChallengeKind.OCCLUSION, u_s=0.0, until_s=None):
    """Begin a challenge, and end it where that is said."""
    put(record, at_s, ChallengeBegins(kind, "twin", ns(at_s), u_s))
    if until_s is not None:
        put(record, until_s, ChallengeEnds(kind, "twin", ns(until_s), u_s))


def judged(record, function, limit=None, window=WINDOW, **parameters):
    """Settle a claim about the window."""
    with record.reader() as reader:
        return settle(Asked(Recipe(function, parameters, *window), limit), reader)
