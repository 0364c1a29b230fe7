"""What is done to the laboratory: liquid is neither made nor lost by it, and all is as before when it ends."""

import numpy as np
import pytest

from instruments.plant.line import Line, Stroke
from rig.errors import ChallengeRefusedError
from tests.plant.challenged import EPOCH_NS, SECOND, STROKE_UL, C, R, live, made


def now(clock):
    return np.asarray([clock.now_ns()], np.int64)


def pumped_ul(clock):
    return (clock.now_ns() - EPOCH_NS) // (10 * SECOND) * STROKE_UL


def accounted_ul(lab, clock):
    """Return what has left the tip and what the line holds more than without back pressure."""
    moment = now(clock)
    back_kpa = lab.line.back.kpa(moment)[0] - lab.parameters.back_pressure_kpa
    return lab.line.tip_ul(moment)[0] + C * (lab.line.excess_kpa(moment)[0] + back_kpa)


@pytest.mark.parametrize(
    "verb, figures",
    [
        ("occlusion", {}),
        ("kink", {"times_resistance": 50.0}),
        ("back_pressure", {"kpa": 2.0, "beat_kpa": 0.3, "breath_kpa": 0.2}),
        ("leak", {"share_percent": 30.0}),
        ("disconnection", {}),
    ],
)
def test_no_liquid_is_made_or_lost(verb, figures):
    lab, clock, _ = made(back_pressure_kpa=0.7)
    live(lab, clock, 0.5)
    number = lab.challenge(verb, figures)
    live(lab, clock, 0.5)
    during = accounted_ul(lab, clock), pumped_ul(clock)
    lab.relieve(number)
    live(lab, clock, 0.5)
    assert during[0] == pytest.approx(during[1], abs=1e-9)
    assert accounted_ul(lab, clock) == pytest.approx(pumped_ul(clock), abs=1e-9)


def test_what_an_occlusion_holds_back_is_released():
    lab, clock, _ = made()
    live(lab, clock, 0.5)
    before_ul = lab.beaker.arrived_ul(now(clock))[0]
    number = lab.challenge("occlusion", {})
    live(lab, clock, 1.0)
    assert lab.beaker.arrived_ul(now(clock))[0] == before_ul
    held_kpa = lab.pressure_kpa(now(clock))[0]
    lab.relieve(number)
    clock.wait_s(9.0)  # four time constants, and no stroke
    lab.advance()
    came_ul = lab.beaker.arrived_ul(now(clock))[0] - before_ul
    assert came_ul == pytest.approx(C * held_kpa * (1 - np.exp(-9.0 / (R * C * 3600))), rel=1e-9)


def test_a_leak_takes_its_share_and_only_while_it_lasts():
    lab, clock, _ = made()
    number = lab.challenge("leak", {"share_percent": 30.0})
    live(lab, clock, 1.0)
    lost_ul = lab.line.tip_ul(now(clock))[0] - lab.beaker.arrived_ul(now(clock))[0]
    assert lost_ul == pytest.approx(0.3 * lab.line.tip_ul(now(clock))[0])
    lab.relieve(number)
    live(lab, clock, 1.0)
    assert lab.line.tip_ul(now(clock))[0] - lab.beaker.arrived_ul(now(clock))[0] == pytest.approx(lost_ul)


def test_two_leaks_leave_the_product_of_what_each_leaves():
    lab, clock, _ = made()
    lab.challenge("leak", {"share_percent": 50.0})
    lab.challenge("leak", {"share_percent": 20.0})
    live(lab, clock, 1.0)
    assert lab.beaker.arrived_ul(now(clock))[0] == pytest.approx(0.4 * lab.line.tip_ul(now(clock))[0])


