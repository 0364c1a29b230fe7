"""What a table of a series says below its rows."""

from commands.history_table import series_lines
from reports.history.statistics import statistics_of
from tests.history.test_statistics import of_pumps


def test_of_many_points_that_break_a_rule_the_newest_are_named():
    # Twenty below the centre and twenty above: nine in a row are there from the ninth on of each, at 12 and 12 points.
    series = of_pumps([0.0, 1.0] * 10 + [50.0, 51.0] * 10)
    lines = list(series_lines(series, (), statistics_of(series)))
    newest = ", ".join(f"run-{number:03}" for number in range(35, 40))
    assert f"    nelson 2: nine in a row on one side: at {newest} and 19 before" in lines
