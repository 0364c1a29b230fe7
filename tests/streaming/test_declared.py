"""Limits, requirements and challenges as points."""

import pytest

from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.events import OtherEvent
from tests.streaming.records import EPOCH_NS, begin
from tests.streaming.test_derived import lines_of

JUDGED_BY = {
    "limits": {"limits": {"basal accuracy": {"unit": "%", "lower": -5.0, "upper": 5.0, "source": "a data sheet"}}},
    "requirements": {"requirements": {"ACC-001": {"text": "It is accurate.", "source": "a standard"}}},
}


@pytest.mark.parametrize(
    "measurement, said",
    [
        ("limits", "lower_percent=-5.0,upper_percent=5.0"),
        ("limits", 'says="a data sheet"'),
        ("limits", "limit=basal\\ accuracy"),
        ("requirements", 'text="It is accurate."'),
        ("requirements", "requirement=ACC-001"),
    ],
)
def test_what_was_in_force_when_a_run_began_is_told(tmp_path, measurement, said):
    with begin(tmp_path, **JUDGED_BY) as record:
        pass
    (line,) = lines_of(record.path, f"{measurement},")
    assert said in line


def test_a_calibration_holds_to_the_end_of_its_day(tmp_path):
    with begin(tmp_path) as record:
        pass
    (line,) = lines_of(record.path, "calibrations,")
    # To the end of 2026-12-31, UTC; the run began on 2026-01-05 at 08:00, 360 days and 16 h before.
    assert "due_ms=1798761600000i" in line
    assert f"days_left={360 + 16 / 24}" in line


def test_a_challenge_is_under_way_until_it_ends(tmp_path):
    with begin(tmp_path) as record:
        record.event(ChallengeBegins(ChallengeKind.OCCLUSION, "twin", EPOCH_NS, 0.5, {"volume_ul": 2.0}))
        record.event(ChallengeEnds(ChallengeKind.OCCLUSION, "twin", EPOCH_NS + 1))
    begins, ends = lines_of(record.path, "challenges,")
    assert "by=twin,challenge=occlusion" in begins
    assert ("active=1i" in begins, "active=0i" in ends) == (True, True)


def test_what_only_has_the_name_of_a_challenge_is_none(tmp_path):
    with begin(tmp_path) as record:
        record.event(OtherEvent("challenge begins", {"text": "by somebody else"}))
    assert lines_of(record.path, "challenges,") == []
