"""A flow sensor whose samples fall on one phase of each stroke is told so; any other is wrong by itself."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence.flow_sensor import WITNESS
from tests.evaluation.happenings import WINDOW
from tests.evaluation.test_three_truths import BENCH, RATE_UL_H, recorded


@pytest.mark.parametrize(
    "stroke_s, words",
    [(60.0, "flow takes a sample each 60 s, in step with a stroke each 60 s"), (44.0, "one of the two is wrong")],
)
def test_samples_in_step_with_strokes_are_told(tmp_path, monkeypatch, stroke_s, words):
    monkeypatch.setitem(BENCH, "dut", {"stroke_ul": RATE_UL_H * stroke_s / 3600.0, "motor_edges_per_stroke": 8.0})
    with recorded(tmp_path, of_flow=0.8) as record, record.reader() as reader:
        (against,) = WITNESS.testify(Case(reader, *WINDOW)).against
    assert words in against
