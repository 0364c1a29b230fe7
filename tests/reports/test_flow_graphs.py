"""Start-up graph and trumpet curve of a run, against the closed form for a pump that delivers in pulses."""

from dataclasses import replace

import numpy as np
import pytest

from reports.facts.graphs import graphs_of
from reports.facts.plans import read_plans
from reports.facts.weighings import Weighed, noise_of, whole_intervals
from rig.metrology.weighing.conditions import Ambient, TipInVessel
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.events import PlanBegins, PlanEnds, ZeroFlow
from tests.reports.records import EPOCH_NS, HOUR_NS, MINUTE_NS, PLAN, TRUMPET, Z_UL_MG, result_body, start_body

RATE_UL_H = 1000.0 / 24.0
# dose-accuracy.md, section 4: pulses of 1 µL, one each 1.44 min, S = 15 min, analysis 24 to 49 h.
CLOSED_FORM = {
    15: (5.6, -4.0, 100),
    60: (0.8, -1.6, 97),
    150: (0.8, -0.16, 91),
    330: (0.3636, -0.0727, 79),
    570: (0.0421, -0.2105, 63),
    930: (0.0258, -0.1290, 39),
}
EVAPORATION_MG_H = 0.5
BEFORE_H, STABILISING_H, ANALYSIS_H = 1, 24, 25
AMBIENT = Ambient(
    liquid_temperature_c=20.0,
    air_temperature_c=20.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.2,
    u_air_temperature_k=0.2,
    u_air_pressure_hpa=1.0,
    u_relative_humidity_percent=3.0,
)


def pulsed_run(write, **changes):
    """A run as the basal plan does it: zero flow, 24 h, window of 25 h, zero flow, on a balance without noise."""
    scribe = write(**changes)
    hours = BEFORE_H + STABILISING_H + ANALYSIS_H + BEFORE_H
    minutes = np.arange(60 * hours + 1)
    infusing = np.clip(minutes - 60 * BEFORE_H, 0, 60 * (STABILISING_H + ANALYSIS_H))
    # In integers, so that a pulse that falls on a reading counts there and not one reading later.
    pulses = infusing * 100 // 144
    mass = pulses / Z_UL_MG - EVAPORATION_MG_H * minutes / 60
    scribe.stream("balance", {"mass": "mg"}, EPOCH_NS + minutes * MINUTE_NS, mass=mass)
    scribe.record.event(PlanBegins(PLAN))
    zero_flow(scribe)
    scribe.tell_pump("run_continuous", rate_ul_h=RATE_UL_H)
    scribe.clock.wait_s(STABILISING_H * 3600)
    window_ns = scribe.clock.now_ns()
    scribe.clock.wait_s(ANALYSIS_H * 3600)
    end_ns = scribe.clock.now_ns() + 1
    scribe.tell_pump("stop")
    zero_flow(scribe)
    recipe = result_body()["recipe"] | {
        "parameters": {"programmed_ul_h": RATE_UL_H},
        "from_ns": window_ns,
        "to_ns": end_ns,
        "last_seq": 1000,
    }
    scribe.result(result_body(recipe=recipe))
    scribe.record.event(PlanEnds(PLAN))
    return scribe


def zero_flow(scribe):
    begin_ns = scribe.clock.now_ns()
    scribe.clock.wait_s(BEFORE_H * 3600)
    scribe.record.event(ZeroFlow(begin_ns, scribe.clock.now_ns() + 1))


def limits(trumpet):
    return start_body()["limits"] | {"trumpet": trumpet}


def graphs(scribe):
    with scribe.reader as reader:
        (plan,) = read_plans(reader, ())
        return graphs_of(reader, plan, plan.end_ns + 1)


@pytest.fixture
def pulsed(write):
    return graphs(pulsed_run(write))


@pytest.mark.parametrize("window_min", CLOSED_FORM)
def test_trumpet_curve_of_pulses(pulsed, window_min):
    row = next(row for row in pulsed.tables[0].rows if row.window_min == window_min)
    found = row.max_percent, row.min_percent, row.count
    assert found == pytest.approx(CLOSED_FORM[window_min], abs=3e-3)


def test_the_graph_shows_what_the_table_says(pulsed):
    trumpet = next(chart for chart in pulsed.charts if chart.name == "trumpet")
    highest = next(curve for curve in trumpet.curves if curve.role == "highest")
    assert highest.y.tolist() == [row.max_percent for row in pulsed.tables[0].rows]


def test_the_flow_sensors_mean_in_each_interval_is_in_ul_h(write):
    scribe = pulsed_run(write)
    minutes = np.arange(60 * (2 * BEFORE_H + STABILISING_H + ANALYSIS_H) + 1)
    scribe.stream("flow", {"flow": "µL/h"}, EPOCH_NS + minutes * MINUTE_NS, flow=np.full(minutes.size, 42.5))
    start_up = next(chart for chart in graphs(scribe).charts if chart.name == "start-up")
    seen = next(curve for curve in start_up.curves if curve.role == "flow")
    assert seen.y == pytest.approx(42.5)


def test_overall_error_of_pulses(pulsed):
    # 25 h ask for 1041.67 pulses of 1 µL; from hour 24 to hour 49 the 1001st to the 2041st fall.
    assert pulsed.tables[0].overall_percent == pytest.approx(100 * (1041 / (25 * RATE_UL_H) - 1), abs=3e-3)


def test_overall_error_has_the_noise_of_its_two_readings_with_k_2(pulsed):
    # Repeatability and digit of 0.001 mg at both ends, of what 25 h ask for.
    u_reading_ul = Z_UL_MG * 0.001 * (1.0 + 1.0 / 12.0) ** 0.5
    expected = 2.0 * 100.0 * 2.0**0.5 * u_reading_ul / (25 * RATE_UL_H)
    assert pulsed.tables[0].expanded_percent == pytest.approx(expected, rel=1e-3)


