"""What is put into one series, and which value stands for a pump."""

from dataclasses import replace

from hypothesis import given as given_data
from hypothesis import strategies as st

from reports.history.repeats import cut_short, repeats_of
from reports.history.series import series_of
from tests.history.lines import PLAN, given, result, run


def the_series(*pairs):
    (series,) = series_of(*given(*pairs))
    return series


VERDICTS = st.sampled_from(("PASS", "FAIL", "INCONCLUSIVE", "INVALID"))
KINDS = st.sampled_from(("mocked", "physical"))


@given_data(
    st.lists(st.tuples(VERDICTS, KINDS, st.sampled_from(("a", "b")), st.integers(0, 3)), max_size=12), st.randoms()
)
def test_every_result_is_in_one_series_whatever_the_order(said, mixed):
    pairs = [
        (run(number, f"P-{pump}", kind=kind), result(float(number), verdict, plan=plan))
        for number, (verdict, kind, plan, pump) in enumerate(said)
    ]
    runs, results = given(*pairs)
    found = series_of(runs, results)
    assert sorted(point.result.value for one in found for point in one.points) == [float(at) for at in range(len(said))]
    assert all({(point.run.kind, point.result.plan) for point in one.points} == {(one.kind, one.plan)} for one in found)
    assert all(len({pump.point.pump for pump in one.of_pumps}) == len(one.of_pumps) for one in found)
    mixed.shuffle(runs)
    assert series_of(runs, results) == found


def test_mocked_and_physical_runs_are_apart():
    found = series_of(*given((run(1), result(1.0)), (run(2, kind="mocked"), result(2.0))))
    assert [(one.kind, [point.result.value for point in one.points]) for one in found] == [
        ("mocked", [2.0]),
        ("physical", [1.0]),
    ]


def test_plans_are_apart_and_units_too():
    pairs = [(run(1), result(1.0)), (run(2), result(1.0, plan="another")), (run(3), result(1.0, unit="µL"))]
    assert {(one.plan, one.unit) for one in series_of(*given(*pairs))} == {(PLAN, "%"), (PLAN, "µL"), ("another", "%")}


def test_points_stand_in_order_of_begin():
    series = the_series((run(1, day=3.0), result(3.0)), (run(2, day=1.0), result(1.0)))
    assert [point.result.value for point in series.points] == [1.0, 3.0]


def test_what_was_not_decided_is_counted_and_enters_nothing():
    series = the_series(
        (run(1), result(1.0)),
        (run(2), result(9.0, "INCONCLUSIVE")),
        (run(3), result(9.0, "INVALID")),
        (run(4), result(2.0, "FAIL")),
        (run(5), result(9.0, "PROBABLY")),
    )
    assert series.verdicts == {"PASS": 1, "INCONCLUSIVE": 1, "INVALID": 1, "FAIL": 1, "PROBABLY": 1}
    assert [point.result.value for point in series.decided] == [1.0, 2.0]


def test_the_first_decided_value_stands_for_a_pump_however_often_it_was_repeated():
    series = the_series(
        (run(1), result(8.0, "INCONCLUSIVE")),
        (run(2), result(7.0, "FAIL")),
        (run(3), result(1.0)),
        (run(4), result(1.1)),
        (run(5, "P-2"), result(2.0)),
    )
    found = [(one.point.run.dut, one.point.result.value, one.repeats, one.undecided) for one in series.of_pumps]
    assert found == [("P-1", 7.0, 2, 1), ("P-2", 2.0, 0, 0)]


def test_pumps_of_one_serial_number_and_two_models_are_two():
    series = the_series((run(1), result(1.0)), (run(2, model="another"), result(2.0)))
    assert len(series.of_pumps) == 2


def test_a_pump_without_a_serial_number_is_none():
    assert the_series((run(1, ""), result(1.0))).of_pumps == ()


def test_limits_are_told_once_each_the_newest_at_the_end():
    series = the_series(
        (run(1), result(1.0)), (run(2), result(1.0, upper=4.0)), (run(3), result(1.0)), (run(4), result(1.0))
    )
    assert series.limits == ((-5.0, 4.0), (-5.0, 5.0))


def test_a_result_that_cannot_be_read_is_counted_with_its_plan():
    broken = replace(result(1.0), unit="", value=None, verdict="PASS", problem="no unit")
    series = the_series((run(1), result(1.0)), (run(2), broken))
    assert (series.unit, len(series.points), len(series.decided)) == ("%", 2, 1)


def test_repeats_of_a_plan_on_a_pump_are_told_with_what_each_came_to():
    first, second = run(1, standings={PLAN: "FAIL"}), run(2)
    (found,) = repeats_of([first, second, run(3, "P-2"), run(4, kind="mocked")])
    assert (found.dut, found.plan) == ("P-1", PLAN)
    assert found.attempts == ((first, "FAIL"), (second, "PASS"))


def test_runs_that_did_not_end_by_themselves_are_told():
    runs = [run(1), *(run(2 + at, ended=word) for at, word in enumerate(("ABORTED", "INTERRUPTED", "RUNNING")))]
    assert [one.ended for one in cut_short(runs)] == ["ABORTED", "INTERRUPTED"]
