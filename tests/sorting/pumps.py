"""Failures of whole runs on the mocked bench, over the real wires: a defective pump, and a joint that leaks."""

from functools import partial

from rig.evaluation.sorting import sorted_of
from rig.faults import Fault, heaviest
from rig.record.reader import RecordReader
from tests.truth.support import run

PARTS = "tests.truth.faulty_parts:"
SHORT = {"zero_flow_h": 0.5, "stabilise_h": 0.5, "analyse_h": 1.5, "rate_ul_h": 300.0}


def failures(altered, folder):
    """Run a plan with that, and return its failures by its record."""
    with RecordReader(run(folder, **SHORT, **altered).path) as reader:
        return sorted_of(reader)


def sorted_as(altered, folder):
    """Return whose fault such a run is; None where all passes."""
    found = heaviest(one.sorted_as for one in failures(altered, folder))
    return None if found is None else found.fault


def faulty(**parts):
    return {"twin": {"parts": {part: PARTS + name for part, name in parts.items()}}}


SEEDS = (("pump: empty strokes, run", Fault.PUMP, partial(sorted_as, faulty(mechanism="EmptyStrokes"))),)
