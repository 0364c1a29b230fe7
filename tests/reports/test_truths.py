"""The page of a plan has its three truths in one table, with the figures that the evaluation has."""

import re

import numpy as np
import pytest

from reports.facts.run_reading import read_run
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.agreement import AGREEMENT
from rig.record.bodies.events import PlanBegins, PlanEnds, ZeroFlow
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.reports.records import EPOCH_NS, HOUR_NS, MINUTE_NS, PLAN, Z_UL_MG
from tests.reports.written import page_of

HOURS = 12
RATE_UL_H = 20.0


def delivered_ul(hour):
    """20 µL/h from 4 h on for 4 h."""
    return RATE_UL_H * np.clip(hour - 4, 0, 4)


def run_of(write, *, weighed=1.0, orders=True):
    scribe = write()
    t_ns = EPOCH_NS + np.arange(HOURS * 60 + 1) * MINUTE_NS
    hours = np.arange(HOURS * 60 + 1) / 60
    noise = np.random.default_rng(1).normal(0, 0.001, len(hours))
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=1000 + weighed * delivered_ul(hours) / Z_UL_MG + noise)
    scribe.stream("pump", {"delivered": "µL"}, t_ns, delivered=delivered_ul(hours))
    scribe.record.event(ZeroFlow(EPOCH_NS, EPOCH_NS + 4 * HOUR_NS))
    scribe.clock.wait_s(4 * 3600)
    scribe.record.event(PlanBegins(PLAN, ("ACC-001",)))
    if orders:
        scribe.tell_pump("run_continuous", rate_ul_h=RATE_UL_H)
    scribe.clock.wait_s(4 * 3600)
    if orders:
        scribe.tell_pump("stop")
    scribe.clock.wait_s(4 * 3600)
    scribe.record.event(ZeroFlow(EPOCH_NS + 8 * HOUR_NS, EPOCH_NS + 12 * HOUR_NS))
    scribe.record.event(PlanEnds(PLAN))
    return scribe


def another_plan(scribe):
    """Let a plan of five times the rate follow, in the same run."""
    t_ns = EPOCH_NS + np.arange(HOURS * 60 + 1, 2 * HOURS * 60 + 1) * MINUTE_NS
    since = np.clip(np.arange(1, HOURS * 60 + 1) / 60 - 4, 0, 4) * 5 * RATE_UL_H
    scribe.record.samples("balance", Block(t_ns, {"mass": 1000 + (80 + since) / Z_UL_MG}))
    scribe.record.samples("pump", Block(t_ns, {"delivered": 80 + since}))
    scribe.clock.wait_s(4 * 3600)
    scribe.record.event(PlanBegins(PLAN.replace("slow", "fast"), ()))
    scribe.tell_pump("run_continuous", rate_ul_h=5 * RATE_UL_H)
    scribe.clock.wait_s(4 * 3600)
    scribe.tell_pump("stop")
    scribe.clock.wait_s(4 * 3600)
    scribe.record.event(ZeroFlow(EPOCH_NS + 20 * HOUR_NS, EPOCH_NS + 24 * HOUR_NS))
    scribe.record.event(PlanEnds(PLAN.replace("slow", "fast")))
    return scribe


def claim_agreement(scribe):
    """Let the plan's agreement be settled, as every plan's is."""
    with scribe.reader as reader:
        span = EPOCH_NS + 4 * HOUR_NS, EPOCH_NS + 12 * HOUR_NS + 1
        result = settle(Asked(Recipe(AGREEMENT, {}, *span, reader.last_seq()), None, PLAN), reader)
    scribe.record.result(AGREEMENT, result)
    return scribe


def volumes_of(plan):
    return {row.name: (row.volume_ul, row.expanded_ul) for row in plan.graphs.truths.rows}


@pytest.mark.parametrize("claimed", [True, False], ids=["claimed", "no agreement"])
def test_a_plan_that_follows_changes_none_of_them(write, claimed):
    scribe = run_of(write)
    if claimed:
        claim_agreement(scribe)
    with scribe.reader as reader:
        (alone,) = read_run(reader).plans
    with another_plan(scribe).reader as reader:
        first, second = read_run(reader).plans
    assert volumes_of(first) == volumes_of(alone)
    assert volumes_of(second)["programme"][0] == pytest.approx(400.0)


def rows_of(scribe):
    with scribe.reader as reader:
        (plan,) = read_run(reader).plans
    return plan.graphs.truths


def test_each_truth_has_a_row(write):
    assert [row.name for row in rows_of(run_of(write)).rows] == [
        "programme",
        "count",
        "reservoir",
        "log",
        "weighed",
        "motor edges",
        "flow sensor",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "The three truths",
        "programme 80 µL –",
        "the pump's own books count 80 µL 0.00 %",
        "beside them motor edges – – nothing counts the motor's edges",
    ],
)
def test_the_page_shows_them(write, words):
    assert words in page_of(run_of(write)).text.replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_off_is_off_against_the_programme(write):
    weighed = next(row for row in rows_of(run_of(write, weighed=0.8)).rows if row.name == "weighed")
    assert weighed.off_percent == pytest.approx(-20.0, abs=0.1)


def test_what_contradicts_is_told_below_the_table(write):
    text = page_of(run_of(write, weighed=0.8)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "its books are not what was delivered" in text


@pytest.mark.parametrize(
    "weighed, words",
    [
        (1.0, r"All paths together: (79\.\d+|80\.\d+|80) ± \d"),
        (0.8, "All paths together: balance shows 16 µL less than"),
    ],
    ids=["they agree", "they do not"],
)
def test_what_all_paths_together_come_to_is_told_below_the_table(write, weighed, words):
    dut = {"model": "ITP-1", "serial": "0042", "stroke_ul": 0.5}
    text = page_of(run_of(lambda: write(dut=dut), weighed=weighed)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(words, text)


def test_a_plan_that_delivered_nothing_has_no_truths(write):
    assert rows_of(run_of(write, orders=False)) is None


def test_the_page_has_the_figures_of_the_claim(write):
    scribe = run_of(write)
    recipe = Recipe("three truths", {}, EPOCH_NS + 4 * HOUR_NS, EPOCH_NS + 12 * HOUR_NS + 1)
    with scribe.reader as reader:
        claimed = settle(Asked(recipe, None), reader)
    weighed = next(row for row in rows_of(scribe).rows if row.name == "weighed")
    assert claimed.details["weighed"] == f"{weighed.volume_ul:.6g} µL ± {weighed.expanded_ul:.2g} µL"
