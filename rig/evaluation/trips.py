"""Whose fault a tripped interlock is: what the plan asked for, what the pump did of itself, or what the bench shows."""

from rig.evaluation.case import Case
from rig.evaluation.delivered import streams_of
from rig.evaluation.paths_of_a_case import odd_path
from rig.evaluation.programme import NS_PER_H
from rig.faults import Fault
from rig.record.bodies.safety import InterlockTripped
from rig.record.reader import RecordReader

RATE, VOLUME, DISTANCE = "most_rate_ul_h", "most_volume_ul", "most_distance_percent"


def fault_of_trip(trip: InterlockTripped, reader: RecordReader) -> Fault:
    """Return whose fault a trip is; pure in the record.

    A rate or a volume that the programme asks for is the plan's mistake, any other is the pump's unless the balance is
    alone with it. Ways to know a delivery that are apart: the bench's where both are its own or the balance is the odd
    one, else the pump's. Pressure, lateness and silence are the bench's.
    """
    if trip.interlock not in (RATE, VOLUME, DISTANCE):
        return Fault.BENCH
    case = Case(reader, trip.from_ns, trip.to_ns + 1)
    if trip.interlock != DISTANCE and _asked(case, trip) > trip.limit:
        return Fault.PLAN
    own = {*streams_of(reader, "balance"), *streams_of(reader, "flow")}
    if trip.interlock == DISTANCE and own >= set(trip.streams):
        return Fault.BENCH
    return Fault.BENCH if set(trip.streams) & own and odd_path(case) == "balance" else Fault.PUMP


def _asked(case: Case, trip: InterlockTripped) -> float:
    """Return what the programme asks for at the most until a trip: its rate in µL/h, or its volume in µL."""
    asked = [one for one in case.programme.stretches if case.begun_ns <= one.to_ns and one.from_ns <= trip.to_ns]
    if trip.interlock == RATE:
        return max((one.rate_ul_h for one in asked), default=0.0)
    return sum(
        one.rate_ul_h * max(0, min(one.to_ns, trip.to_ns) - max(one.from_ns, case.begun_ns)) / NS_PER_H for one in asked
    )
