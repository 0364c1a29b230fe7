"""What a case takes from its record: loss, pump's clock, how restless the balance was, and since when it ran."""

import numpy as np
import pytest

from rig.evaluation.case import Case
from rig.evaluation.commanded import steady_since
from rig.evaluation.paths_of_a_case import paths_of
from tests.evaluation import steady
from tests.evaluation.happenings import WINDOW, ns, tell
from tests.evaluation.records import HOUR_NS, START, weighed


def of_case(folder, found, mass=lambda hour: 30_000.0 - 0.05 * hour, tells=(), noise_mg=0.0, **different):
    with weighed(folder, mass, hours=33, noise_mg=noise_mg, **different) as record:
        for one in tells:
            one(record)
        with record.reader() as reader:
            return found(Case(reader, *WINDOW))


@pytest.mark.parametrize("rests, alone_mg_h", [(((0, 4), (-4, 0)), 0.0), (((0, 4),), 0.1)])
def test_a_loss_that_was_weighed_once_may_have_been_another_behind(tmp_path, rests, alone_mg_h):
    found = of_case(tmp_path, lambda case: case.evaporation, zero_flow=rests)
    # The bench's floor is 0.01 mg/h and 5 % of the loss; an uncovered small beaker loses 0.1 mg/h.
    expected_mg_h = np.sqrt(0.01**2 + 0.0025**2 + alone_mg_h**2)
    assert (found.rate_mg_h, found.u_between_mg_h) == pytest.approx((0.05, expected_mg_h), rel=1e-6)


def test_a_balance_is_as_restless_as_at_zero_flow_behind_the_settling(tmp_path):
    def mass_mg(hour):
        # 5 mg run out of the line in the first half hour; then one reading of two is 0.6 mg higher than the other.
        return 30_000.0 + 10.0 * min(hour, 0.5) + 0.6 * (round(hour * 60.0) % 2)

    start = {"limits": {**START["limits"], "evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 30.0}}}
    found = of_case(tmp_path, lambda case: case.weighed, mass_mg, zero_flow=((0, 4),), start=start)
    assert found.reading_mg == pytest.approx(0.3, rel=0.01)


def test_a_rate_is_undisturbed_since_the_last_order_and_the_last_step(tmp_path):
    def since(at_s):
        return (steady_since(reader, ns(at_s)) - ns(0)) / 1e9

    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0.0) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=40.0)
        tell(record, 3600.0, "give_bolus", volume_ul=10.0, rate_ul_h=100.0)
        tell(record, 7200.0, "run_ramp", from_ul_h=40.0, to_ul_h=43.0, over_hours=0.05)
        with record.reader() as reader:
            told = [since(at_s) for at_s in (1800.0, 5400.0, 9000.0)]
            assert steady_since(reader, WINDOW[0] - HOUR_NS) is None
    # The ramp has reached its end three minutes behind its order.
    assert told == [0.0, 3600.0, 7380.0]


def test_balance_sensor_and_motor_are_paths_with_what_is_stated_of_each(tmp_path):
    def found(case):
        return {path.kind: path for path in paths_of(case)}, float(case.weighed.u_ul(0.0, 0.0))

    told = (steady.flow(40.0), steady.edges((-1, 0), (0, 0), (26, 128_000)))
    paths, u_of_two_ul = steady.case_of(tmp_path, found, accuracy={"percent": 6.0, "absolute": 0.9}, tells=told)
    # Two readings of the balance have both what one has.
    assert float(paths["balance"].u_ul(np.zeros(1), np.zeros(1))[0]) == pytest.approx(u_of_two_ul)
    # Limits of error are bounds.
    sensor, motor = paths["flow sensor"], paths["motor counts"]
    assert (sensor.relative_u, sensor.u_rate_ul_h) == pytest.approx((0.06 / 3**0.5, 0.9 / 3**0.5))
    # 5 % are agreed for books; a stroke of 0.5 µL is cut at either end of a count: √2/√12 of it in two, 1/√12 in one.
    assert (motor.relative_u, motor.volume_ul[-1]) == pytest.approx((0.05 / 3**0.5, 1000.0))
