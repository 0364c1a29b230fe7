"""The volume of a window in percent of all that was ordered in it, whatever kinds of order those were."""

import pytest

from rig.errors import SeriesError
from rig.evaluation.claims import delivered_volume, flow_error
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


def evaluated(record, recipe, kind=compute, **parameters):
    with record.reader() as reader:
        asked = with_programme(recipe, reader)
        return kind(Recipe(asked.function, {**asked.parameters, **parameters}, asked.from_ns, asked.to_ns), reader)


def steady(folder, fallen_mg=0.0):
    """Return a record of 10 µL/h, 2 % more than asked for, from hour 5 to 20; at 12:30 something falls on the pan."""
    mass = [1.02 * 10.0 * min(max(m / 60 - 5, 0.0), 15.0) / Z_UL_MG + fallen_mg * (m > 750) for m in range(25 * 60 + 1)]
    record = weighed(folder, lambda hour: mass[round(60 * hour)], hours=25)
    order(record, 5, "run_continuous", rate_ul_h=10.0)
    order(record, 20, "stop")
    return record


def test_of_one_rate_the_volume_errs_as_the_mean_flow_does(tmp_path):
    with steady(tmp_path) as record:
        volume = evaluated(record, window(6, 20)).budget
        flow = evaluated(record, window(6, 20), flow_error.compute, programmed_ul_h=10.0).budget
    assert (volume.value, volume.expanded()) == (flow.value, flow.expanded())


def test_of_one_rate_the_volume_is_the_mean_flow_times_the_time(tmp_path):
    with steady(tmp_path) as record:
        volume = evaluated(record, window(6, 20), delivered_volume.compute).budget
        error = evaluated(record, window(6, 20)).budget
    assert volume.value == pytest.approx(140.0 * (1.0 + error.value / 100.0))
    assert "time" in {line.name for line in error.components}
    # How long the window is by the clock changes no microlitre of it.
    assert "time" not in {line.name for line in volume.components}


@pytest.mark.parametrize("fallen_mg", [0.0, 20.0])
def test_what_falls_on_the_pan_under_one_rate_is_not_claimed_to_be_delivered(tmp_path, fallen_mg):
    with steady(tmp_path, fallen_mg) as record:
        found = evaluated(record, window(6, 20)).budget
    assert found.value == pytest.approx(2.0, abs=found.expanded())
    assert any("came at once" in remark for remark in found.remarks) == bool(fallen_mg)


def test_what_falls_on_the_pan_under_a_programme_is_not_claimed_to_be_delivered(tmp_path):
    mass = [mass_mg(m / 60) + 20.0 * (m > 550) for m in range(15 * 60 + 1)]
    with weighed(tmp_path, lambda hour: mass[round(60 * hour)], hours=15) as record:
        order(record, 5, "run_continuous", rate_ul_h=10.0)
        order(record, 7, "give_square_bolus", volume_ul=40.0, over_minutes=60.0, rate_ul_h=40.0)
        order(record, 10, "stop")
        found = evaluated(record, window(5, 11)).budget
    assert found.value == pytest.approx(2.0, abs=found.expanded())
    assert found.remarks[-1].endswith("mg came at once, from one reading to the next")


def test_what_rates_ask_for_goes_by_the_clock_and_a_bolus_does_not(record):
    line = next(one for one in evaluated(record, window(5, 11)).budget.components if one.name == "time")
    # 50 ppm of 50 of 90 µL, of which 2 % more came.
    assert line.contribution == pytest.approx(50e-4 * 50.0 / 90.0 * 1.02, rel=0.01)


def test_what_a_pump_gave_that_stopped_by_itself_is_weighed_as_it_is(tmp_path):
    """10 µL/h from hour 5 on, and nothing from hour 15 to 20: 100 of 150 µL, whatever a regression makes of that."""
    with weighed(tmp_path, lambda hour: 10.0 * min(max(hour - 5.0, 0.0), 10.0) / Z_UL_MG, hours=25) as record:
        order(record, 5, "run_continuous", rate_ul_h=10.0)
        order(record, 20, "stop")
        volume = evaluated(record, window(5, 20), delivered_volume.compute).budget
        flow = evaluated(record, window(5, 20), flow_error.compute, programmed_ul_h=10.0).budget
    assert volume.value == pytest.approx(100.0, abs=0.5)
    assert "end-point against regression" in {line.name for line in flow.components}
    assert "end-point against regression" not in {line.name for line in volume.components}