def test_nothing_presses_back_on_a_catheter_that_is_off():
    lab, clock, _ = made(back_pressure_kpa=1.5)
    number = lab.challenge("disconnection", {})
    clock.wait_s(9.9)
    assert lab.pressure_kpa(now(clock))[0] == pytest.approx(0.0, abs=0.03)
    lab.relieve(number)
    assert lab.line.back.kpa(now(clock))[0] == 1.5


def test_back_pressure_is_what_the_pump_works_against():
    lab, clock, pump = made()
    lab.challenge("occlusion", {})
    lab.challenge("back_pressure", {"kpa": 2.0, "beat_kpa": 0.0, "breath_kpa": 0.0})
    clock.wait_s(5.0)
    lab.advance()
    # A closed line feels nothing of what presses on its tip.
    assert pump.lived_under[-1][2] == pytest.approx(0.0)
    assert lab.tip_pressure.kpa(now(clock))[0] == 2.0


def test_back_pressure_that_begins_takes_back_what_the_line_yields():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.press_back(0, kpa=2.0)
    assert line.tip_ul(np.asarray([1000 * SECOND]))[0] == pytest.approx(-2.0 * C)
    assert line.excess_kpa(np.asarray([1000 * SECOND]))[0] + 2.0 == pytest.approx(2.0)


def test_a_wave_at_the_tip_is_answered_as_an_integration_step_by_step_does():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.stroke(Stroke(0, STROKE_UL, 1))
    line.press_back(0, kpa=0.0, beat_kpa=0.4, breath_kpa=0.2)
    step_ns = 200_000
    t_ns = np.arange(0, 5 * SECOND + 1, step_ns, dtype=np.int64)
    back = line.back.kpa(t_ns)
    tau_s, held_kpa, tip_ul = R * C * 3600, STROKE_UL / C, 0.0
    for middle_kpa in (back[1:] + back[:-1]) / 2.0:
        left_kpa = (held_kpa - middle_kpa) * -np.expm1(-step_ns / SECOND / tau_s)
        held_kpa, tip_ul = held_kpa - left_kpa, tip_ul + C * left_kpa
    assert line.tip_ul(t_ns[-1:])[0] == pytest.approx(tip_ul, abs=1e-6)
    assert line.excess_kpa(t_ns[-1:])[0] + back[-1] == pytest.approx(held_kpa, abs=1e-6)


def test_flow_under_waves_is_the_slope_of_the_tip_volume():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.press_back(0, kpa=1.0, beat_kpa=0.4, breath_kpa=0.2)
    before, middle, after = (np.asarray([2 * SECOND + k * 1_000_000], np.int64) for k in (-1, 0, 1))
    slope = (line.tip_ul(after) - line.tip_ul(before))[0] / 0.002 * 3600
    assert line.flow_ul_h(middle)[0] == pytest.approx(slope, rel=1e-4)


def test_a_bubble_weighs_nothing_once_it_has_travelled_the_line():
    lab, clock, _ = made(line_volume_ul=50.0)
    lab.challenge("bubble", {"volume_ul": 5.0})
    live(lab, clock, 0.25)
    assert lab.line.air_ul(now(clock))[0] == 0.0
    live(lab, clock, 1.0)
    assert lab.line.air_ul(now(clock))[0] == 5.0
    assert lab.beaker.arrived_ul(now(clock))[0] == pytest.approx(lab.line.tip_ul(now(clock))[0] - 5.0)


def test_a_bubble_makes_the_line_softer_while_it_is_in_it():
    lab, clock, _ = made(line_volume_ul=10.0)
    clock.wait_s(10.0)
    lab.challenge("bubble", {"volume_ul": 20.0})
    softer = lab.line.excess_kpa(now(clock))[0]
    assert softer == pytest.approx(STROKE_UL / (C + 20.0 / 101.325))
    live(lab, clock, 1.0)
    assert lab.line.excess_kpa(now(clock))[0] == pytest.approx(STROKE_UL / C, rel=0.02)


