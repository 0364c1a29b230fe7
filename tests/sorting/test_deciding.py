"""What would decide a result: the nearer bound is what U is held to, with the k that it was judged with."""

import pytest

from rig.evaluation.deciding import margin_of, what_decides
from rig.evaluation.looks import precision_of
from rig.evaluation.settle import Asked, settle
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation.happenings import WINDOW
from tests.evaluation.records import START
from tests.sorting.infusion import RATE_UL_H, Infusion
from tests.sorting.runs import share


@pytest.fixture
def undecided(tmp_path):
    """Return what settles an infusion that delivers 1 % too much, by some limit, and what would decide it."""

    def settled(limit, **weighing):
        of, start = share(1.0), {"weighing": START["weighing"] | weighing}
        infusion = Infusion(arrives=of, passes=of, turns=of, counts=of, start=start)
        with infusion.recorded(tmp_path) as record, record.reader() as reader:
            recipe = Recipe("mean flow error", {"programmed_ul_h": RATE_UL_H}, *WINDOW, reader.last_seq())
            result = settle(Asked(recipe, limit), reader)
            loss = EvaporationRate(0.0, 0.001)
            return result, what_decides(result, reader), precision_of(reader, *WINDOW, RATE_UL_H, loss)

    return settled


@pytest.mark.parametrize("lower, upper, margin", [(-5.0, 1.01, 0.01), (0.98, 5.0, 0.02), (None, 1.01, 0.01)])
def test_u_must_fall_to_the_distance_of_the_nearer_bound(undecided, lower, upper, margin):
    result, said, _ = undecided(Limit("%", lower, upper, coverage_k=20.0))
    assert result.verdict == "INCONCLUSIVE"
    assert margin_of(result) == pytest.approx(margin, abs=0.004)
    assert said.startswith(f"U must fall from {result.number.expanded:.3g} to {margin_of(result):.3g} %")


def test_how_long_to_measure_goes_by_the_k_that_a_result_was_judged_with(undecided):
    # A drop of 20 mg at both ends is nearly all of U, and falls as time goes on.
    result, said, precision = undecided(Limit("%", None, 2.0, coverage_k=4.0), capillary_mg=20.0)
    hours = float(said.split("measure about ")[1].split(" h instead of 25 h")[0])
    # By then U, as it falls from here on, is the margin; U is k·u.
    falls = precision.u_percent(hours * 3600.0) / precision.u_percent(25.0 * 3600.0)
    assert result.number.k == pytest.approx(4.0, rel=0.05)
    assert result.number.expanded * falls == pytest.approx(margin_of(result), rel=0.02)
