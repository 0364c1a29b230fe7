"""Which results of runs are repeats of one another, and what a gage study makes of them."""

import time
from dataclasses import replace

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.evaluation.gage_of_runs import GageReading, gage_of_runs, readings_of
from rig.metrology.over_runs.gage import gage_study
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Judgement, Number, Result
from tests.evaluation.records import weighed

LIMIT = Limit("%", -5.0, 5.0)
ONE = GageReading("mean flow error", 0.0, "%", LIMIT, "plan[2]", "ES-1", "A", "bench", "2026-01-05", "run")
NUMBER = Number(1.5, 0.1, 2.0, 30.0, (), Judgement(0.2, 1.0, 0.0, 0.0))
RATES, OPERATORS, TRIALS = ("plan[2]", "plan[50]", "plan[900]"), ("A", "B"), 4


def study_of(rate_sd=1.0, operator_sd=0.2, trial_sd=0.1, seed=1):
    rng = np.random.default_rng(seed)
    rates, operators = rate_sd * np.array([-2.0, 0.5, 3.0]), operator_sd * rng.normal(size=len(OPERATORS))
    return [
        replace(ONE, plan=rate, operator=operator, value=float(rates[i] + operators[j] + trial_sd * rng.normal()))
        for i, rate in enumerate(RATES)
        for j, operator in enumerate(OPERATORS)
        for _ in range(TRIALS)
    ]


def test_what_differs_are_the_parts_and_the_appraisers():
    found = gage_of_runs(study_of())
    assert (found.part, found.parts) == ("plan", RATES)
    assert (found.appraiser, found.appraisers, found.trials) == ("operator", OPERATORS, TRIALS)


def test_the_study_is_that_of_the_crossed_readings():
    readings = study_of()
    crossed = np.asarray([one.value for one in readings]).reshape(len(RATES), len(OPERATORS), TRIALS)
    assert gage_of_runs(readings).study == gage_study(crossed)


def test_a_rig_that_scatters_as_its_parts_differ_is_found_not_fit():
    assert gage_of_runs(study_of()).study.ndc >= 5
    assert gage_of_runs(study_of(rate_sd=0.1, trial_sd=0.5)).study.grr_percent > 30.0


def test_a_part_that_one_of_them_did_not_repeat_is_left_out_and_named():
    readings = [one for one in study_of() if (one.plan, one.operator) != ("plan[900]", "B")]
    found = gage_of_runs(readings)
    assert found.parts == RATES[:2]
    assert any("plan[900]" in one for one in found.left_out)


def test_repeats_beyond_the_fewest_are_left_out_and_counted():
    found = gage_of_runs([*study_of(), replace(ONE, value=9.0)])
    assert (found.trials, found.left_out) == (TRIALS, ("1 repeats beyond 4 of a kind",))


def test_where_one_measured_alone_repeatability_is_all_that_is_known():
    alone = [one for one in study_of() if one.operator == "A"]
    found = gage_of_runs(alone)
    assert found.study is None
    assert "reproducibility is not known" in found.why_not
    low, high = found.repeatability.interval
    assert low < 0.1 < high


def test_repeats_are_pooled_over_what_each_kind_scatters_about_its_own_mean():
    """Three kinds of two that differ by 1: a sum of squares of 1.5 over three, and χ² with three of a table."""
    alone = [replace(ONE, plan=rate, value=value) for rate in RATES for value in (0.0, 1.0)]
    found = gage_of_runs(alone).repeatability
    assert (found.s, found.dof) == (pytest.approx(0.5**0.5), 3)
    assert found.interval == pytest.approx(((1.5 / 9.34840) ** 0.5, (1.5 / 0.215795) ** 0.5), rel=1e-5)


def test_the_tolerance_is_that_of_the_one_limit():
    assert gage_of_runs(study_of()).tolerance == 10.0
    several = [replace(one, limit=Limit("%", -1.0, 1.0)) if one.plan == RATES[0] else one for one in study_of()]
    assert gage_of_runs(several).tolerance is None


@pytest.mark.parametrize(
    "readings, claim, words",
    [
        ([], "", "hold no number that is valid"),
        ([*study_of(), replace(ONE, claim="volume error")], "", "say --claim"),
        (study_of(), "mean flow eror", "did you mean 'mean flow error'"),
        ([*study_of(), replace(ONE, unit="ppm")], "", "it cannot be compared"),
        ([ONE, replace(ONE, plan="plan[50]")], "", "nothing was repeated"),
    ],
)
def test_what_makes_no_study_is_said(readings, claim, words):
    with pytest.raises(SeriesError, match=words):
        gage_of_runs(readings, claim)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process is set by tzset")
@pytest.mark.parametrize("zone", ["UTC0", "WEST12", "EAST-12"])
def test_the_day_of_a_run_is_that_of_utc_wherever_it_is_read(tmp_path, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
            result = Result("plan", (), Recipe("mean flow error", {}, 0, 1), "%", "PASS", number=NUMBER)
            record.result("mean flow error", result)
            with record.reader() as reader:
                (found,), begun_ns = readings_of(reader), reader.start().begun_utc_ns
    finally:
        monkeypatch.undo()
        time.tzset()
    # At any moment it is another day twelve hours to the west or to the east.
    assert (found.day, found.value) == (time.strftime("%Y-%m-%d", time.gmtime(begun_ns // 10**9)), 1.5)
