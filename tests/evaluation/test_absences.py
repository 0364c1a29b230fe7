"""When an instrument gave no readings: until it was back, until the bench was opened anew, or to the end."""

import pytest

from rig.evaluation.absences import away_in
from rig.record.bodies.absences import InstrumentLost, SamplingGap
from rig.record.bodies.events import Connected
from tests.evaluation.happenings import WINDOW, ns, put
from tests.evaluation.records import weighed


def away(folder, *happened, window=WINDOW):
    """Return when the balance was away, in s since the window's begin, and whether it was back."""
    with weighed(folder, lambda _: 30_000.0, hours=33, noise_mg=0.0) as record:
        for at_s, event in happened:
            put(record, at_s, event)
        with record.reader() as reader:
            found = away_in(reader, *window, "balance")
    return [((one.from_ns - ns(0)) / 1e9, (one.to_ns - ns(0)) / 1e9, one.back) for one in found]


LOST = (110, InstrumentLost("balance", ns(100), "no reply"))


def gap(to_s, *, back):
    return to_s, SamplingGap("balance", ns(100), ns(to_s), "no reply", 3, 5, back)


def test_one_that_came_back_was_away_until_then(tmp_path):
    assert away(tmp_path, LOST, gap(400, back=True)) == [(100.0, 400.0, True)]


@pytest.mark.parametrize("given_up", [(), (gap(400, back=False),)])
def test_one_that_was_given_up_is_away_to_the_end(tmp_path, given_up):
    ((from_s, to_s, back),) = away(tmp_path, LOST, *given_up)
    assert (from_s, to_s, back) == (100.0, pytest.approx(25 * 3600.0), False)


def test_one_that_was_given_up_is_there_again_when_the_bench_is_opened_anew(tmp_path):
    met = Connected("balance", identity={"serial": "B-1"})
    assert away(tmp_path, LOST, gap(400, back=False), (900, met)) == [(100.0, 900.0, False)]


def test_a_window_that_begins_when_it_is_back_saw_nothing_of_it(tmp_path):
    assert away(tmp_path, LOST, gap(400, back=True), window=(ns(400), WINDOW[1])) == []
