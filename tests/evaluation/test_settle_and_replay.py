"""From a record with a known answer to a verdict, and back."""

import json
import math
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from rig.errors import PlanError, RecordCorruptError
from rig.evaluation.registry import kinds
from rig.evaluation.replay import Replayed, replay
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader
from rig.samples import Block
from tests.evaluation.courses import given, ordered
from tests.evaluation.happenings import judged
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

LIMIT = Limit(unit="%", lower=-5.0, upper=5.0, source="a test")
RATE_UL_H = 41.7
EVAPORATION_MG_H = 0.05


def infusion(error_percent=0.0):
    """Zero flow, 25 h of infusion, zero flow; evaporation all the while."""

    def mass_mg(hour):
        flowing = min(max(hour - 4, 0), 25)
        return 30_000 + flowing * RATE_UL_H * (1 + error_percent / 100) / Z_UL_MG - EVAPORATION_MG_H * hour

    return mass_mg


def recipe(function="mean flow error", **parameters):
    parameters = parameters or {"programmed_ul_h": RATE_UL_H}
    return Recipe(function, parameters, EPOCH_NS + 4 * HOUR_NS, EPOCH_NS + 29 * HOUR_NS + 1)


@pytest.mark.parametrize(
    "error_percent, verdict", [(0.0, "PASS"), (3.0, "PASS"), (5.0, "INCONCLUSIVE"), (-8.0, "FAIL")]
)
def test_the_error_that_was_put_in_comes_out(tmp_path, error_percent, verdict):
    with weighed(tmp_path, infusion(error_percent), hours=33) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert result.number.value == pytest.approx(error_percent, abs=3 * result.number.u)
    assert 0.005 < result.number.u < 0.05
    assert result.verdict == verdict


def test_volume_is_corrected_for_buoyancy_and_evaporation(tmp_path):
    with weighed(tmp_path, infusion(), hours=33, noise_mg=0) as record, record.reader() as reader:
        limit = Limit(unit="µL", lower=0.0, upper=1e6, source="a test")
        result = settle(Asked(recipe("delivered volume"), limit), reader)
    # The window begins and ends on single readings: no more than their rounding is lost.
    assert result.number.value == pytest.approx(25 * RATE_UL_H, rel=2e-5)


def test_overdue_calibration_makes_a_result_invalid_with_its_number_kept(tmp_path):
    start = {"overdue": ["balance: calibration C-1 was due on 2020-01-01"]}
    with weighed(tmp_path, infusion(), hours=33, start=start) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert result.verdict == "INVALID"
    assert result.number is not None
    assert list(result.reasons) == start["overdue"]


def test_lost_readings_make_a_result_invalid(tmp_path):
    with weighed(tmp_path, infusion(), hours=33, lost=3) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert result.verdict == "INVALID"
    assert any("3 balance readings were lost" in reason for reason in result.reasons)


def test_a_gap_makes_a_result_invalid_without_a_number(tmp_path):
    record = weighed(tmp_path, infusion(), hours=33, keep=lambda minute: (minute < 600) | (minute > 660))
    with record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert (result.verdict, result.number) == ("INVALID", None)
    assert "gap" in result.reasons[0]


@pytest.mark.parametrize("zero_flow, missing", [(((0, 4),), "after"), (((-4, 0),), "before"), ((), "before and after")])
def test_evaporation_that_was_not_determined_makes_a_result_invalid(tmp_path, zero_flow, missing):
    with weighed(tmp_path, infusion(), hours=33, zero_flow=zero_flow) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert result.verdict == "INVALID"
    assert f"evaporation was not determined {missing}" in result.reasons[0]


def test_evaporations_that_disagree_widen_the_uncertainty(tmp_path):
    def faster_at_the_end(hour):
        return infusion()(hour) - (2.0 * (hour - 29) if hour > 29 else 0.0)

    with weighed(tmp_path, faster_at_the_end, hours=33) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    line = next(line for line in result.number.budget if line.name == "change of evaporation in between")
    assert line.u > 2.0 / math.sqrt(12.0) / 1.01


def test_a_run_without_ambient_conditions_gives_no_volume(tmp_path):
    with weighed(tmp_path, infusion(), hours=33, start={"ambient": None}) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert "ambient conditions" in result.reasons[0]


def test_a_limit_in_another_unit_is_a_mistake_of_the_plan(tmp_path):
    limit = Limit(unit="µL", lower=0.0, upper=1.0, source="a test")
    with (
        weighed(tmp_path, infusion(), hours=33) as record,
        record.reader() as reader,
        pytest.raises(PlanError, match="cannot be compared"),
    ):
        settle(Asked(recipe(), limit), reader)


