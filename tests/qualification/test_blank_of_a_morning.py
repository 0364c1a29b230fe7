"""The blank of the daily proof is the time in which nobody touches the pan, whatever part is under way."""

import pytest

from qualification.proof import test_proof as plans
from tests.qualification.proving import prove, refused

MORNING = {"proof": {"blank_minutes": 3.5, "every_s": 1.0}, "instruments.balance": {"sample_every_s": 1}}


def a_morning(bench, verify, proof):
    plans.test_the_zero_stays(bench, verify, proof)
    plans.test_nothing_moves_where_nothing_moves(bench, verify, proof)
    begun_ns = bench.clock.now_ns()
    plans.test_the_vessel_loses_little(bench, verify, proof)
    # 3.5 min, less one of rest and some 20 s behind the tare.
    assert (bench.clock.now_ns() - begun_ns) / 1e9 == pytest.approx(130.0, abs=10.0)


def test_a_blank_waits_for_what_is_missing_since_the_tare(tmp_path):
    found = prove(tmp_path, a_morning, tables=MORNING)
    assert {name: one.reasons for name, one in found.items() if one.verdict != "PASS"} == {}
    recipe = found["loss of the vessel"].recipe
    assert (recipe.to_ns - recipe.from_ns) / 1e9 == pytest.approx(210.0, abs=5.0)


def test_a_touch_before_the_part_of_the_blank_is_seen_in_it(tmp_path):
    touched = MORNING | {"laboratory": {"touch_mg": 0.5, "touch_at_h": 0.02}}
    refused(prove(tmp_path, a_morning, tables=touched), "unrest of the blank", "readings scattered")


def test_a_weight_that_is_put_on_begins_the_blank_anew(tmp_path):
    def plan(bench, verify, proof):
        plans.test_the_zero_stays(bench, verify, proof)
        plans.test_the_check_weight_is_found(bench, verify, proof)
        begun_ns = bench.clock.now_ns()
        plans.test_the_vessel_loses_little(bench, verify, proof)
        assert (bench.clock.now_ns() - begun_ns) / 1e9 == pytest.approx(210.0, abs=5.0)

    assert prove(tmp_path, plan, tables=MORNING)["loss of the vessel"].verdict == "PASS"
