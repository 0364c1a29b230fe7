import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.occlusion import occlusion, released_bolus
from rig.quantities import Measured

CLOSED_S = 1200.0
MINUTE_S = 60.0


def closed_line(*, compliance_ul_kpa=0.26, flow_ul_h=1000 / 24, alarm_kpa=100.0, noise_kpa=0.0, seed=0):
    """Pressure at 0.5 Hz of a line closed at 1200 s, until the alarm at `alarm_kpa` above the pressure before."""
    rate_kpa_s = flow_ul_h / compliance_ul_kpa / 3600
    alarm_s = CLOSED_S + alarm_kpa / rate_kpa_s
    t = np.append(np.arange(0.0, alarm_s, 2.0), alarm_s)
    p = 2.0 + rate_kpa_s * np.clip(t - CLOSED_S, 0, None)
    return t, p + noise_kpa * np.random.default_rng(seed).normal(size=t.size), alarm_s


def judge(t, p, alarm_s, **options):
    settings = {"flow": Measured(1000 / 24, 0.2, "µL/h"), **options}
    return occlusion(t, p, closed_s=CLOSED_S, alarm_s=alarm_s, **settings)


def test_silicone_catheter_to_100_kpa_at_1_ml_a_day():
    # 0.26 µL/kPa to 100 kPa: 26 µL, which 1 mL/day delivers in 37 min.
    found = judge(*closed_line())
    assert found.time_to_alarm.value == pytest.approx(37.44 * MINUTE_S, rel=1e-6)
    assert found.compliance.value == pytest.approx(0.26, rel=1e-6)
    assert found.released.value == pytest.approx(26.0, rel=1e-6)


def test_pressures_are_those_before_and_at_the_alarm():
    found = judge(*closed_line())
    pressures = (found.pressure_before.value, found.pressure_at_alarm.value, found.pressure_rise.value)
    assert pressures == pytest.approx((2.0, 102.0, 100.0))


def test_zero_of_the_sensor_cancels_in_the_rise():
    found = judge(*closed_line(), u_pressure_kpa=3.0)
    assert found.pressure_at_alarm.u == pytest.approx(3.0, rel=1e-3)
    assert found.pressure_rise.u < 0.01


def test_scale_of_the_sensor_cancels_in_the_released_volume():
    t, p, alarm_s = closed_line()
    right = judge(t, p, alarm_s, flow=Measured(1000 / 24, 0.0, "µL/h"), u_pressure_relative=0.02)
    wrong = judge(t, 1.02 * p, alarm_s, flow=Measured(1000 / 24, 0.0, "µL/h"), u_pressure_relative=0.02)
    assert wrong.released.value == pytest.approx(right.released.value)
    assert right.released.u < 1e-6
    assert right.compliance.u == pytest.approx(0.02 * 0.26, rel=1e-3)


def test_noisy_pressure_holds_the_truth_within_its_uncertainty():
    outside = 0
    for seed in range(80):
        t, p, alarm_s = closed_line(noise_kpa=0.5, seed=seed)
        found = judge(t, p, alarm_s, flow=Measured(1000 / 24, 0.0, "µL/h"))
        outside += abs(found.compliance.value - 0.26) > 2 * found.compliance.u
        outside += abs(found.released.value - 26) > 2 * found.released.u
        outside += abs(found.pressure_rise.value - 100) > 2 * found.pressure_rise.u
    assert outside <= 240 * 0.05 + 3 * (240 * 0.05 * 0.95) ** 0.5


def test_times_carry_the_uncertainty_of_both_stamps():
    found = judge(*closed_line(), u_closed_s=3.0, u_alarm_s=4.0)
    assert found.time_to_alarm.u == pytest.approx(5.0)


def test_missing_alarm_is_refused_with_the_time_watched():
    t, p, _ = closed_line()
    with pytest.raises(MetrologyError, match="no occlusion alarm within the 2246"):
        judge(t, p, None)


@pytest.mark.parametrize("flow_ul_h", [0.0, -5.0])
def test_flow_that_fills_no_line_is_refused(flow_ul_h):
    with pytest.raises(MetrologyError, match="fills no closed line"):
        judge(*closed_line(), flow=Measured(flow_ul_h, 0.1, "µL/h"))


def test_line_that_stayed_open_is_refused():
    t, _, alarm_s = closed_line(noise_kpa=0.5)
    with pytest.raises(MetrologyError, match="no occlusion"):
        judge(t, 2.0 + 0.5 * np.sin(t), alarm_s)


def test_alarm_before_closing_is_refused():
    t, p, _ = closed_line()
    with pytest.raises(MetrologyError):
        judge(t, p, CLOSED_S - 10)


def test_nan_in_the_pressure_is_refused():
    t, p, alarm_s = closed_line()
    p[5] = np.nan
    with pytest.raises(SeriesError):
        judge(t, p, alarm_s)


def test_released_bolus_is_told_from_the_flow_that_goes_on():
    t = np.arange(0.0, 3600.0)
    since = np.clip(t - 1000, 0, None)
    v = 26 * -np.expm1(-since / 20) + 41.7 * since / 3600
    found = released_bolus(t, v, opened_s=1000.0, settled_s=1300.0)
    assert found.value == pytest.approx(26.0, abs=1e-3)
