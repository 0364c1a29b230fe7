"""The log of a pump that hears again what it was told: it may refuse, and tell once more of what moves no dose."""

import pytest

from rig.record.bodies.challenges import ChallengeKind
from tests.evaluation.happenings import challenge, tell
from tests.evaluation.told_logs import ALL, a_run, against


@pytest.fixture
def run(tmp_path):
    """A run whose link is replayed behind its stop."""
    with a_run(tmp_path) as record:
        challenge(record, 950, ChallengeKind.LINK_REPLAYED, until_s=1900)
        yield record


def test_a_commit_that_was_heard_again_may_stand_as_refused(run):
    tell(run, 960, "run_continuous", rate_ul_h=40.0)
    assert against(run, *ALL, (960, "infusion_started"), (961, "commit_refused")) == []


@pytest.mark.parametrize(
    "verb, word, again",
    [
        ("request_patient_bolus", "patient_bolus_refused", "patient_bolus_refused"),
        ("self_test", "self_tested", "self_tested"),
        ("refilled", "refilled", "refilled"),
        ("allow_patient_boluses", "patient_set", "commit_refused"),
    ],
)
def test_what_leaves_the_dose_as_it_is_may_be_told_again_when_it_was_heard_again(run, verb, word, again):
    tell(run, 960, verb, extra={"granted": False} if verb == "request_patient_bolus" else {})
    assert against(run, *ALL, (960, word), (961, again)) == []


def test_a_request_that_was_heard_again_may_not_be_granted(run):
    tell(run, 960, "request_patient_bolus", extra={"granted": False})
    (found,) = against(run, *ALL, (960, "patient_bolus_refused"), (961, "patient_bolus_given"))
    assert found.endswith("which nothing provoked")


@pytest.mark.parametrize("word", ["infusion_started", "bolus_started"])
def test_what_else_comes_of_a_commit_that_was_heard_again_is_named(run, word):
    tell(run, 960, "run_continuous", rate_ul_h=40.0)
    (found,) = against(run, *ALL, (960, "infusion_started"), (961, word))
    assert found.endswith("which nothing provoked")
