"""What speaks against the pump and what against the bench, where both are contradicted; and tripped interlocks."""

import pytest

from rig.evaluation import testimony
from rig.evaluation.blame import blamed
from rig.evaluation.case import Case
from rig.evaluation.trips import fault_of_trip
from rig.evaluation.witnesses import Evidence
from rig.faults import Fault
from rig.record.bodies.safety import InterlockTripped
from tests.evaluation.happenings import WINDOW, ns
from tests.sorting.infusion import Infusion
from tests.sorting.runs import share

H = 3600.0
LOG_GAP = testimony.Testimony("", ("it has a gap",), of_the_pump=True)
NOT_PROVEN = testimony.Testimony("", ("the check weight is missing",), undermines=True, of_the_bench=True)


@pytest.fixture
def case(tmp_path):
    """A healthy infusion: what is said of it is given."""
    with Infusion().recorded(tmp_path) as record, record.reader() as reader:
        yield Case(reader, *WINDOW)


def test_where_nothing_contradicts_nobody_is_blamed(case):
    assert blamed(case, Evidence({"pump's log": testimony.Testimony("3 lines")})) is None


def test_a_bench_that_is_not_proven_does_not_excuse_what_a_pump_says_against_itself(case):
    said = blamed(case, Evidence({"the bench's proof": NOT_PROVEN, "pump's log": LOG_GAP}))
    assert (said.fault, said.said) == (Fault.PUMP, "pump's log: it has a gap")


def test_a_bench_that_is_not_proven_is_the_benchs_fault(case):
    assert blamed(case, Evidence({"the bench's proof": NOT_PROVEN})).fault is Fault.BENCH


@pytest.mark.parametrize("name", ["the rig itself", "sampling in time"])
def test_what_the_rig_did_or_read_too_late_excuses_it(case, name):
    assert blamed(case, Evidence({name: NOT_PROVEN, "pump's log": LOG_GAP})).fault is Fault.BENCH


COUNT, BALANCE, FLOW = ("pump",), ("balance",), ("flow",)


@pytest.mark.parametrize(
    "interlock, limit, streams, infusion, fault",
    [
        ("most_rate_ul_h", 250.0, COUNT, Infusion(), Fault.PLAN),
        ("most_volume_ul", 1000.0, COUNT, Infusion(), Fault.PLAN),
        ("most_rate_ul_h", 400.0, COUNT, Infusion(arrives=share(60.0), counts=share(60.0)), Fault.PUMP),
        ("most_volume_ul", 3500.0, BALANCE, Infusion(arrives=share(30.0), turns=share(30.0)), Fault.PUMP),
        ("most_volume_ul", 3500.0, BALANCE, Infusion(arrives=share(30.0), passes=share(0.0)), Fault.BENCH),
        ("most_distance_percent", 20.0, (*BALANCE, *FLOW), Infusion(), Fault.BENCH),
        ("most_distance_percent", 20.0, (*BALANCE, *COUNT), Infusion(counts=share(50.0)), Fault.PUMP),
        ("most_pressure_kpa", 60.0, ("daq",), Infusion(), Fault.BENCH),
        ("lost_after_s", 60.0, COUNT, Infusion(), Fault.BENCH),
    ],
)
def test_a_trip_is_the_plans_that_asked_for_it_the_pumps_or_the_benchs(
    tmp_path, interlock, limit, streams, infusion, fault
):
    trip = InterlockTripped(interlock, 2.0 * limit, limit, streams, ns(10 * H), ns(10 * H))
    with infusion.recorded(tmp_path) as record, record.reader() as reader:
        assert fault_of_trip(trip, reader) is fault
