"""The flow in parts of a window: the part that is farthest off its own programme, judged with all of them."""

import pytest

from rig.errors import SeriesError
from rig.evaluation.claims.flow_in_windows import compute
from rig.exchange import Exchange
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation.happenings import judged
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

# 100 µL/h for four hours, then 40 µL/h for four: of the third hour 4 % are missing, of the sixth 5 %.
MISSING = {2: 4.0, 5: 2.0}


def mass_mg(hour, missing=MISSING):
    since = min(max(hour - 5.0, 0.0), 8.0)
    given = 100.0 * min(since, 4.0) + 40.0 * max(0.0, since - 4.0)
    given -= sum(ul * min(max(since - begin, 0.0), 1.0) for begin, ul in missing.items())
    return 1000.0 + given / Z_UL_MG - 0.05 * hour


def told(record):
    for hour, verb, arguments in (
        (5, "run_continuous", {"rate_ul_h": 100.0}),
        (9, "run_continuous", {"rate_ul_h": 40.0}),
        (13, "stop", {}),
    ):
        at_ns = EPOCH_NS + hour * HOUR_NS
        record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
    return record


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, mass_mg, hours=18) as record:
        yield told(record)


def window(minutes, begin=5, end=13, **said):
    span = EPOCH_NS + begin * HOUR_NS, EPOCH_NS + end * HOUR_NS + 1
    return Recipe("flow in windows", {"minutes": minutes, **said}, *span)


def found(record, recipe):
    with record.reader() as reader:
        return compute(recipe, reader)


def test_each_part_is_held_to_its_own_programme(record):
    errors = found(record, window(60.0)).details["error_percent"]
    assert errors == pytest.approx([0, 0, -4, 0, 0, -5, 0, 0], abs=0.4)


def test_the_part_farthest_off_is_the_number(record):
    evaluation = found(record, window(60.0))
    assert evaluation.budget.value == pytest.approx(-5.0, abs=2 * evaluation.budget.u)
    assert evaluation.details["farthest_begins_s"] == 5 * 3600


def test_the_uncertainty_of_a_steady_part_is_that_of_two_readings_and_the_loss(tmp_path):
    """√2 · (0.02 noise ⊕ 0.05 drop) mg, 0.03/√3 mg, and the loss known to some 0.01 mg/h, of 40 µL: about 0.2 %."""
    with weighed(tmp_path, lambda hour: mass_mg(hour, {}), hours=18) as record:
        u = found(told(record), window(60.0, begin=9)).budget.u
    assert u == pytest.approx(0.2, rel=0.3)


def test_parts_may_overlap(record):
    evaluation = found(record, window(120.0, every_minutes=60.0))
    assert evaluation.details["error_percent"] == pytest.approx([0, -2, -2, 0, -2.5, -2.5, 0], abs=0.4)


def test_each_part_may_differ_from_the_truth_in_a_way_of_its_own(record):
    evaluation = found(record, window(60.0))
    told = [one.combined_u for one in evaluation.spreads]
    assert told == pytest.approx(evaluation.details["u_percent"])


def test_all_parts_must_lie_within_the_limit(record):
    span = window(60.0)
    bounds = (span.from_ns, span.to_ns)
    wide, narrow = (Limit(unit="%", lower=-by, upper=by) for by in (10.0, 1.0))
    verdicts = [judged(record, "flow in windows", one, bounds, minutes=60.0).verdict for one in (wide, narrow)]
    assert verdicts == ["PASS", "FAIL"]


def test_a_part_in_which_nothing_was_programmed_has_no_error(record):
    with pytest.raises(SeriesError, match="ask such a time for its zero flow"):
        found(record, window(60.0, end=14))


def test_a_part_longer_than_the_window_is_refused(record):
    with pytest.raises(SeriesError, match="lasts 480 min"):
        found(record, window(600.0))


def test_parts_shorter_than_the_balances_pace_are_refused(record):
    with pytest.raises(SeriesError, match="too short for how often"):
        found(record, window(1.5))


def crept(folder, begin):
    """Return a record of 10 µL/h from hour 4 on, weighed by a balance that creeps by 0.1 mg/h from `begin` to 17."""

    def mass(hour):
        return 10.0 * min(max(hour - 4.0, 0.0), 13.0) / Z_UL_MG + 0.1 * min(max(hour - begin, 0.0), 17.0 - begin)

    return under_one_rate(weighed(folder, mass, hours=21))


def under_one_rate(record):
    for hour, verb, arguments in ((4, "run_continuous", {"rate_ul_h": 10.0}), (17, "stop", {})):
        at_ns = EPOCH_NS + hour * HOUR_NS
        record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
    return record


def test_a_creep_that_begins_with_the_window_shows_beside_the_flow_before_it(tmp_path):
    with crept(tmp_path, 7.0) as record:
        budget = found(record, window(300.0, begin=7, end=17)).budget
    assert budget.value == pytest.approx(0.0, abs=budget.expanded())


def test_what_falls_on_the_pan_is_in_the_uncertainty_of_its_part_alone(tmp_path):
    mass = [10.0 * max(m / 60 - 4.0, 0.0) / Z_UL_MG + 5.0 * (m > 700) for m in range(17 * 60 + 1)]
    mass += mass[-1:] * 240
    with weighed(tmp_path, lambda hour: mass[round(60 * hour)], hours=21) as record:
        evaluation = found(under_one_rate(record), window(300.0, begin=7, end=17))
    fallen, other = evaluation.details["u_percent"]
    # 5 mg of 50 µL is 10 %, either there or not: 10/√2.
    assert fallen**2 - other**2 == pytest.approx(50.0, rel=0.05)
