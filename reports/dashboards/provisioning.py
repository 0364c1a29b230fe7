"""The tree that Grafana provisions itself from: data source, folders and dashboards.

Nothing secret stands in it: address and bucket come from the environment of Grafana's process, the token from a file
that only this process reads.
"""

from collections.abc import Iterator
from pathlib import Path

from reports.dashboards.catalogue import FOLDERS
from reports.dashboards.render import DATA_SOURCE_NAME, DATA_SOURCE_UID, dashboard_text
from rig.errors import ExportError
from rig.record.export import written_whole

# Where the tree stands in Grafana's container: provisioning/ is read at start, dashboards/ watched.
DASHBOARDS_DIRECTORY = "/etc/pump-rig/dashboards"
TOKEN_FILE = "/run/secrets/grafana_influx_token"  # noqa: S105 - the name of a file

_HEAD = "# Written by `rig dashboards`: change reports/dashboards/ and write it anew.\napiVersion: 1\n"
_DATA_SOURCE = f"""{_HEAD}
datasources:
  - name: {DATA_SOURCE_NAME}
    uid: {DATA_SOURCE_UID}
    type: influxdb
    access: proxy
    isDefault: true
    editable: false
    url: $RIG_INFLUX_URL
    jsonData:
      # {{comment}}
      version: InfluxQL
      dbName: $RIG_INFLUX_DATABASE
      httpMode: POST
      timeInterval: 1s
      httpHeaderName1: Authorization
    secureJsonData:
      httpHeaderValue1: Token $__file{{{{{TOKEN_FILE}}}}}
"""
# What is to be known of the database, by the main version of InfluxDB.
_COMMENTS = {
    1: "On 1.x a database, its default policy; the token's file holds user:password.",
    2: "InfluxQL is what 1.x and 2.x both answer; `rig dashboards` says which bucket a database of 2.x is.",
}
# Containers read the tree as a user of their own, whatever the umask of whoever writes it. There is no secret in it.
_FILE_MODE, _SEARCHABLE = 0o644, 0o055
_PROVIDER = """
  - name: pump-rig-{directory}
    folder: "{title}"
    folderUid: {uid}
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: {root}/{directory}
"""


def files(influxdb: int = 2) -> Iterator[tuple[str, str]]:
    """Yield each file of the tree for a main version of InfluxDB: its path with forward slashes, and its text."""
    yield "provisioning/datasources/pump-rig.yaml", _DATA_SOURCE.format(comment=_COMMENTS[influxdb])
    providers = "".join(
        _PROVIDER.format(uid=folder.uid, title=folder.title, directory=folder.directory, root=DASHBOARDS_DIRECTORY)
        for folder in FOLDERS
    )
    yield "provisioning/dashboards/pump-rig.yaml", f"{_HEAD}\nproviders:{providers}"
    for folder in FOLDERS:
        for dashboard in folder.dashboards:
            yield f"dashboards/{folder.directory}/{dashboard.uid}.json", dashboard_text(dashboard)


def write_tree(directory: Path, influxdb: int = 2) -> tuple[Path, ...]:
    """Write the tree for a main version of InfluxDB into `directory` and return its files.

    Each file appears whole or not at all, and everybody may read it; dashboards that are no longer defined are taken
    away. Raises ExportError.
    """
    written = []
    for name, text in files(influxdb):
        path = directory / name
        with written_whole(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
            temporary.chmod(_FILE_MODE)
            for part in Path(name).parents[:-1]:
                _make_searchable(directory / part)
        written.append(path)
    _clear(directory, set(written))
    return tuple(written)


def _make_searchable(folder: Path) -> None:
    mode = folder.stat().st_mode
    if mode & _SEARCHABLE != _SEARCHABLE:
        folder.chmod(mode | _SEARCHABLE)


def _clear(directory: Path, written: set[Path]) -> None:
    for folder in FOLDERS:
        for path in (directory / "dashboards" / folder.directory).glob("*.json"):
            if path not in written:
                try:
                    path.unlink()
                except OSError as error:
                    raise ExportError(f"{path} is no longer defined and could not be deleted: {error}") from error