def test_noise_is_volume_by_what_a_milligram_stands_for(write):
    evaporation = EvaporationRate(0.5, 0.01, white_mg2_s=15.0, wander_mg2_h=0.04)
    weighed = Weighed(AMBIENT, TipInVessel(needle_mm=15.0, vessel_mm=30.0), evaporation)
    with pulsed_run(write).reader as reader:
        (plan,) = read_plans(reader, ())
        noise = noise_of(reader, weighed, plan.results[0])
    # A needle of half the vessel's width takes a quarter off; 15 mg²·s are 0.5 mg in each of a reading a minute.
    per_mg = Z_UL_MG * 0.75
    assert noise.u_reading_ul == pytest.approx(0.5 * per_mg, rel=1e-3)
    assert noise.wander_ul2_h == pytest.approx(0.04 * per_mg**2, rel=1e-3)


@pytest.mark.parametrize("minutes, whole", [(29.9, 1), (29.99, 2), (30.0, 2), (44.0, 2), (45.0, 3)])
def test_intervals_are_whole_ones_give_or_take_a_second(minutes, whole):
    assert whole_intervals(EPOCH_NS, EPOCH_NS + round(minutes * MINUTE_NS), 15.0) == whole


def test_start_up_graph_has_a_flow_for_each_interval(pulsed):
    start_up = next(chart for chart in pulsed.charts if chart.name == "start-up")
    balance = next(curve for curve in start_up.curves if curve.role == "balance")
    assert (len(balance.x), balance.x[0], balance.x[-1]) == (4 * 49, 0.25, 49.0)


def test_start_up_graph_shows_whole_pulses_per_interval(pulsed):
    start_up = next(chart for chart in pulsed.charts if chart.name == "start-up")
    balance = next(curve for curve in start_up.curves if curve.role == "balance")
    assert set(np.round(balance.y, 1)) == {40.0, 44.0}


def test_start_up_graph_shades_the_noise_of_two_readings_with_k_2(pulsed):
    start_up = next(chart for chart in pulsed.charts if chart.name == "start-up")
    highest, lowest = (curve for curve in start_up.curves if curve.role == "envelope")
    # Repeatability and digit of 0.001 mg at both ends of a quarter of an hour: 0.028 %.
    share = 2.0 * 2.0**0.5 * Z_UL_MG * 0.001 * (1.0 + 1.0 / 12.0) ** 0.5 / (0.25 * RATE_UL_H)
    assert (highest.y / RATE_UL_H - 1.0).tolist() == pytest.approx([share] * 2, rel=1e-3)
    assert (lowest.y / RATE_UL_H - 1.0).tolist() == pytest.approx([-share] * 2, rel=1e-3)
    assert "(k = 2, ±0.028 %)" in start_up.caption


def test_the_start_up_graph_names_the_analysis(pulsed):
    start_up = next(chart for chart in pulsed.charts if chart.name == "start-up")
    assert [(one.name, one.begin, round(one.end, 6)) for one in start_up.regions] == [("analysis", 24.0, 49.0)]


def test_two_results_of_one_plan_have_graphs_with_their_names(write):
    scribe = pulsed_run(write)
    with scribe.reader as reader:
        (plan,) = read_plans(reader, ())
        second = replace(plan.results[0], name="second")
        found = graphs_of(reader, replace(plan, results=(*plan.results, second)), plan.end_ns + 1)
    titles = [chart.title for chart in found.charts if chart.name == "trumpet"]
    assert titles == ["Trumpet curve: mean flow error", "Trumpet curve: second"]


def test_without_a_sample_interval_there_is_no_curve_and_it_is_said(write):
    found = graphs(pulsed_run(write, limits=limits(None)))
    assert [chart.name for chart in found.charts] == ["volume", "deviation"]
    assert "no sample interval S" in found.remarks[0]


def test_windows_longer_than_the_analysis_are_left_out_and_named(write):
    found = graphs(pulsed_run(write, limits=limits(TRUMPET | {"windows_min": [15, 3000]})))
    assert [row.window_min for row in found.tables[0].rows] == [15]
    assert "3000 min" in found.remarks[0]


def test_a_window_that_is_no_multiple_of_s_is_refused_with_its_reason(write):
    found = graphs(pulsed_run(write, limits=limits(TRUMPET | {"windows_min": [20]})))
    assert found.tables == ()
    assert "not a multiple" in found.remarks[0]


def test_without_evaporation_there_is_no_trumpet_and_it_is_said(write):
    scribe = write()
    minutes = np.arange(61)
    scribe.stream("balance", {"mass": "mg"}, EPOCH_NS + minutes * MINUTE_NS, mass=minutes)
    scribe.plan(result_body(), ends=False)
    scribe.clock.wait_until(EPOCH_NS + HOUR_NS)
    scribe.record.event(PlanEnds(PLAN))
    assert "evaporation was not determined" in graphs(scribe).remarks[0]


def test_a_start_up_graph_begins_with_the_infusion_that_is_measured(write):
    scribe = pulsed_run(write)
    with scribe.reader as reader:
        (plan,) = read_plans(reader, ())
        (start, stop) = plan.told
        # Another rate was told an hour after the first.
        again = replace(start, t_ns=start.t_ns + HOUR_NS)
        found = graphs_of(reader, replace(plan, told=(start, again, stop)), plan.end_ns + 1)
    start_up = next(chart for chart in found.charts if chart.name == "start-up")
    assert (start_up.origin_ns, start_up.regions[0].begin) == (start.t_ns + HOUR_NS, 23.0)
