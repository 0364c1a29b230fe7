"""How runs are counted, and what the table says of them."""

import math

import pytest

from tests.worlds.awaited import AWAITED
from tests.worlds.catalogue import BY_NAME, DECADES, WORLDS
from tests.worlds.misses import wrong
from tests.worlds.study import Outcome, Share, row_of, unmet
from tests.worlds.table import PAGE, line, main

ASSUMED = BY_NAME["as assumed"]
GOOD = Outcome(0.2, "PASS", 0.3, 0.2, ())


def row(*outcomes, world=ASSUMED):
    return row_of(world, 0, list(outcomes))


# Agresti & Coull, Am. Stat. 52 (1998) 119: two successes and two failures are added.
@pytest.mark.parametrize("count, of, u", [(10, 10, 0.0935), (50, 100, 0.0490), (0, 96, 0.0140)])
def test_a_share_has_its_standard_error(count, of, u):
    assert Share(count, of).u_percent == pytest.approx(100 * u, abs=0.01)


def test_a_result_that_is_off_by_more_than_its_interval_does_not_hold_the_truth():
    assert row(GOOD, Outcome(0.2, "PASS", 0.5, 0.2, ())).covered == Share(1, 2)


def test_a_refusal_is_no_result_that_could_hold_the_truth():
    refused = Outcome(0.2, "INVALID", 0.5, 0.2, ("why",))
    assert (row(GOOD, refused).covered, row(GOOD, refused).refused) == (Share(1, 1), Share(1, 2))


def test_a_pass_beyond_the_limits_is_a_wrong_accept():
    found = row(GOOD, Outcome(5.1, "PASS", 4.0, 0.2, ()), Outcome(-6.0, "FAIL", -6.0, 0.2, ()))
    assert found.wrong_accepts == Share(1, 2)


def test_a_fail_within_the_limits_is_a_wrong_reject():
    assert row(GOOD, Outcome(4.9, "FAIL", 6.0, 0.2, ())).wrong_rejects == Share(1, 2)


def test_a_row_of_good_results_is_kept():
    assert unmet(row(*[GOOD] * 200)) == ()


@pytest.mark.parametrize(
    "outcome, said",
    [
        (Outcome(0.2, "INCONCLUSIVE", 3.0, 0.2, ()), ("coverage",)),
        (Outcome(6.0, "PASS", 6.0, 0.2, ()), ("wrong accepts",)),
        (Outcome(4.0, "FAIL", 4.0, 0.2, ()), ("wrong rejects",)),
        (Outcome(0.2, "INVALID", None, None, ("why",)), ("healthy refusals",)),
    ],
)
def test_a_row_says_what_it_does_not_keep(outcome, said):
    assert unmet(row(*[GOOD] * 100, *[outcome] * 30)) == said


def test_a_refusal_is_right_where_bench_or_pump_is_not_sound():
    refused = Outcome(0.2, "INVALID", None, None, ("why",))
    assert unmet(row(*[refused] * 100, world=BY_NAME["leak"])) == ()


def test_a_row_without_results_has_no_coverage():
    assert math.isnan(row(Outcome(0.2, "INVALID", None, None, ("why",))).covered.percent)


def test_a_line_has_as_many_cells_as_the_page_has_columns():
    head = next(text for text in PAGE.read_text(encoding="utf-8").splitlines() if text.startswith("| world | µL/h"))
    assert line(row(GOOD)).count("|") == head.count("|")


def test_the_page_has_every_world_in_every_decade():
    text = PAGE.read_text(encoding="utf-8")
    wanted = [f"| {world.name} | {low:g}–{high:g} |" for world in WORLDS for low, high in DECADES]
    assert [cells for cells in wanted if cells not in text] == []


def test_what_is_awaited_is_a_world():
    assert AWAITED.keys() <= BY_NAME.keys()


def test_an_unknown_world_is_named(capsys):
    assert main(["no such world"]) == 2
    assert "no such world" in capsys.readouterr().err


@pytest.mark.parametrize(
    "outcome, said",
    [
        (GOOD, ""),
        (Outcome(0.2, "INVALID", None, None, ("why",)), "a healthy pump is refused"),
        (Outcome(6.0, "PASS", 6.0, 0.2, ()), "wrong accept"),
        (Outcome(4.0, "FAIL", 4.0, 0.2, ()), "wrong reject"),
        (Outcome(4.0, "INCONCLUSIVE", 5.0, 0.2, ()), "the truth is not held"),
    ],
)
def test_what_went_wrong_in_a_run_is_told(outcome, said):
    assert wrong(ASSUMED, outcome) == said


def test_what_is_awaited_stands_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name, why in AWAITED.items() if f"- **{name}**: {why}." not in text] == []
