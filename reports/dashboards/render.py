"""Definitions to Grafana's dashboard JSON (schema 39: Grafana 11 and newer; older ones are not tested)."""

import json
from string import ascii_uppercase

from reports.dashboards.appearance import BLUE, thresholds
from reports.dashboards.layout import placed
from reports.dashboards.model import Annotation, Dashboard, Expression, Json, Panel, Query, Row, Variable

SCHEMA_VERSION = 39
TAG = "pump-rig"
# The uid of the provisioned data source, which dashboards propose first. They may be read from any other one.
DATA_SOURCE_UID = "pump-rig-influxdb"
DATA_SOURCE_NAME = "Pump rig InfluxDB"
ALL = "$__all"

_DATA_SOURCE = {"type": "influxdb", "uid": "${datasource}"}
_EXPRESSIONS = {"type": "__expr__", "uid": "__expr__"}
_LINK = {
    "title": "",
    "type": "link",
    "icon": "external link",
    "tooltip": "",
    "url": "",
    "tags": [],
    "asDropdown": False,
    "targetBlank": False,
    "includeVars": False,
    "keepTime": False,
}
_ON_LOAD, _ON_TIME_CHANGE = 1, 2


def dashboard_text(dashboard: Dashboard) -> str:
    """Return the file that Grafana reads."""
    return json.dumps(dashboard_json(dashboard), ensure_ascii=False, indent=2) + "\n"


def dashboard_json(dashboard: Dashboard) -> Json:
    """Return a dashboard as Grafana's model has it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": [TAG],
        "timezone": "utc",
        "editable": False,
        "graphTooltip": 1,
        "time": {"from": dashboard.span[0], "to": dashboard.span[1]},
        "timepicker": {},
        "refresh": dashboard.refresh,
        "schemaVersion": SCHEMA_VERSION,
        "panels": [
            _row(place.what, number, place.grid_pos)
            if isinstance(place.what, Row)
            else _panel(place.what, number, place.grid_pos)
            for number, place in enumerate(placed(dashboard.rows), 1)
        ],
        "templating": {"list": [_data_source_variable(), *map(_variable, dashboard.variables)]},
        "annotations": {"list": [_annotation(one) for one in dashboard.annotations]},
        "links": [*(_link_to(title, uid) for title, uid in dashboard.siblings), _links_to_others()],
    }


def _row(row: Row, number: int, grid_pos: Json) -> Json:
    return {"type": "row", "id": number, "title": row.title, "collapsed": False, "gridPos": grid_pos, "panels": []}


def _panel(panel: Panel, number: int, grid_pos: Json) -> Json:
    defaults: Json = {
        "unit": panel.unit,
        "noValue": panel.no_data,
        "color": {"mode": panel.colour()},
        "mappings": list(panel.mappings),
        "thresholds": panel.thresholds or thresholds("text" if panel.kind == "table" else BLUE),
        "custom": panel.custom(),
    }
    for key, value in (("decimals", panel.decimals), ("min", panel.low), ("max", panel.high)):
        if value is not None:
            defaults[key] = value
    written: Json = {
        "type": panel.kind,
        "id": number,
        "title": panel.title,
        "description": panel.description,
        "gridPos": grid_pos,
        "datasource": _DATA_SOURCE,
        "targets": [_target(asked, letter) for asked, letter in zip(panel.queries, ascii_uppercase, strict=False)],
        "fieldConfig": {"defaults": defaults, "overrides": list(panel.field_overrides())},
        "options": panel.options(),
    }
    if transformations := panel.all_transformations():
        written["transformations"] = list(transformations)
    if panel.min_interval:
        written["interval"] = panel.min_interval
    return written


def _target(asked: Query | Expression, letter: str) -> Json:
    if isinstance(asked, Query):
        return {
            "refId": asked.name or letter,
            "datasource": _DATA_SOURCE,
            "query": asked.text,
            "rawQuery": True,
            "resultFormat": "table" if asked.table else "time_series",
            "alias": asked.legend,
            "hide": asked.hidden,
        }
    common = {"refId": asked.name, "datasource": _EXPRESSIONS, "expression": asked.text, "hide": asked.hidden}
    if asked.reducer:
        # Points that are not numbers would make the whole mean none.
        return {**common, "type": "reduce", "reducer": asked.reducer, "settings": {"mode": "dropNN"}}
    return {**common, "type": "math"}


def _data_source_variable() -> Json:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": "InfluxDB",
        "description": "The data source that holds the rig's bucket, with InfluxQL as its query language.",
        "query": "influxdb",
        "current": {"text": DATA_SOURCE_NAME, "value": DATA_SOURCE_UID},
        "hide": 0,
        "refresh": _ON_LOAD,
        "multi": False,
        "includeAll": False,
    }


def _variable(variable: Variable) -> Json:
    written: Json = {
        "type": "query",
        "name": variable.name,
        "label": variable.label,
        "description": variable.description,
        "datasource": _DATA_SOURCE,
        "query": {"query": variable.query, "refId": f"variable-{variable.name}"},
        "refresh": _ON_TIME_CHANGE if variable.follows_time else _ON_LOAD,
        "sort": variable.order.value,
        "multi": variable.several,
        "includeAll": variable.every,
        "hide": 0,
    }
    if variable.every:
        # A run without a serial number has no such tag at all, which only this finds.
        written |= {"allValue": ".*", "current": {"text": "All", "value": ALL}}
    elif variable.proposed:
        written["current"] = {"text": variable.proposed, "value": variable.proposed}
    return written


def _annotation(annotation: Annotation) -> Json:
    return {
        "name": annotation.name,
        "enable": annotation.shown,
        "hide": False,
        "iconColor": annotation.colour,
        "datasource": _DATA_SOURCE,
        "target": {
            "refId": annotation.name,
            "query": annotation.query,
            "rawQuery": True,
            "fromAnnotations": True,
            "textColumn": "text",
            "tagsColumn": "severity",
        },
    }


def _link_to(title: str, uid: str) -> Json:
    """Return a link to a dashboard with the same variables, which takes along what was chosen and the span."""
    taken_along = {"includeVars": True, "keepTime": True}
    return _LINK | {"type": "link", "title": title, "url": f"/d/{uid}", "icon": "dashboard"} | taken_along


def _links_to_others() -> Json:
    return _LINK | {"type": "dashboards", "title": "Pump rig", "tags": [TAG], "asDropdown": True}
