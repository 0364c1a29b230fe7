"""The laboratory's morning, on rigs that nothing should be measured with."""

import pytest

from test_plans import test_morning as plans
from tests.truth.catalogue import run_plan_of_catalogue


@pytest.mark.nightly
@pytest.mark.parametrize(
    "world, claim",
    [
        ({"creep_mg_h": 0.6, "creep_from_h": 3.0, "creep_hours": 1.5}, "flow of a blank"),
        ({"static_mg": 3.0, "static_at_h": 2.5}, "unrest of a blank"),
    ],
    ids=["zero that creeps", "charge"],
)
def test_a_blank_shows_what_is_no_flow(tmp_path, world, claim):
    plan = plans.test_where_nothing_moves_nothing_is_weighed
    results = run_plan_of_catalogue(tmp_path, plan, zero_flow_h=2.0, laboratory=world).results
    assert results[claim].verdict != "PASS"


@pytest.mark.nightly
def test_a_blank_in_which_liquid_flows_freely_is_none(tmp_path):
    plan = plans.test_where_nothing_moves_nothing_is_weighed
    outcome = run_plan_of_catalogue(tmp_path, plan, zero_flow_h=2.0, laboratory={"siphon_ul_h": 0.5})
    assert not outcome.passes
    assert outcome.says("no evaporation does that; liquid flows freely")


def test_a_joint_that_loses_3_percent_of_a_known_flow_is_found(tmp_path):
    plan = plans.test_a_known_flow_is_weighed_as_what_it_is
    results = run_plan_of_catalogue(tmp_path, plan, zero_flow_h=2.0, laboratory={"line_leak_percent": 3.0}).results
    flow = results["error of the known flow"]
    assert (flow.verdict, flow.number.value) == ("FAIL", pytest.approx(-3.0, abs=0.2))
