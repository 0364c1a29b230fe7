"""What a person meets on a dashboard: panels that explain themselves, side by side and not on top of each other."""

import json
import re
from itertools import combinations

import pytest

from instruments.intrathecal_pump.codes import Alarm
from instruments.intrathecal_pump.readings import CHANNELS
from reports.dashboards import appearance as looks
from reports.dashboards.catalogue import DASHBOARDS, FOLDERS
from reports.dashboards.model import COLUMNS, Expression, Query
from reports.dashboards.render import dashboard_json
from rig.capabilities import PumpState

EACH = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
PANELS = pytest.mark.parametrize(
    "panel", [pytest.param(panel, id=f"{one.uid}-{panel.title}") for one in DASHBOARDS for panel in one.panels]
)
NAMED = re.compile(r"\$\{(\w+):\w+\}")


@PANELS
def test_a_panel_says_what_it_shows_in_which_unit_and_what_it_means_when_empty(panel):
    assert panel.title
    assert len(panel.description) > 20
    assert panel.unit
    assert panel.no_data


def cells_of(dashboard):
    """Return the cells (x, y) that each panel and each heading takes."""
    for panel in dashboard_json(dashboard)["panels"]:
        at = panel["gridPos"]
        yield {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}


@EACH
def test_panels_never_overlap(dashboard):
    assert not [one & other for one, other in combinations(cells_of(dashboard), 2) if one & other]


@EACH
def test_every_line_of_the_grid_is_full(dashboard):
    taken = set().union(*cells_of(dashboard))
    height = max(y for _, y in taken) + 1
    assert taken == {(x, y) for x in range(COLUMNS) for y in range(height)}


@EACH
def test_a_panels_values_are_wide_enough_to_be_read(dashboard):
    assert all(panel.width >= 3 and panel.height >= 4 for panel in dashboard.panels)


@EACH
def test_titles_on_a_page_are_all_different(dashboard):
    titles = [(panel.kind, panel.title) for panel in dashboard.panels]
    assert len(set(titles)) == len(titles)


@EACH
def test_every_variable_in_a_query_is_one_of_the_pages_own(dashboard):
    written = json.dumps(dashboard_json(dashboard))
    assert set(NAMED.findall(written)) <= {variable.name for variable in dashboard.variables}


@EACH
def test_a_variable_depends_only_on_those_before_it(dashboard):
    known = set()
    for variable in dashboard.variables:
        assert set(NAMED.findall(variable.query)) <= known
        known.add(variable.name)


@EACH
def test_a_reader_sees_whether_pumps_are_mocked_or_physical(dashboard):
    assert dashboard.variables[0].name == "source"


@PANELS
def test_expressions_refer_to_what_the_panel_asks(panel):
    names = [asked.name for asked in panel.queries]
    for number, asked in enumerate(panel.queries):
        if isinstance(asked, Expression):
            meant = {asked.text} if asked.reducer else set(re.findall(r"\$(\w+)", asked.text))
            assert meant <= set(names[:number])


@EACH
def test_each_query_of_a_panel_has_a_name_of_its_own(dashboard):
    for panel in dashboard_json(dashboard)["panels"]:
        names = [target["refId"] for target in panel.get("targets", ())]
        assert len(set(names)) == len(names)


@PANELS
def test_a_query_asks_for_a_span_of_time(panel):
    # Without one, InfluxDB 3 looks at the last day only and 1.x at everything.
    for asked in panel.queries:
        if isinstance(asked, Query):
            assert "$timeFilter" in asked.text or "time > 0" in asked.text


def test_addresses_are_all_different_and_short_enough_for_grafana():
    uids = [dashboard.uid for dashboard in DASHBOARDS] + [folder.uid for folder in FOLDERS]
    assert all(len(uid) <= 40 for uid in uids)
    assert len(set(uids)) == len(uids)  # folders too: Grafana keeps both in one table


def test_pages_lead_to_pages_that_exist():
    uids = {dashboard.uid for dashboard in DASHBOARDS}
    led_to = set(re.findall(r'"/d/([\w-]+)', json.dumps([dashboard_json(one) for one in DASHBOARDS])))
    assert led_to <= uids


def test_the_words_for_states_and_alarms_are_those_of_the_pump():
    meanings = {channel.name: channel.meaning for channel in CHANNELS}
    alarms = dict(re.findall(r"(\d+) ([a-z ]+)", meanings["alarms"]))
    for bit, name in looks.PUMP_ALARMS.items():
        assert name.endswith(alarms[str(bit)])
    assert [text for text, _ in looks.PUMP_STATES.values()] == [state.value for state in PumpState]


def test_several_alarms_at_once_have_a_word():
    options = looks.pump_alarms()["options"]
    assert options["5"]["text"] == "reservoir low + battery low"
    assert options["0"]["text"] == "none"
    assert {str(mask) for mask in range(32)} <= options.keys()


def test_each_alarm_of_the_simulated_pump_has_a_word():
    options = looks.pump_alarms()["options"]
    for alarm in Alarm:
        assert options[str(int(alarm))]["text"].split() == alarm.name.lower().split("_")
