"""Looks at a measurement that goes on, of records with a known answer."""

import pytest

from rig.evaluation.looks import is_decided, precision_of
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.judging import Limit
from tests.evaluation.courses import given, ordered
from tests.evaluation.happenings import WINDOW
from tests.evaluation.records import HOUR_NS, weighed

RATE_UL_H = 40.0
COURSE = given((0, RATE_UL_H), (25, 0.0))


@pytest.mark.parametrize("stroke_ul", [0.5, 2.0])
def test_both_ends_of_a_window_may_cut_a_stroke_anywhere(tmp_path, stroke_ul):
    def reading_percent_h(name, **start):
        with weighed(tmp_path / name, COURSE, hours=33, start=start) as record, record.reader() as reader:
            return precision_of(reader, *WINDOW, RATE_UL_H, EvaporationRate(0.05, 0.001)).reading_percent_h

    (tmp_path / "with").mkdir(), (tmp_path / "without").mkdir()
    cut, whole = reading_percent_h("with", dut={"stroke_ul": stroke_ul}), reading_percent_h("without")
    # A stroke's length, rectangular, in percent of what the rate gives in an hour; for each of both readings.
    assert (cut**2 - whole**2) ** 0.5 == pytest.approx(100.0 * stroke_ul / 12.0**0.5 / RATE_UL_H, rel=1e-6)


@pytest.mark.parametrize("first_mg_h, last_mg_h, decided", [(1.0, 0.0, False), (0.0, 1.0, True)])
def test_a_look_takes_the_loss_of_the_weighing_right_before_its_window(tmp_path, first_mg_h, last_mg_h, decided):
    """A vessel that lost 1 mg/h at one weighing: taken off here, 40 µL/h are 2.5 % more."""

    def mass_mg(hour):
        lost = first_mg_h * min(hour, 2.0) + last_mg_h * min(max(hour - 2.0, 0.0), 2.0)
        return COURSE(hour) + 0.05 * hour - lost

    with weighed(tmp_path, mass_mg, hours=33, zero_flow=((0, 2), (2, 4), (-4, 0))) as record:
        ordered(record, (0, RATE_UL_H), (25, 0))
        with record.reader() as reader:
            limit = Limit("%", -5.0, 0.0)  # with no loss the error is on it, whatever its U
            said = {"programmed_ul_h": RATE_UL_H, "looks_hours": [25.0], "limit": limit}
            assert is_decided(reader, *WINDOW, look=0, **said) is decided


@pytest.mark.parametrize("looks_hours, decided", [([1.0], True), ([1.0, 25.0], False)])
def test_an_early_look_takes_a_wider_guard_band_than_the_limit_alone(tmp_path, looks_hours, decided):
    """An hour knows 40 µL/h to some 0.3 %: ± 1.5 % are enough with k = 2, and not with that of the first of two."""
    with weighed(tmp_path, COURSE, hours=33, noise_mg=0.001) as record:
        ordered(record, (0, RATE_UL_H), (25, 0))
        with record.reader() as reader:
            said = {"programmed_ul_h": RATE_UL_H, "looks_hours": looks_hours, "limit": Limit("%", -1.5, 1.5)}
            window = WINDOW[0], WINDOW[0] + HOUR_NS + 1
            assert is_decided(reader, *window, look=0, **said) is decided
