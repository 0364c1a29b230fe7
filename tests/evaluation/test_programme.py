"""The programme comes from the record's commands: what a plan says besides is held to them."""

import pytest

from rig.clock import NS_PER_S, VirtualClock
from rig.errors import PlanError
from rig.evaluation.commanded import rate_in, with_dose, with_rate
from rig.exchange import Exchange
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import DeclaredInstrument, Start
from rig.record.writer import RunRecord
from tests.evaluation.records import EPOCH_NS, HOUR_NS


@pytest.fixture
def told(tmp_path):
    """A record, and what tells its pump something at an hour."""
    clock = VirtualClock(EPOCH_NS)
    pump = {"pump": DeclaredInstrument("pump")}
    with RunRecord.create(tmp_path, "r", Start(instruments=pump), EPOCH_NS, clock) as record:

        def tell(hour, verb, result="ok", **arguments):
            at_ns = EPOCH_NS + round(hour * HOUR_NS)
            record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns + NS_PER_S, result))

        with record.reader() as reader:
            tell.reader = reader
            yield tell


def window(begin, end, **parameters):
    return Recipe("mean flow error", parameters, EPOCH_NS + begin * HOUR_NS, EPOCH_NS + end * HOUR_NS + 1)


def test_the_rate_is_the_one_in_force(told):
    told(0, "run_continuous", rate_ul_h=10.0)
    told(1, "run_continuous", rate_ul_h=20.0)
    assert with_rate(window(2, 3), told.reader).parameters == {"programmed_ul_h": 20.0}


def test_a_stop_at_the_windows_last_moment_comes_behind_it(told):
    told(0, "run_continuous", rate_ul_h=10.0)
    told(3, "stop")
    assert with_rate(window(2, 3), told.reader).parameters["programmed_ul_h"] == 10.0


def test_a_command_that_the_pump_refused_changed_nothing(told):
    told(0, "run_continuous", rate_ul_h=10.0)
    told(1, "run_continuous", result="refused", rate_ul_h=20.0)
    assert rate_in(told.reader, window(2, 3).from_ns, window(2, 3).to_ns) == 10.0


@pytest.mark.parametrize("verb, arguments", [("stop", {}), ("run_continuous", {"rate_ul_h": 20.0})])
def test_a_programme_that_changes_inside_a_window_has_no_one_rate(told, verb, arguments):
    told(0, "run_continuous", rate_ul_h=10.0)
    told(2.5, verb, **arguments)
    with pytest.raises(PlanError, match="programme changes inside the window"):
        with_rate(window(2, 3), told.reader)


def test_a_number_of_the_plans_own_that_differs_is_a_mistake(told):
    told(0, "run_continuous", rate_ul_h=1000.0)
    with pytest.raises(PlanError, match="the plan says programmed_ul_h=970, the pump was programmed to 1000"):
        with_rate(window(1, 2, programmed_ul_h=970.0), told.reader)


def test_a_number_of_the_plans_own_that_agrees_is_kept(told):
    told(0, "run_continuous", rate_ul_h=1000.0)
    assert with_rate(window(1, 2, programmed_ul_h=1000.0), told.reader).parameters["programmed_ul_h"] == 1000.0


def test_what_neither_plan_nor_record_says_is_asked_for(told):
    with pytest.raises(PlanError, match="not in the record"):
        with_rate(window(1, 2), told.reader)


def doses(*hours):
    spans = [[EPOCH_NS + hour * HOUR_NS, EPOCH_NS + (hour + 1) * HOUR_NS] for hour in hours]
    return Recipe("mean bolus error", {"doses": spans}, EPOCH_NS, EPOCH_NS + 9 * HOUR_NS)


def test_the_volume_of_doses_is_that_of_their_commands(told):
    for hour in (1, 2):
        told(hour, "give_bolus", volume_ul=25.0)
    told(8, "give_bolus", volume_ul=99.0)
    assert with_dose(doses(1, 2), told.reader).parameters["programmed_ul"] == 25.0


def test_doses_of_several_volumes_are_no_series(told):
    told(1, "give_bolus", volume_ul=25.0)
    told(2, "give_bolus", volume_ul=50.0)
    with pytest.raises(PlanError, match="25, 50"):
        with_dose(doses(1, 2), told.reader)


def test_a_dose_that_is_ordered_at_the_last_moment_of_another_is_none_of_it(told):
    told(1, "give_bolus", volume_ul=25.0)
    told(2, "give_bolus", volume_ul=50.0)
    spans = [[EPOCH_NS + HOUR_NS, EPOCH_NS + 2 * HOUR_NS + 1]]
    recipe = Recipe("mean bolus error", {"doses": spans}, EPOCH_NS, EPOCH_NS + 9 * HOUR_NS)
    assert with_dose(recipe, told.reader).parameters["programmed_ul"] == 25.0
