"""What flows although nothing should, and what flows back."""

import pytest

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.claims.at_rest import reverse_flow, zero_flow
from rig.exchange import Exchange
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed


def seeping(ul_h, back_ul=0.0, back_minutes=10.0):
    """100 µL/h from hour 4 to 6, then so much more per hour up to hour 11; at hour 8 some flows back in ten minutes."""

    def mass_mg(hour):
        given = 100.0 * min(max(hour - 4.0, 0.0), 2.0) + ul_h * min(max(hour - 6.0, 0.0), 5.0)
        given -= back_ul * min(max(hour - 8.0, 0.0) * 60.0 / back_minutes, 1.0)
        return 1000.0 + given / Z_UL_MG - 0.05 * hour

    return mass_mg


def evaluated(folder, mass_mg, compute, begin=6.0, end=11.0, *, stop=True, states=()):
    with weighed(folder, mass_mg, hours=15) as record:
        orders = [(4, "run_continuous", {"rate_ul_h": 100.0}), *([(6, "stop", {})] if stop else [])]
        for hour, verb, arguments in orders:
            at_ns = EPOCH_NS + hour * HOUR_NS
            record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
        for hour, state in states:
            record.event(PumpStateChanged("pump", state, EPOCH_NS + round(hour * HOUR_NS)))
        span = EPOCH_NS + round(begin * HOUR_NS), EPOCH_NS + round(end * HOUR_NS) + 1
        with record.reader() as reader:
            return compute(Recipe("at rest", {}, *span), reader)


@pytest.mark.parametrize("ul_h", [0.0, 0.5])
def test_what_seeps_behind_a_stop_is_found(tmp_path, ul_h):
    found = evaluated(tmp_path, seeping(ul_h), zero_flow)
    assert found.budget.value == pytest.approx(ul_h, abs=2 * found.budget.u)
    assert found.budget.u < 0.05


def test_an_infusion_that_was_ordered_is_no_rest(tmp_path):
    with pytest.raises(SeriesError, match="was to deliver 100 µL/h in this window, and its status shows nothing"):
        evaluated(tmp_path, seeping(0.0), zero_flow, stop=False)


def test_a_pump_in_alarm_should_deliver_nothing(tmp_path):
    states = [(4, "infusing"), (5.99, "alarm")]
    found = evaluated(tmp_path, seeping(0.5), zero_flow, stop=False, states=states)
    assert found.budget.value == pytest.approx(0.5, abs=2 * found.budget.u)


def test_a_pump_that_runs_again_within_the_window_is_no_rest(tmp_path):
    states = [(4, "infusing"), (5.99, "alarm"), (7, "infusing")]
    with pytest.raises(SeriesError, match="status shows alarm, infusing"):
        evaluated(tmp_path, seeping(0.5), zero_flow, stop=False, states=states)


@pytest.mark.parametrize("minutes", [10.0, 0.5])
def test_what_flows_back_is_found_however_fast(tmp_path, minutes):
    found = evaluated(tmp_path, seeping(0.0, 3.0, minutes), reverse_flow)
    assert found.budget.value == pytest.approx(3.0, abs=2 * found.budget.u)
    assert found.budget.u < 0.15
    assert found.details["begins_s"] <= 2 * 3600 < found.details["ends_s"]


def test_evaporation_is_no_flow_back(tmp_path):
    """0.05 mg/h for five hours are 0.25 µL: all of them are evaporation."""
    found = evaluated(tmp_path, seeping(0.0), reverse_flow)
    assert found.budget.value < 0.1


def test_a_tare_is_no_flow_back(tmp_path):
    def tared(hour):
        return seeping(0.0)(hour) - (1200.0 if hour > 7.0 else 0.0)

    with weighed(tmp_path, tared, hours=15) as record:
        at_ns = EPOCH_NS + 7 * HOUR_NS + NS_PER_S
        record.command(Exchange("balance", "tare", {}, b"", b"", at_ns - NS_PER_S, at_ns, "ok"))
        span = EPOCH_NS + 6 * HOUR_NS, EPOCH_NS + 11 * HOUR_NS + 1
        with record.reader() as reader:
            found = reverse_flow(Recipe("reverse flow", {}, *span), reader)
    assert found.budget.value < 0.1


def test_half_of_what_noise_alone_makes_a_fall_of_is_taken_off(tmp_path):
    found = evaluated(tmp_path, seeping(0.0, 3.0), reverse_flow)
    # Of 301 readings of 0.02 mg the largest lies 2.86 of that above the mean, and the smallest as far below.
    assert found.details["of_noise_ul"] == pytest.approx(2.0 * 2.86 * 0.02 * Z_UL_MG, rel=0.01)
    assert found.budget.value == pytest.approx(found.details["fell_ul"] - found.details["of_noise_ul"] / 2.0)
