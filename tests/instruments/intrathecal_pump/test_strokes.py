"""Strokes: the wanted volume, no rounding, and the same strokes however time is cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.intrathecal_pump.programme import Bolus
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell, Turns
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner

S = 1_000_000_000
H = 3600 * S
RATES = st.integers(2_000, 1_600_000)


def turns_at(times_ns):
    return Turns(Spell(0, 0, 0, 0), tuple(times_ns), 3.0, 0.0)


class Motion:
    """Planner and bolus engine as the firmware joins them, on an infusion at `basal_nl_h`."""

    def __init__(self, basal_nl_h=0):
        self.basal_nl_h = basal_nl_h
        self.planner = StrokePlanner(500)
        self.bolus = BolusEngine(self.planner)

    def run(self, from_ns, to_ns):
        spell = Spell(from_ns, to_ns, self.bolus.total_nl_h(self.basal_nl_h), self.bolus.rate_nl_h)
        self.bolus.run(spell)
        return self.planner.run(spell)


@given(RATES, st.lists(st.integers(0, 5 * H), min_size=1, max_size=8))
def test_strokes_are_the_same_however_time_is_cut(rate_nl_h, spans_ns):
    whole, cut = StrokePlanner(500), StrokePlanner(500)
    in_one_go = whole.run(Spell(0, sum(spans_ns), rate_nl_h, 0))
    in_pieces, t_ns = [], 0
    for span_ns in spans_ns:
        in_pieces += cut.run(Spell(t_ns, t_ns + span_ns, rate_nl_h, 0))
        t_ns += span_ns
    assert in_pieces == in_one_go


@pytest.mark.parametrize("rate_nl_h, strokes_a_day", [(2_000, 96), (12_500, 600), (41_700, 2001), (1_000_000, 48_000)])
def test_a_day_holds_the_programmed_volume_in_whole_strokes(rate_nl_h, strokes_a_day):
    assert len(StrokePlanner(500).run(Spell(0, 24 * H, rate_nl_h, 0))) == strokes_a_day  # 41.7 µL/h: 2001.6


def test_strokes_are_evenly_spaced():
    times_ns = StrokePlanner(500).run(Spell(0, 24 * H, 1_000_000, 0))
    assert set(np.diff(times_ns)) == {1_800_000_000}


@given(RATES, st.integers(1, 50))
def test_the_time_foretold_for_a_stroke_is_the_time_of_that_stroke(rate_nl_h, n):
    planner = StrokePlanner(500)
    planner.run(Spell(0, 7 * S, 17_000, 0))
    foretold_ns = planner.time_of(n, 7 * S, rate_nl_h)
    assert planner.run(Spell(7 * S, foretold_ns, rate_nl_h, 0))[n - 1 :] == [foretold_ns]


@given(
    st.integers(2_000, 1_000_000),
    st.integers(50, 500).map(lambda n: n * 100),
    st.integers(200_000, 1_600_000),
    st.integers(0, 600 * S),
)
def test_a_bolus_adds_its_volume_to_the_infusion_and_nothing_else(basal_nl_h, volume_nl, bolus_nl_h, before_ns):
    """Each stroke after a bolus comes in the nanosecond in which infusion and bolus volume together fill it."""
    motion = Motion(basal_nl_h)
    count = len(motion.run(0, before_ns))
    motion.bolus.begin(Bolus(volume_nl, bolus_nl_h))
    end_ns = motion.bolus.ends_ns(before_ns)
    count += len(motion.run(before_ns, end_ns))
    assert motion.bolus.complete() == volume_nl
    due_ns = [-(-((count + n) * 500 - volume_nl) * H // basal_nl_h) for n in (1, 2, 3)]
    assert motion.run(end_ns, end_ns + 2000 * S)[:3] == [t_ns for t_ns in due_ns if t_ns <= end_ns + 2000 * S]


@given(st.integers(1, 499), st.integers(10, 1000))
def test_a_bolus_of_whole_strokes_is_that_many_strokes_wherever_the_motor_stands(owed_nl, strokes):
    motion = Motion(2_000)
    start_ns = owed_nl * H // 2_000
    motion.run(0, start_ns)
    motion.basal_nl_h = 0
    motion.bolus.begin(Bolus(strokes * 500, 600_000))
    assert len(motion.run(start_ns, motion.bolus.ends_ns(start_ns))) == strokes


def test_what_does_not_fill_a_stroke_is_kept_while_stopped():
    planner = StrokePlanner(500)
    assert planner.run(Spell(0, H // 5, 2_000, 0)) == []  # 400 nL wanted
    assert planner.run(Spell(H // 5, 10 * H, 0, 0)) == []
    assert planner.run(Spell(10 * H, 10 * H + H // 20, 2_000, 0)) == [10 * H + H // 20]  # the missing 100 nL


def test_at_no_rate_no_stroke_ever_falls_due():
    assert StrokePlanner(500).time_of(1, 7 * S, 0) == NEVER_NS


@pytest.mark.parametrize(
    "reservoir_nl, low_nl, strokes",
    [(1_700, 0, 3), (1_700, 1_700, 3), (1_700, 1_200, 1), (1_700, 900, 2), (499, 900, 0)],
)
def test_the_books_foretell_after_how_many_strokes_they_will_be_low_or_empty(reservoir_nl, low_nl, strokes):
    assert Books(stroke_nl=500, reservoir_nl=reservoir_nl, low_nl=low_nl).strokes_to_mark() == strokes


def test_the_books_hold_nothing_rather_than_less_than_nothing():
    books = Books(stroke_nl=500, reservoir_nl=700, low_nl=0)
    books.book(turns_at([1, 2]))
    assert (books.delivered_nl, books.reservoir_nl) == (1_000, 0)


def strokes_of(count, **parameters):
    mechanism = Mechanism(PumpParameters(**parameters), np.random.default_rng(5))
    return np.array([stroke.volume_ul for stroke in mechanism.strokes(turns_at(range(count)))])


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
    assert mechanism.strokes(turns_at([1]))[0].volume_ul == 0.0


def test_a_stroke_on_an_empty_reservoir_moves_nothing():
    assert strokes_of(4, reservoir_ul=1.2, stroke_variation_percent=0.0) == pytest.approx([0.5, 0.5, 0.2, 0.0])


def test_a_cell_loses_voltage_by_the_charge_drawn():
    schedule = InfusionSchedule(PumpClock(0, offset_ns=0, drift_ppm=0.0))
    battery = Battery(PumpParameters(cell_drop_v_per_ah=10.0), stroke_nl=500, schedule=schedule)
    battery.idle(100 * 3600.0)  # 0.25 mA for 100 h: 0.025 Ah
    assert battery.cell_v(3.0) == pytest.approx(3.0 - 0.25)


def test_a_clock_runs_wrong_by_its_drift():
    clock = PumpClock(0, offset_ns=0, drift_ppm=20.0)
    assert clock.read_ms(86_400 * S) == 86_400_000 + 1728  # 20 ppm of a day


def test_a_clock_that_was_set_drifts_from_there():
    clock = PumpClock(0, offset_ns=5 * S, drift_ppm=-100.0)
    clock.set_ms(1000 * S, 7_000)
    assert clock.read_ms(11_000 * S) == 7_000 + 10_000_000 - 1_000
