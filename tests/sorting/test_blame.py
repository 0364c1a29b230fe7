"""What speaks against the pump and what against the bench, where both are contradicted; and tripped interlocks."""

import numpy as np
import pytest

from rig.evaluation import testimony
from rig.evaluation.blame import REST, blamed
from rig.evaluation.case import Case
from rig.evaluation.trips import fault_of_trip
from rig.evaluation.witnesses import Evidence
from rig.faults import Fault
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.safety import InterlockTripped
from tests.evaluation.happenings import WINDOW, ns, put, tell
from tests.evaluation.records import weighed
from tests.sorting.infusion import Infusion, asked_ul
from tests.sorting.runs import beside, lost, share

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


@pytest.mark.parametrize("delivered_percent, fault", [(30.0, Fault.PUMP), (5.0, Fault.BENCH)])
def test_what_a_bench_did_does_not_excuse_more_than_was_asked_for(tmp_path, delivered_percent, fault):
    against = {"the bench's proof": NOT_PROVEN, "programme": testimony.Testimony("", ("too much was delivered",))}
    more = Infusion(arrives=share(delivered_percent), turns=share(delivered_percent))
    with more.recorded(tmp_path) as record, record.reader() as reader:
        assert blamed(Case(reader, *WINDOW), Evidence(against)).fault is fault


@pytest.mark.parametrize(
    "said, only",
    [((), False), ((NOT_PROVEN,), True), ((NOT_PROVEN, LOG_GAP), False), ((NOT_PROVEN, testimony.Testimony("")), True)],
)
def test_a_contradiction_is_the_benchs_alone_where_nothing_else_contradicts(said, only):
    assert Evidence({str(number): one for number, one in enumerate(said)}).only_of_the_bench is only


@pytest.mark.parametrize(
    "stream, fault", [("balance", Fault.BENCH), ("flow", Fault.PUMP), ("daq", Fault.PUMP)], ids=lambda one: str(one)
)
def test_readings_that_another_instrument_did_not_give_excuse_no_wrong_volume(tmp_path, stream, fault):
    wrong = Infusion(
        arrives=share(-30.0),
        turns=share(-30.0),
        besides=lambda record: [put(record, *one) for one in lost(stream, 5 * H, 6 * H)],
    )
    said = {"programme": testimony.Testimony("", ("too little was delivered",))}
    with wrong.recorded(tmp_path) as record, record.reader() as reader:
        assert blamed(Case(reader, *WINDOW), Evidence(said)).fault is fault


COUNT, BALANCE, FLOW = ("pump",), ("balance",), ("flow",)


@pytest.mark.parametrize(
    "interlock, limit, streams, infusion, fault",
    [
        ("most_rate_ul_h", 250.0, COUNT, Infusion(), Fault.PLAN),
        ("most_volume_ul", 1000.0, COUNT, Infusion(), Fault.PLAN),
        ("most_rate_ul_h", 300.0, COUNT, Infusion(), Fault.PUMP),  # 300 µL/h are asked for: not more than is allowed
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


def test_a_plan_is_not_held_to_what_was_asked_for_before_it_began(tmp_path):
    # 300 µL/h since the window's begin, 5 h of them under this plan: 1,500 µL of 3,000.
    trip = InterlockTripped("most_volume_ul", 2500.0, 2000.0, COUNT, ns(10 * H), ns(10 * H))
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=300.0)
        put(record, 5 * H, PlanBegins("the next plan"))
        with record.reader() as reader:
            assert fault_of_trip(trip, reader) is Fault.PUMP


@pytest.mark.parametrize(
    "counted_ul, until_h, fault",
    [(5.0, 0.25, Fault.BENCH), (5.0, 2.0, Fault.PUMP), (1.3, 2.0, Fault.BENCH), (1.4, 2.0, Fault.PUMP)],
)
def test_a_count_at_rest_is_delivery_behind_the_settling_and_beyond_two_strokes(tmp_path, counted_ul, until_h, fault):
    """At rest from the record's begin, a line may empty for half an hour: of 1.33 µL 1 is left, two strokes."""

    def counts(hour):
        return asked_ul(hour) + counted_ul * np.clip(np.asarray(hour) / until_h, 0.0, 1.0)

    start = {"limits": {"evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 30.0}}}
    gained = Evidence({REST: testimony.Testimony("", ("the vessel gained",), undermines=True)})
    with Infusion(counts=counts, start=start).recorded(tmp_path) as record, record.reader() as reader:
        assert blamed(Case(reader, *WINDOW), gained).fault is fault


# The sensor's zero may be off by 7.2 µL/h.
@pytest.mark.parametrize(
    "seen_ul_h, fault", [(6.5, Fault.BENCH), (7.3, Fault.PUMP), (-7.3, Fault.BENCH), (None, Fault.BENCH)]
)
def test_what_balance_and_flow_sensor_saw_leave_a_pump_at_rest_came_out_of_it(tmp_path, seen_ul_h, fault):
    passes = None if seen_ul_h is None else beside(ul_h=seen_ul_h)
    gained = Evidence({REST: testimony.Testimony("", ("the vessel gained",), undermines=True)})
    with Infusion(passes=passes).recorded(tmp_path) as record, record.reader() as reader:
        assert blamed(Case(reader, *WINDOW), gained).fault is fault


@pytest.mark.parametrize("turned_ul, fault", [(0.0, Fault.BENCH), (20.0, Fault.BENCH), (40.0, Fault.PUMP)])
def test_a_step_on_the_pan_is_a_touch_only_where_the_motor_did_not_make_much_of_it(tmp_path, turned_ul, fault):
    """80 µL on the pan at once; the sensor, which agrees with neither, saw nothing."""
    stepped = Infusion(arrives=beside(step_ul=80.0), turns=beside(step_ul=turned_ul), passes=share(-3.0))
    against = Evidence({"programme": testimony.Testimony("", ("too much was delivered",))})
    with stepped.recorded(tmp_path) as record, record.reader() as reader:
        assert blamed(Case(reader, *WINDOW), against).fault is fault


def test_a_bolus_that_is_not_given_at_all_is_no_touch(tmp_path):
    """Of 80 µL in a minute nothing comes and the motor does not turn: the pan strays at once, and falls nowhere."""
    bolus = (11.0 * H, "give_bolus", {"volume_ul": 80.0, "rate_ul_h": 4800.0})
    missed = Infusion(tells=(Infusion.tells[0], bolus, Infusion.tells[1]))
    against = Evidence({"programme": testimony.Testimony("", ("too little was delivered",))})
    with missed.recorded(tmp_path) as record, record.reader() as reader:
        assert blamed(Case(reader, *WINDOW), against).fault is Fault.PUMP
