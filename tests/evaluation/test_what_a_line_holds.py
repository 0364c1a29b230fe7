"""Behind a high rate, and against a pressure, a line holds some of what it was given: no pump gave that too much."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import programme
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from tests.evaluation.courses import given
from tests.evaluation.happenings import WINDOW, ns, put, tell
from tests.evaluation.records import weighed
from tests.evaluation.steady import AGREEMENT, HOURS, start

HIGH_UL_H, LOW_UL_H = 1000.0, 2.0
CHANGES_S = 3480.0  # so that a stretch begins a minute before


@pytest.mark.parametrize("late_s, told", [(0.0, 0), (12.0, 0), (40.0, 1)])
def test_what_a_line_lets_go_late_is_no_contradiction(tmp_path, late_s, told):
    mass = given((0, HIGH_UL_H), ((CHANGES_S + late_s) / 3600.0, LOW_UL_H), (3, 0.0))
    limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 5.0}}
    with weighed(tmp_path, mass, hours=11, noise_mg=0.0, start={**start(), "limits": limits}) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=HIGH_UL_H)
        tell(record, CHANGES_S, "run_continuous", rate_ul_h=LOW_UL_H)
        tell(record, 3 * 3600.0, "stop")
        with record.reader() as reader:
            assert len(programme.testify(Case(reader, *WINDOW)).against) == told


# 6 µL in a minute against the flow, and with it again: 12 kPa in a line that gives way by 0.5 µL/kPa.
@pytest.mark.parametrize("kpa, told", [(12.0, 0), (1.0, 1), (None, 1)])
def test_what_a_challenge_pushes_back_into_a_line_is_no_contradiction(tmp_path, kpa, told):
    minute = 1.0 / 60.0
    mass = given(
        (0, 10.0), (2, 10.0 - 360.0), (2 + minute, 10.0), (3.5, 10.0 + 360.0), (3.5 + minute, 10.0), (HOURS, 0.0)
    )
    limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 5.0}}
    with weighed(tmp_path, mass, hours=33, noise_mg=0.0, start={**start(), "limits": limits}) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=10.0)
        if kpa is not None:
            pressed = ChallengeKind.BACK_PRESSURE
            put(record, 2 * 3600, ChallengeBegins(pressed, "twin", ns(2 * 3600), said={"kpa": kpa, "beat_kpa": 0.0}))
            put(record, 3.5 * 3600, ChallengeEnds(pressed, "twin", ns(3.5 * 3600)))
        tell(record, HOURS * 3600.0, "stop")
        with record.reader() as reader:
            assert len(programme.testify(Case(reader, *WINDOW)).against) == told
