"""Worlds that disturb a weighing leave no pass; worlds that only wander leave a healthy pump its interval."""

import pytest

from tests.truth.support import run


def test_free_flow_is_a_danger_that_needs_no_motor(tmp_path):
    outcome = run(tmp_path, laboratory={"siphon_ul_h": 100.0, "pump_power": "battery"})
    assert outcome.results == {}
    assert "the balance gained" in outcome.unsafe


@pytest.mark.parametrize(
    "world, said",
    [
        ({"siphon_ul_h": 1.0}, "no evaporation does that; liquid flows freely"),
        pytest.param(
            {"siphon_stopped_ul_h": 1.0}, "no evaporation does that; liquid flows freely", marks=pytest.mark.nightly
        ),
        ({"siphon_ul_h": 20.0, "siphon_from_h": 3.0, "siphon_hours": 1.0}, "between 1.9"),
        ({"touch_mg": 20.0, "touch_at_h": 3.0}, "where the programme asks for"),
        pytest.param(
            {"line_leak_percent": 30.0, "line_leak_from_h": 4.0},
            "where the programme asks for",
            marks=pytest.mark.nightly,
        ),
        (
            {"tip_touch_percent": 20.0, "tip_touch_from_h": 3.0, "tip_touch_hours": 3.0},
            "where the programme asks for",
        ),
    ],
)
def test_a_disturbed_world_leaves_no_pass(tmp_path, world, said):
    outcome = run(tmp_path, rate_ul_h=12.5, laboratory=world)
    assert {result.verdict for result in outcome.results.values()} <= {"INVALID", "FAIL"}
    assert outcome.says(said)


@pytest.mark.parametrize(
    "world",
    [
        pytest.param({}, marks=pytest.mark.nightly),
        pytest.param({"evaporation_swing_percent": 30.0, "evaporation_mg_h": 0.2}, marks=pytest.mark.nightly),
        pytest.param({"evaporation_trend_percent_day": 40.0, "evaporation_mg_h": 0.2}, marks=pytest.mark.nightly),
        {
            "evaporation_mg_h": 0.3,
            "evaporation_jump_at_h": 5.0,
            "evaporation_jump_hours": 2.0,
            "evaporation_jump_factor": 5.0,
        },
        {"draught_mg": 0.3, "draughts_per_day": 20},
        pytest.param({"air_temperature_drift_k_h": 0.1, "air_pressure_drift_hpa_h": 1.0}, marks=pytest.mark.nightly),
    ],
)
def test_in_a_world_that_wanders_a_healthy_pump_is_within_its_uncertainty(tmp_path, world):
    outcome = run(tmp_path, rate_ul_h=12.5, laboratory=world)
    assert outcome.agreement.verdict == "PASS"
    assert outcome.flow.verdict in ("PASS", "INCONCLUSIVE")
    assert abs(outcome.flow.number.value) <= outcome.flow.number.expanded


def test_strokes_that_the_bench_file_does_not_declare_are_found(tmp_path):
    outcome = run(tmp_path, rate_ul_h=12.5, dut={"stroke_ul": 0.0}, twin={"stroke_ul": 2.0})
    assert abs(outcome.flow.number.value) <= outcome.flow.number.expanded
    assert outcome.flow.details["stroke_ul"] == pytest.approx(2.0, rel=0.3)


def test_a_denser_liquid_is_weighed_as_what_it_is(tmp_path):
    dense = {"density_kg_m3": 1004.6, "reference_c": 20.0, "expansion_per_k": 2.1e-4}
    world = {"liquid_density_kg_m3": 1004.6, "liquid_reference_c": 20.0, "liquid_expansion_per_k": 2.1e-4}
    outcome = run(tmp_path, rate_ul_h=100.0, liquid=dense, laboratory=world)
    assert outcome.passes
    assert abs(outcome.flow.number.value) <= outcome.flow.number.expanded


@pytest.mark.nightly
def test_a_volume_in_the_body_is_larger_than_on_the_bench(tmp_path):
    on_the_bench, in_the_body = (
        run(folder, rate_ul_h=100.0, liquid={"volume_at_c": at_c}).flow
        for at_c, folder in ((22.0, _new(tmp_path, "a")), (37.0, _new(tmp_path, "b")))
    )
    # Tanaka 2001: 997.7703 kg/m³ at 22 °C over 993.3290 at 37 °C.
    assert in_the_body.number.value - on_the_bench.number.value == pytest.approx(0.447, abs=0.002)
    assert (on_the_bench.volume_at_c, in_the_body.volume_at_c) == (22.0, 37.0)


def _new(folder, name):
    path = folder / name
    path.mkdir()
    return path
