"""The volume of a window in percent of all that was ordered in it, whatever kinds of order those were."""

import pytest

from rig.errors import SeriesError
from rig.evaluation.claims.volume_error import compute, with_programme
from rig.exchange import Exchange
from rig.record.bodies.recipe import Recipe
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

# 10 µL/h from hour 5 on, and 40 µL in its seventh hour: 90 µL by hour 10. 2 % more comes.
ASKED_UL = 90.0


def mass_mg(hour):
    infused = 10.0 * min(max(hour - 5, 0.0), 5.0)
    bolus = 40.0 * min(max(hour - 7, 0.0), 1.0)
    return 1.02 * (infused + bolus) / Z_UL_MG


def order(record, hour, verb, **arguments):
    at_ns = EPOCH_NS + hour * HOUR_NS
    record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, mass_mg, hours=15) as record:
        order(record, 5, "run_continuous", rate_ul_h=10.0)
        order(record, 7, "give_square_bolus", volume_ul=40.0, over_minutes=60.0, rate_ul_h=40.0)
        order(record, 10, "stop")
        yield record


def window(begin, end):
    return Recipe("volume error", {}, EPOCH_NS + begin * HOUR_NS, EPOCH_NS + end * HOUR_NS + 1)


def test_infusion_and_square_bolus_count_together(record):
    with record.reader() as reader:
        recipe = with_programme(window(5, 11), reader)
        found = compute(recipe, reader)
    assert recipe.parameters["programmed_ul"] == pytest.approx(ASKED_UL)
    assert found.budget.value == pytest.approx(2.0, abs=2 * found.budget.u)
    assert 0.02 < found.budget.u < 2.0


def test_a_window_in_which_nothing_was_ordered_has_no_error(record):
    with record.reader() as reader:
        recipe = with_programme(window(11, 12), reader)
        with pytest.raises(SeriesError, match="told to deliver nothing"):
            compute(recipe, reader)
