"""What is done to the laboratory by its bench file's own times."""

import numpy as np
import pytest

from instruments.plant.laboratory import Parameters
from tests.plant.challenged import EPOCH_NS, HOUR_NS, STROKE_UL, live, made


def test_a_script_begins_and_ends_at_its_own_times_however_seldom_somebody_asks():
    script = [{"kind": "occlusion", "at_h": 0.51, "for_h": 0.5}]
    often, clock, _ = made(challenges=script)
    live(often, clock, 2.0)
    seldom, clock, _ = made(challenges=script)
    clock.wait_s(7200.0)
    seldom.advance()
    moments = EPOCH_NS + np.asarray([round(h * HOUR_NS) for h in (0.5, 0.52, 1.0, 1.02, 2.0)], np.int64)
    assert seldom.line.tip_ul(moments) == pytest.approx(often.line.tip_ul(moments))
    before, shut, still_shut, released, _ = seldom.line.tip_ul(moments)
    assert (shut - before, still_shut - shut) == (pytest.approx(1.5, abs=0.6), 0.0)
    assert released - shut == pytest.approx(0.5 * 360 * STROKE_UL, rel=0.05)


@pytest.mark.parametrize(
    "script, words",
    [
        ({"kind": "leak", "at_h": 1.0}, "share_percent is missing"),
        ({"kind": "occlusion", "at_h": 1.0, "hpa": 700.0}, "occlusion takes no hpa"),
        ({"kind": "bubble", "at_h": 1.0, "volume_ul": 5.0, "for_h": 1.0}, "bubble is over at once"),
        ({"kind": "kink", "at_h": 1.0, "times_resistance": 0.5}, "a number above 1, up to 1e.06 is wanted"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused(script, words):
    with pytest.raises(ValueError, match=words):
        Parameters(challenges=[script])
