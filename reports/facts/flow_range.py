"""Whether a flow sensor can tell a flow at all: far below its range it shows its own offset, whatever flows."""

from dataclasses import dataclass

from rig.evaluation.delivered import streams_of
from rig.evaluation.evidence.flow_sensor import USUAL
from rig.record.bodies.start import StatedAccuracy
from rig.record.reader import RecordReader

# A sum of flows that may be off by more than this share of itself is no volume that anybody could compare.
_MOST_OFF = 0.25


@dataclass(frozen=True, slots=True)
class FlowRange:
    """The limits of error of a flow sensor; `supposed` where the bench file states none."""

    limits: StatedAccuracy
    supposed: bool

    def below(self, flow_ul_h: float) -> bool:
        """Tell whether a mean flow (µL/h) is below what the sensor can tell."""
        return self._limit(flow_ul_h) > _MOST_OFF * flow_ul_h

    def said(self, flow_ul_h: float) -> str:
        """Return why a mean flow (µL/h) is below the sensor's range, in words."""
        stated = "supposed, the bench file states none" if self.supposed else "stated"
        return (
            f"below its range: it may be off by {self._limit(flow_ul_h):.3g} µL/h ({stated}), and "
            f"{flow_ul_h:.3g} µL/h were programmed on the mean"
        )

    def _limit(self, flow_ul_h: float) -> float:
        return max(self.limits.percent / 100.0 * flow_ul_h, self.limits.absolute)


def flow_range(reader: RecordReader) -> FlowRange | None:
    """Return the range of the bench's flow sensor; None without one."""
    streams = streams_of(reader, "flow")
    if not streams:
        return None
    stated = reader.start().instruments[streams[0]].accuracy
    return FlowRange(stated or USUAL, supposed=stated is None)
