"""A look at a run under way, for the status line: the result as it would be if the window ended now.

Evaporation is that of the zero-flow run before, because the one behind is yet to come. Nothing of it is recorded.
"""

from rig.errors import MetrologyError
from rig.evaluation import inputs
from rig.evaluation.delivered import streams_of
from rig.metrology.evaporation import EvaporationRate
from rig.metrology.flow import mean_flow, volume_delivered
from rig.record import RecordReader, RunRecord

# Evaporation that is not known yet is taken for nothing, give or take this much.
_UNKNOWN_EVAPORATION = EvaporationRate(0.0, 0.1)


class Projection:
    """Reads the newest samples of a live record."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record

    def text(self, begin_ns: int, now_ns: int) -> str:
        """Return what balance and pump say about the span since `begin_ns`, "" while the data allow no number."""
        with self._record.reader() as reader:
            if not streams_of(reader, "balance"):
                return ""
            try:
                return _flow(reader, begin_ns, now_ns + 1) or _volume(reader, begin_ns, now_ns + 1)
            except MetrologyError:
                return ""  # too early, or nothing flows: the result itself will say so if it stays that way


def _flow(reader: RecordReader, from_ns: int, to_ns: int) -> str:
    """Return the mean flow error so far, "" unless the pump has one constant rate."""
    pumps = streams_of(reader, "pump")
    if not pumps:
        return ""
    rates = reader.series(pumps[0], from_ns + 1, to_ns, ["rate"]).columns["rate"]
    if not len(rates) or rates[0] <= 0 or rates.min() != rates.max():
        return ""
    readings = inputs.weighing(reader, from_ns, to_ns)
    error = mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=float(rates[0]),
        evaporation=_evaporation(reader),
        ambient=inputs.ambient_of(reader, from_ns, to_ns),
        balance=inputs.balance_of(reader),
        delivery=inputs.delivery_of(reader),
    ).error
    return f"so far {error.value:+.2f} ± {2 * error.u:.2g} %"


def _volume(reader: RecordReader, from_ns: int, to_ns: int) -> str:
    readings = inputs.weighing(reader, from_ns, to_ns)
    last_s = float(readings.t_s[-1]) if len(readings.t_s) else 0.0
    volume = volume_delivered(
        readings.t_s,
        readings.mass_mg,
        before_s=(0.0, 0.0),
        after_s=(last_s, last_s),
        evaporation=_evaporation(reader),
        ambient=inputs.ambient_of(reader, from_ns, to_ns),
        balance=inputs.balance_of(reader),
        delivery=inputs.delivery_of(reader),
    )
    return f"so far {volume.value:.2f} ± {2 * volume.u:.2g} µL"


def _evaporation(reader: RecordReader) -> EvaporationRate:
    known = reader.events("zero flow")
    return inputs.zero_flow_rate(reader, known[-1].body) if known else _UNKNOWN_EVAPORATION
