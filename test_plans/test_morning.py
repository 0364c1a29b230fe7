"""The laboratory's morning: what the rig proves of itself, before anything is believed of a pump."""

import pytest


@pytest.mark.requirement("RIG-001")
@pytest.mark.evaporation(hours=2)
def test_where_nothing_moves_nothing_is_weighed(pump, bench, verify):
    """A blank: with the pump stopped, and somebody walking round, the rig sees no flow either way."""
    pump.stop()
    with bench.window("blank") as blank:
        bench.dwell(hours=2, doing="nothing moves")
        bench.ask("walk round the balance for 15 s")
        bench.dwell(hours=2, doing="nothing moves, somebody walked round")
    verify("flow of a blank", blank.zero_flow()).within("flow of a blank")
    verify("unrest of a blank", blank.reverse_flow()).within("unrest of a blank")


@pytest.mark.requirement("RIG-002")
@pytest.mark.evaporation(hours=2)
def test_a_known_flow_is_weighed_as_what_it_is(pump, bench, verify):
    """A reference of known flow, in the place of the pump under test, is measured within 1 %, and nothing is lost."""
    bench.ask("connect the reference of known flow in the place of the pump under test")
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("reference") as reference:
        bench.dwell(hours=6, doing="a known flow")
    verify("error of the known flow", reference.flow_error()).within("known flow")
    verify("programme, books and balance", reference.three_truths()).holds()
