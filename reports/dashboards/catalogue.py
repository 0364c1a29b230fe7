"""All dashboards, by the folder that they stand in."""

from dataclasses import dataclass

from reports.dashboards import accuracy, health, live, run, runs, trend
from reports.dashboards.model import Dashboard


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in Grafana: its uid (which no dashboard may have), its title, and its directory in the tree."""

    uid: str
    title: str
    directory: str
    dashboards: tuple[Dashboard, ...]


FOLDERS = (
    Folder("pump-rig-folder-runs", "Pump rig: runs", "runs", (runs.DASHBOARD, live.DASHBOARD, run.DASHBOARD)),
    Folder(
        "pump-rig-folder-laboratory",
        "Pump rig: laboratory",
        "laboratory",
        (accuracy.DASHBOARD, trend.DASHBOARD, health.DASHBOARD),
    ),
)
DASHBOARDS = tuple(dashboard for folder in FOLDERS for dashboard in folder.dashboards)
