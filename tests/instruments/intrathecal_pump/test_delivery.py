"""Strokes: the wanted volume, no rounding, and the same strokes however time is cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.intrathecal_pump.programme import Bolus, Continuous
from instruments.intrathecal_pump.simulated.delivery import Delivery, StrokePlanner
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.mechanism import Mechanism, PumpClock

S = 1_000_000_000
H = 3600 * S
RATES = st.integers(2_000, 1_600_000)


@given(RATES, st.lists(st.integers(0, 5 * H), min_size=1, max_size=8))
def test_strokes_are_the_same_however_time_is_cut(rate_nl_h, spans_ns):
    whole, cut = StrokePlanner(500), StrokePlanner(500)
    in_one_go = whole.run(0, sum(spans_ns), rate_nl_h)
    in_pieces, t_ns = [], 0
    for span_ns in spans_ns:
        in_pieces += cut.run(t_ns, t_ns + span_ns, rate_nl_h)
        t_ns += span_ns
    assert in_pieces == in_one_go


@pytest.mark.parametrize("rate_nl_h, strokes_a_day", [(2_000, 96), (12_500, 600), (41_700, 2001), (1_000_000, 48_000)])
def test_a_day_holds_the_programmed_volume_in_whole_strokes(rate_nl_h, strokes_a_day):
    assert len(StrokePlanner(500).run(0, 24 * H, rate_nl_h)) == strokes_a_day  # 41.7 µL/h: 2001.6


def test_strokes_are_evenly_spaced():
    times_ns = StrokePlanner(500).run(0, 24 * H, 1_000_000)
    assert set(np.diff(times_ns)) == {1_800_000_000}


@given(RATES, st.integers(1, 50))
def test_the_time_foretold_for_a_stroke_is_the_time_of_that_stroke(rate_nl_h, n):
    planner = StrokePlanner(500)
    planner.run(0, 7 * S, 17_000)
    foretold_ns = planner.time_of(n, 7 * S, rate_nl_h)
    assert planner.run(7 * S, foretold_ns, rate_nl_h)[n - 1 :] == [foretold_ns]


@given(
    st.integers(2_000, 1_000_000),
    st.integers(50, 500).map(lambda n: n * 100),
    st.integers(200_000, 1_600_000),
    st.integers(0, 600 * S),
)
def test_a_bolus_adds_its_volume_to_the_infusion_and_nothing_else(basal_nl_h, volume_nl, bolus_nl_h, before_ns):
    """Each stroke after a bolus comes in the nanosecond in which infusion and bolus volume together fill it."""
    delivery = Delivery(500, 10**9)
    delivery.begin(Continuous(basal_nl_h))
    count = len(delivery.run(0, before_ns))
    delivery.begin(Bolus(volume_nl, bolus_nl_h))
    end_ns = delivery.changes_at(before_ns, 10**18, -1)
    count += len(delivery.run(before_ns, end_ns))
    assert delivery.end_bolus() == volume_nl
    due_ns = [-(-((count + n) * 500 - volume_nl) * H // basal_nl_h) for n in (1, 2, 3)]
    assert delivery.run(end_ns, end_ns + 2000 * S)[:3] == [t_ns for t_ns in due_ns if t_ns <= end_ns + 2000 * S]


@given(st.integers(1, 499), st.integers(10, 1000))
def test_a_bolus_of_whole_strokes_is_that_many_strokes_wherever_the_motor_stands(owed_nl, strokes):
    delivery = Delivery(500, 10**9)
    delivery.basal_nl_h = 2_000
    delivery.run(0, owed_nl * H // 2_000)
    delivery.basal_nl_h = 0
    delivery.begin(Bolus(strokes * 500, 600_000))
    start_ns = owed_nl * H // 2_000
    assert len(delivery.run(start_ns, delivery.changes_at(start_ns, 10**18, -1))) == strokes


def test_what_does_not_fill_a_stroke_is_kept_while_stopped():
    delivery = Delivery(500, 10**9)
    delivery.begin(Continuous(2_000))
    assert delivery.run(0, H // 5) == []  # 400 nL wanted
    delivery.basal_nl_h = 0
    delivery.basal_nl_h = 2_000
    assert delivery.run(10 * H, 10 * H + H // 20) == [10 * H + H // 20]  # the missing 100 nL


def test_an_empty_reservoir_ends_what_goes_on_at_its_last_stroke():
    delivery = Delivery(500, 1_700)
    delivery.begin(Continuous(500_000))
    assert delivery.changes_at(0, H, -1) == 3 * 3_600_000_000  # three strokes of 3.6 s; 200 nL do not fill a fourth


def strokes_of(count, **parameters):
    mechanism = Mechanism(PumpParameters(**parameters), np.random.default_rng(5))
    return np.array([stroke.volume_ul for stroke in mechanism.strokes(range(count))])


def test_true_strokes_are_off_by_the_rate_error_on_the_mean():
    volumes_ul = strokes_of(20_000, rate_error_percent=-3.0, stroke_variation_percent=2.0)
    assert volumes_ul.mean() == pytest.approx(0.5 * 0.97, abs=4 * 0.5 * 0.02 / 20_000**0.5)


def test_true_strokes_scatter_by_the_variation():
    volumes_ul = strokes_of(20_000, stroke_variation_percent=2.0)
    assert volumes_ul.std() == pytest.approx(0.5 * 0.02, rel=0.03)


class AllUnlucky:
    def standard_normal(self, count):
        return np.full(count, -6.0)


def test_no_scatter_makes_a_stroke_run_backwards():
    mechanism = Mechanism(PumpParameters(stroke_variation_percent=20.0), AllUnlucky())
    assert mechanism.strokes([1])[0].volume_ul == 0.0


def test_a_stroke_on_an_empty_reservoir_moves_nothing():
    assert strokes_of(4, reservoir_ul=1.2, stroke_variation_percent=0.0) == pytest.approx([0.5, 0.5, 0.2, 0.0])


def test_a_cell_loses_voltage_by_the_charge_drawn():
    mechanism = Mechanism(PumpParameters(cell_drop_v_per_ah=10.0), np.random.default_rng(5))
    mechanism.idle(100 * 3600.0)  # 0.25 mA for 100 h: 0.025 Ah
    assert mechanism.cell_v(3.0) == pytest.approx(3.0 - 0.25)


def test_a_clock_runs_wrong_by_its_drift():
    clock = PumpClock(0, offset_ns=0, drift_ppm=20.0)
    assert clock.read_ms(86_400 * S) == 86_400_000 + 1728  # 20 ppm of a day


def test_a_clock_that_was_set_drifts_from_there():
    clock = PumpClock(0, offset_ns=5 * S, drift_ppm=-100.0)
    clock.set_ms(1000 * S, 7_000)
    assert clock.read_ms(11_000 * S) == 7_000 + 10_000_000 - 1_000