def test_an_unknown_evaluation_is_named_with_those_there_are(tmp_path):
    with (
        weighed(tmp_path, infusion(), hours=33) as record,
        record.reader() as reader,
        pytest.raises(PlanError, match="mean flow error"),
    ):
        settle(Asked(recipe("mean flow eror"), LIMIT), reader)
    assert "mean bolus error" in kinds()


def recorded(tmp_path):
    record = weighed(tmp_path, infusion(), hours=33)
    with record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    record.result("mean flow error", result)
    # What comes later must play no part: neither another weighing nor one more reading of the same instant.
    record.event(ZeroFlow(EPOCH_NS + 29 * HOUR_NS, EPOCH_NS + 30 * HOUR_NS))
    late = {"mass": np.asarray([30_000.0]), "stable": np.zeros(1)}
    record.samples("balance", Block(np.asarray([EPOCH_NS + 29 * HOUR_NS]), late))
    record.stop(Stop("FINISHED"))
    return record.path


def test_replay_gives_every_digit_again_whatever_was_recorded_later(tmp_path):
    with RecordReader(recorded(tmp_path)) as reader:
        (replayed,) = replay(reader)
    assert replayed.identical
    assert replayed.result.recipe.last_seq > 0


def test_replay_finds_a_result_that_does_not_follow_from_the_samples(tmp_path):
    record = weighed(tmp_path, infusion(), hours=33)
    with record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    record.result("mean flow error", replace(result, number=replace(result.number, value=result.number.value * 0.5)))
    record.stop(Stop("FINISHED"))
    with RecordReader(record.path) as reader:
        (replayed,) = replay(reader)
    assert replayed.differences == ("number",)


@pytest.mark.parametrize("recorded, computed", [({"fact": "it ran"}, {}), ({}, {"fact": "it ran"})])
def test_a_part_that_only_one_side_has_is_a_difference(recorded, computed):
    assert Replayed(1, "volume error", None, recorded, computed).differences == ("fact",)


def test_replay_refuses_a_record_whose_chain_is_broken(tmp_path):
    path = recorded(tmp_path)
    with sqlite3.connect(path) as database:
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entry SET body = ? WHERE kind = 'event'", (json.dumps({"from_ns": 0}),))
        for _, sql in triggers:
            database.execute(sql)
    database.close()
    with pytest.raises(RecordCorruptError), RecordReader(path) as reader:
        list(replay(reader))


@pytest.mark.parametrize(
    "kind, due, verdict", [("physical", "2026-01-05", "INVALID"), ("physical", "2026-01-06", "PASS")]
)
def test_a_calibration_that_falls_due_in_the_window_makes_a_result_invalid(tmp_path, kind, due, verdict):
    balance = {"capability": "balance", "sample_every_s": 60.0, "calibration": {"id": "C-1", "due": due}}
    start = {"kind": "physical", "instruments": {"balance": balance}}
    with weighed(tmp_path, infusion(), hours=33, start=start) as record, record.reader() as reader:
        result = settle(Asked(recipe(), LIMIT), reader)
    assert result.verdict == verdict
    assert any("fell due" in reason for reason in result.reasons) is (verdict == "INVALID")


def test_a_simulated_instrument_needs_no_calibration(tmp_path):
    balance = {"capability": "balance", "sample_every_s": 60.0, "calibration": {"id": "C-1", "due": "2020-01-01"}}
    start = {"instruments": {"balance": balance}}
    with weighed(tmp_path, infusion(), hours=33, start=start) as record, record.reader() as reader:
        assert settle(Asked(recipe(), LIMIT), reader).verdict == "PASS"


@pytest.mark.parametrize("at_rest_ul_h, verdict", [(0.0, "FAIL"), (1.0, "INVALID")])
def test_a_fail_stands_beside_what_contradicts_the_pump_and_not_beside_a_weighing_in_doubt(
    tmp_path, at_rest_ul_h, verdict
):
    # 30 µL/h where 40 are programmed; 1 µL/h at rest is no evaporation.
    mass = given((-4, at_rest_ul_h), (0, 30.0), (25, 0.0))
    with weighed(tmp_path, mass, hours=33) as record:
        ordered(record, (0, 40.0), (25, 0.0))
        result = judged(record, "volume error", Limit("%", -5.0, 5.0), programmed_ul=1000.0)
    assert result.number.value < -20.0
    assert result.verdict == verdict
    assert any(reason.startswith("programme: ") for reason in result.reasons)
