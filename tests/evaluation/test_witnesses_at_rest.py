"""What may come from a pump at rest, and how long its status may lag: by hand, just inside and just beyond."""

import numpy as np
import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import states, zero_flow
from rig.evaluation.evidence.programme import Spans
from rig.record.bodies.challenges import ChallengeKind
from tests.evaluation import steady
from tests.evaluation.happenings import WINDOW, challenge, status, tell
from tests.evaluation.records import weighed
from tests.evaluation.steady import case_of


@pytest.mark.parametrize(
    "stated_mg_h, said",
    [
        # The vessel loses 0.05 mg/h. Blanks and the floor are 0.01 mg/h each: 3.3 · 0.0141 = 0.047 mg/h are allowed.
        (0.050 + 0.044, 0),
        (0.050 + 0.052, 2),
        (0.050 - 0.044, 0),
        (0.050 - 0.052, 2),
    ],
)
def test_a_loss_is_held_to_blanks_of_its_bench(tmp_path, stated_mg_h, said):
    blanks = {"evaporation_mg_h": stated_mg_h, "u_evaporation_mg_h": 0.01}
    assert len(case_of(tmp_path, zero_flow.testify, **blanks).against) == said


def came(folder, step_mg, *tells, noise_mg=0.0, minutes=0.0, fallen_mg=0.0):
    """Return what is said of a step in the middle of the first weighing at zero flow; the vessel loses nothing.

    The step takes `minutes`; an hour before it `fallen_mg` are taken off at once.
    """

    def mass(hour):
        flowing = 40.0 * min(max(hour - 4.0, 0.0), 25.0)
        stepped = min(1.0, (hour - 2.0) * 60.0 / minutes) if minutes and hour >= 2.0 else hour >= 2.0
        return 30_000.0 + flowing + step_mg * stepped - fallen_mg * (hour >= 1.0)

    with weighed(folder, mass, hours=33, noise_mg=noise_mg, start=steady.start()) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=40.0)
        tell(record, 25 * 3600.0, "stop")
        for one in tells:
            one(record)
        with record.reader() as reader:
            return [one for one in zero_flow.testify(Case(reader, *WINDOW)).against if "came between" in one]


# Noise at both ends of a part of half an hour: √(2·(0.05² + 0.02²/30 + 0.01²/12)) = 0.0710 mg. 3.2905 + log 8 = 4.194
# of it are 0.298 mg, and twice the floor of 0.01 mg/h makes another 0.01 mg.
@pytest.mark.parametrize("step_mg, said", [(0.302, 0), (0.312, 1)])
def test_what_came_at_rest_is_told_beyond_noise_and_floor(tmp_path, step_mg, said):
    assert len(came(tmp_path, step_mg)) == said


@pytest.mark.parametrize("noise_mg", [0.0, 0.01])
def test_what_came_at_rest_is_told_with_the_hour_in_which_it_came(tmp_path, noise_mg):
    (told,) = came(tmp_path, 0.5, noise_mg=noise_mg)
    assert "came between 90 and 150 min after the stop" in told


def test_a_touch_while_the_motor_stood_still_is_no_flow(tmp_path):
    assert not came(tmp_path, 0.5, steady.edges((-4.0, 500), (0.0, 500)), noise_mg=0.01)


def test_a_touch_while_the_motor_turned_may_be_a_flow(tmp_path):
    assert came(tmp_path, 0.5, steady.edges((-4.0, 500), (0.0, 501)), noise_mg=0.01)


def test_what_came_slowly_is_told_although_as_much_was_taken_off_at_a_touch(tmp_path):
    stood_still = steady.edges((-4.0, 500), (0.0, 500))
    assert came(tmp_path, 1.0, stood_still, noise_mg=0.01, minutes=60.0, fallen_mg=0.6)


# Three paces of a minute, and ten seconds for the order on its way.
@pytest.mark.parametrize("late_s, said", [(189.0, 0), (191.0, 1)])
def test_a_status_may_show_a_begin_three_paces_late(tmp_path, late_s, said):
    def show(record):
        status(record, (-3600.0, "stopped", ()), (late_s, "infusing", ()), (25 * 3600.0, "stopped", ()))

    assert len(case_of(tmp_path, states.testify, tells=[show]).against) == said


@pytest.mark.parametrize("late_s, said", [(189.0, 0), (191.0, 1)])
def test_a_status_may_show_a_stop_three_paces_late(tmp_path, late_s, said):
    def show(record):
        status(record, (-3600.0, "stopped", ()), (0.0, "infusing", ()), (25 * 3600.0 + late_s, "stopped", ()))

    assert len(case_of(tmp_path, states.testify, tells=[show]).against) == said


def test_the_stretch_that_is_farthest_beyond_its_limit_is_named_in_its_own_uncertainty():
    spans = Spans(
        from_ns=np.arange(3),
        to_ns=np.arange(3) + 1,
        weighed_ul=np.array([10.0, 20.0, 26.0]),
        programmed_ul=np.array([10.0, 25.0, 30.0]),
        late_ul=np.array([10.0, 25.0, 30.0]),
        u_ul=np.array([0.5, 1.0, 0.5]),
    )
    # Off by 0, 5 and 4 µL where 1, 1 and 2 are allowed: −2, 4 and 4 of their own u, and 4 less the third's limit.
    assert spans.farthest(np.array([1.0, 1.0, 1.5]), 3.0) == (2, pytest.approx(2.0))


@pytest.mark.parametrize("late_s, said", [(189.0, 0), (191.0, 1)])
def test_a_status_that_could_not_be_read_may_show_a_begin_three_paces_behind(tmp_path, late_s, said):
    def show(record):
        status(record, (-3600.0, "stopped", ()))
        challenge(record, -10.0, ChallengeKind.LINK_LOST, until_s=600.0)
        status(record, (600.0 + late_s, "infusing", ()), (25 * 3600.0, "stopped", ()))

    assert len(case_of(tmp_path, states.testify, tells=[show]).against) == said