def test_liquid_out_of_a_warm_bath_weighs_less():
    lab, clock, _ = made(air_temperature_c=22.0)
    cold_mg = lab.beaker.indicated_mg(now(clock))[0]
    lab.challenge("temperature", {"liquid_c": 37.0})
    live(lab, clock, 2.0)
    gained_mg = lab.beaker.indicated_mg(now(clock))[0] - cold_mg
    other, clock, _ = made(air_temperature_c=22.0)
    live(other, clock, 2.0)
    # Water at 22 and 37 °C: 997.77 and 993.33 kg/m³.
    ratio = gained_mg / (other.beaker.indicated_mg(now(clock))[0] - cold_mg)
    assert ratio == pytest.approx(993.33 / 997.77, abs=2e-5)
    assert lab.environment.liquid_temperature_c(now(clock))[0] == 37.0


def test_the_air_comes_to_the_pressure_that_is_wanted_and_goes_back():
    lab, clock, _ = made()
    natural_hpa = lab.environment.air_pressure_hpa(now(clock))[0]
    number = lab.challenge("ambient_pressure", {"hpa": 700.0})
    assert lab.environment.air_pressure_hpa(now(clock))[0] == 700.0
    clock.wait_s(1.0)
    lab.relieve(number)
    assert lab.environment.air_pressure_hpa(now(clock))[0] == pytest.approx(natural_hpa, abs=0.01)


def test_evaporation_is_multiplied_while_that_lasts():
    lab, clock, _ = made(evaporation_mg_h=0.1)
    live(lab, clock, 1.0)
    number = lab.challenge("evaporation", {"times": 3.0})
    live(lab, clock, 2.0)
    lab.relieve(number)
    live(lab, clock, 1.0)
    assert lab.evaporation.lost_mg(now(clock))[0] == pytest.approx(0.1 + 0.6 + 0.1)


def test_a_bumped_balance_shows_more_from_then_on():
    lab, clock, _ = made()
    before = lab.pan.force_mg(now(clock))[0]
    clock.wait_s(1.0)
    lab.challenge("bump_balance", {"mg": 3.0})
    lab.challenge("bump_balance", {"mg": -1.0})
    assert lab.pan.force_mg(now(clock))[0] - before == 2.0
    assert lab.pan.force_mg(now(clock) - SECOND)[0] == before


@pytest.mark.parametrize("fed_by", ["battery", "supply"])
def test_a_pump_lives_under_the_voltage_that_is_left_to_it(fed_by):
    lab, clock, pump = made(pump_power=fed_by)
    lab.change_power(supply_v=3.0, output_on=True, interlock_closed=True)
    low = lab.challenge("supply_voltage", {"v": 2.5})
    clock.wait_s(1.0)
    cut = lab.challenge("power_cut", {})
    clock.wait_s(1.0)
    lab.relieve(cut)
    lab.relieve(low)
    clock.wait_s(1.0)
    lab.advance()
    assert [under[1] for under in pump.lived_under[-4:]] == [2.5, 0.0, 2.5, 3.0]


def test_no_challenge_feeds_a_pump_whose_interlock_is_open():
    lab, _, _ = made(pump_power="supply")
    lab.change_power(supply_v=3.0, output_on=True, interlock_closed=False)
    lab.challenge("supply_voltage", {"v": 2.5})
    assert lab.power.pump_v == 0.0


def test_firmware_feels_what_is_done_to_it():
    lab, _, pump = made()
    lab.relieve(lab.challenge("magnet", {}))
    lab.challenge("press_button", {})
    lab.challenge("refill", {"volume_ul": 20_000.0})
    assert pump.firmware.felt == [("magnet", True), ("magnet", False), ("button",), ("refill", 20_000.0)]


def test_firmware_that_feels_nothing_is_told():
    lab, _, pump = made()
    pump.firmware = object()
    with pytest.raises(ChallengeRefusedError, match="has no magnet"):
        lab.challenge("magnet", {})
