"""Behind a high rate the line lets go what it still held: no pump gave that too much."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import programme
from tests.evaluation.courses import given
from tests.evaluation.happenings import WINDOW, tell
from tests.evaluation.records import weighed
from tests.evaluation.steady import AGREEMENT, start

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
