"""A rough look at a run under way, for the status line: what was delivered so far, and how far off that is.

Not a result: no budget and no verdict come of it, and nothing of it is recorded.
"""

from rig.clock import NS_PER_S
from rig.evaluation.delivered import streams_of
from rig.record import RunRecord

_MIN_HOURS = 0.25


class Projection:
    """Reads the newest samples of a live record."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record

    def text(self, begin_ns: int, now_ns: int) -> str:
        """Return what balance and pump say about the span since `begin_ns`, "" while there is too little to say."""
        hours = (now_ns - begin_ns) / NS_PER_S / 3600
        if hours < _MIN_HOURS:
            return ""
        with self._record.reader() as reader:
            streams = reader.streams()
            balance = [s for s in streams_of(reader, "balance") if s in streams]
            pump = [s for s in streams_of(reader, "pump") if s in streams]
            if not balance:
                return ""
            mass = reader.series(balance[0], begin_ns, now_ns + 1, ["mass"]).columns["mass"]
            if len(mass) < 2:
                return ""
            rate_ul_h = (mass[-1] - mass[0]) / hours
            said = f"{mass[-1] - mass[0]:.1f} mg so far, {rate_ul_h:.2f} mg/h"
            if pump:
                rates = reader.series(pump[0], begin_ns, now_ns + 1, ["rate"]).columns["rate"]
                if len(rates) and rates[-1] > 0:
                    said += f", about {100 * (rate_ul_h / rates[-1] - 1):+.1f} % off (uncorrected)"
        return said
