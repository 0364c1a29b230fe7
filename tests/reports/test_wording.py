"""Numbers as a person reads them."""

import math

import pytest

from reports.facts.run_facts import WindowRow
from reports.words.numbers import chance, freedom, lasting, plain, share, uncertainty, utc, with_uncertainty
from reports.words.results import extremes
from reports.words.sentences import budget_lines
from rig.record.bodies.result import COVARIANCE, BudgetLine, Judgement, Number
from tests.reports.records import EPOCH_NS, HOUR_NS


@pytest.mark.parametrize(
    "value, expanded, text",
    [
        # GUM 7.2.2: m_S = (100,021 47 ± 0,000 79) g
        (100.02147, 0.00079, ("+100.02147", "0.00079")),
        (0.178, 1.011, ("+0.2", "1.0")),
        (-3.14159, 0.023, ("−3.142", "0.023")),
        (12345.6, 120.0, ("+12346", "120")),
        (-0.0004, 0.1, ("0.00", "0.10")),
        # Rounding up to the next power of ten takes a digit away.
        (1.0, 0.0996, ("+1.00", "0.10")),
    ],
)
def test_value_and_u_end_at_the_same_place(value, expanded, text):
    assert with_uncertainty(value, expanded) == text


@pytest.mark.parametrize(
    "value, text",
    [
        (0.1, "0.1"),
        (-12.5, "−12.5"),
        (24934.2, "24934"),
        (1e4, "10000"),
        (2e-5, "2·10⁻⁵"),
        (math.inf, "∞"),
        (math.nan, "–"),
    ],
)
def test_plain_numbers(value, text):
    assert plain(value) == text


@pytest.mark.parametrize("value, text", [(1.0, "1.0"), (0.0227, "0.023"), (12.34, "12"), (3e-6, "3·10⁻⁶")])
def test_an_uncertainty_keeps_two_digits(value, text):
    assert uncertainty(value) == text


@pytest.mark.parametrize(
    "probability, text",
    [(0.5, "50.0 %"), (0.99995, "99.995 %"), (1.0, "> 99.999 %"), (1 - 1e-9, "> 99.999 %"), (0.0, "< 0.001 %")],
)
def test_probabilities_never_read_as_certain(probability, text):
    assert chance(probability) == text


@pytest.mark.parametrize("dof, text", [(9.0, "9"), (1001.0, "> 1000"), (math.inf, "∞")])
def test_degrees_of_freedom(dof, text):
    assert freedom(dof) == text


@pytest.mark.parametrize(
    "percent, text", [(0.0, "0.0 %"), (0.04, "< 0.1 %"), (70.26, "70.3 %"), (-12.3, "−12.3 %"), (-0.04, "> −0.1 %")]
)
def test_shares(percent, text):
    assert share(percent) == text


def test_a_window_tells_its_largest_error_its_smallest_and_what_noise_alone_makes():
    assert extremes(WindowRow(31.0, 120, 4.21, -3.96, 0.52)) == ("+4.21 %", "−3.96 %", "±0.52 %")


def test_times_are_utc():
    assert utc(EPOCH_NS) == "2026-01-05 08:00:00 UTC"


@pytest.mark.parametrize("hours, text", [(0, "0 s"), (25, "1 d 1 h"), (1.5, "1 h 30 min"), (48, "2 d")])
def test_spans_of_time(hours, text):
    assert lasting(EPOCH_NS, EPOCH_NS + round(hours * HOUR_NS)) == text


def test_a_budget_has_its_largest_line_first_and_what_lines_have_in_common_last():
    told = [("digit", 0.1), (COVARIANCE, 9.0), ("noise", 3.0), ("loss", 0.5)]
    lines = tuple(BudgetLine(name, "A", 0.0, u, "mg", 1.0, u, math.inf, 0.0) for name, u in told)
    number = Number(1.0, 3.0, 2.0, math.inf, lines, Judgement(6.0, 0.9, 0.1, 0.9))
    assert [one.name for one in budget_lines(number)] == ["noise", "loss", "digit", COVARIANCE]
