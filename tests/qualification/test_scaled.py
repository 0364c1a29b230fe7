"""A record judged anew with larger strokes says what a pump with such strokes would have been told."""

import pytest

from qualification.scaled import ScaledReader, try_sizes
from rig.evaluation.settle import Asked, settle
from tests.truth.support import run

HOURS = {"zero_flow_h": 1.0, "analyse_h": 4.0, "read_each_minutes": 2.0}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    return run(tmp_path_factory.mktemp("healthy"), **HOURS)


def test_what_is_tried_is_found_beyond_the_limits_alone(healthy):
    found = {one.percent: one.found for one in try_sizes(healthy.path, (0.0, 3.0, 6.0))}
    assert found == {0.0: False, 3.0: False, 6.0: True}


def test_the_number_is_that_of_a_pump_whose_strokes_are_larger(healthy, tmp_path):
    larger = run(tmp_path, **HOURS, twin={"rate_error_percent": 3.0})
    with ScaledReader(healthy.path, 3.0) as reader:
        said = healthy.flow
        again = settle(Asked(said.recipe, said.limit, said.plan, (), said.limit_name), reader)
    assert again.number.value == pytest.approx(larger.flow.number.value, abs=0.02)
    assert again.number.expanded == pytest.approx(larger.flow.number.expanded, rel=0.2)
