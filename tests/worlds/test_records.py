"""Every world as a record: one that the rig reads, settles and settles again."""

import numpy as np
import pytest

from rig.evaluation.settle import Asked
from rig.evaluation.witnesses import evidence_around
from tests.worlds.catalogue import BY_NAME, WORLDS
from tests.worlds.recording import LIMIT, at_ns, recipe_of, recorded
from tests.worlds.scene import seen
from tests.worlds.study import one_run

ASSUMED = BY_NAME["as assumed"]


@pytest.fixture
def reader(tmp_path):
    """A run of 10 to 100 µL/h as assumed, with strokes."""
    rng = ASSUMED.rng(1, 0)
    scene = ASSUMED.scene(1, rng)
    with recorded(tmp_path, scene, seen(scene, rng)) as record, record.reader() as opened:
        yield opened, scene


def test_a_record_holds_the_balance_to_the_last_minute(reader):
    opened, scene = reader
    assert opened.series("balance").t_ns[-1] == at_ns(scene.schedule.end_h)


def test_a_record_is_whole(reader):
    assert reader[0].verify_chain() > 10


def test_nothing_contradicts_a_run_as_assumed(reader):
    opened, scene = reader
    assert evidence_around(opened, recipe_of(scene)).against == ()


def test_the_witnesses_are_heard(reader):
    opened, scene = reader
    asked = set(evidence_around(opened, recipe_of(scene)).asked)
    assert {"pump's books", "reservoir", "pump's clock", "pump's log", "programme", "weighing at zero flow"} <= asked


def test_the_limit_suits_the_claim(reader):
    assert Asked(recipe_of(reader[1]), LIMIT).limit.unit == "%"


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_each_world_is_settled_without_a_mistake(world):
    assert one_run(world, 1, 0).verdict in {"PASS", "FAIL", "INCONCLUSIVE", "INVALID"}


def test_a_run_is_the_same_whenever_it_is_drawn():
    assert one_run(ASSUMED, 2, 7) == one_run(ASSUMED, 2, 7)


def test_runs_differ():
    assert len({one_run(ASSUMED, 2, number).true_percent for number in range(4)}) == 4


@pytest.mark.parametrize("decade, low, high", [(0, 2, 10), (1, 10, 100), (2, 100, 1000)])
def test_rates_lie_in_their_decade(decade, low, high):
    rates = [ASSUMED.scene(decade, ASSUMED.rng(decade, number)).schedule.rate_ul_h for number in range(200)]
    assert low <= min(rates) < 1.3 * low
    assert high / 1.3 < max(rates) <= high


def test_half_of_the_pumps_are_healthy_and_the_others_reach_beyond_the_limits():
    errors = np.abs([ASSUMED.scene(1, ASSUMED.rng(1, number)).error_percent for number in range(1000)])
    # A half, and the part of the other half that lies within ±1 of ±7.5 %.
    assert np.mean(errors < 1.0) == pytest.approx(0.5 + 0.5 / 7.5, abs=0.05)
    assert np.mean(errors > 5.0) == pytest.approx(0.5 / 3.0, abs=0.04)
