"""The dashboards against Grafana's own model, as its foundation SDK has it."""

import json

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from reports.dashboards.catalogue import DASHBOARDS
from reports.dashboards.render import dashboard_json
from tests.dashboards.typed import lost, mistyped

register_default_plugins()

EACH = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)


def through_the_model(written):
    """Return what Grafana's model makes of a dashboard."""
    return json.loads(JSONEncoder().encode(Dashboard.from_json(written)))


@EACH
def test_grafanas_model_knows_every_key_and_keeps_every_value(dashboard):
    written = dashboard_json(dashboard)
    kept = through_the_model(written)
    for ours, theirs in zip(written["annotations"]["list"], kept["annotations"]["list"], strict=True):
        # Each data source puts a query of its own there, which the model of 11.6 leaves open.
        theirs["target"] = ours["target"]
    assert list(lost(written, kept)) == []


@EACH
def test_every_value_has_the_type_of_grafanas_model(dashboard):
    assert list(mistyped(Dashboard.from_json(dashboard_json(dashboard)), "dashboard")) == []


def test_the_comparison_sees_a_key_that_grafana_does_not_know():
    written = dashboard_json(DASHBOARDS[0])
    written["panels"][0]["colour"] = "red"
    assert list(lost(written, through_the_model(written))) == [".panels[0].colour"]


@pytest.mark.parametrize("wrong", ["wide", None, True, 1.5])
def test_the_comparison_sees_a_value_of_another_type(wrong):
    written = dashboard_json(DASHBOARDS[0])
    written["panels"][1]["gridPos"]["w"] = wrong
    assert list(mistyped(Dashboard.from_json(written), "d")) == [("d.panels[1].grid_pos.w", wrong)]


def test_the_comparison_sees_a_word_that_is_no_choice():
    written = dashboard_json(DASHBOARDS[0])
    written["panels"][1]["options"]["cellHeight"] = "huge"
    assert list(mistyped(Dashboard.from_json(written), "d")) == [("d.panels[1].options.cell_height", "huge")]
