"""The tree that Grafana provisions itself from: the committed one is the generated one, and holds no secret."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from commands import main as cli
from reports.dashboards.catalogue import DASHBOARDS
from reports.dashboards.provisioning import DASHBOARDS_DIRECTORY, TOKEN_FILE, files, write_tree
from rig.errors import ExportError

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = dict(files())


@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_what_is_generated(name):
    assert (DEPLOY / "grafana" / name).read_bytes() == FILES[name].encode(), "write it anew: rig dashboards"


def test_no_other_file_is_committed():
    tree = DEPLOY / "grafana"
    assert {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()} == set(FILES)


def test_every_dashboard_is_in_the_tree_once():
    uids = [json.loads(text)["uid"] for name, text in FILES.items() if name.endswith(".json")]
    assert sorted(uids) == sorted(dashboard.uid for dashboard in DASHBOARDS)


def test_the_token_is_read_from_a_file_and_the_address_from_the_environment():
    source = FILES["provisioning/datasources/pump-rig.yaml"]
    assert f"httpHeaderValue1: Token $__file{{{TOKEN_FILE}}}\n" in source
    assert "url: $RIG_INFLUX_URL\n" in source


def test_influxdb_1_is_read_by_its_database(tmp_path):
    assert cli.main(["dashboards", "--influxdb", "1", "--out", str(tmp_path)]) == 0
    source = (tmp_path / "provisioning/datasources/pump-rig.yaml").read_text(encoding="utf-8")
    assert "dbName: $RIG_INFLUX_DATABASE\n" in source
    assert f"httpHeaderValue1: Token $__file{{{TOKEN_FILE}}}\n" in source


def test_the_containers_find_what_the_tree_names():
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert f"./grafana/dashboards:{DASHBOARDS_DIRECTORY}:ro" in compose
    assert f"      - {Path(TOKEN_FILE).name}\n" in compose
    home = re.search(r"HOME_DASHBOARD_PATH: (\S+)", compose)[1]
    assert (DEPLOY / "grafana/dashboards" / Path(home).relative_to(DASHBOARDS_DIRECTORY)).is_file()


def test_every_secret_of_the_containers_is_a_file_that_git_ignores():
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    named = re.findall(r"file: (\S+)", compose)
    assert len(named) == 4
    assert all(name.startswith("./secrets/") for name in named)
    assert "*\n" in (DEPLOY / "secrets/.gitignore").read_text(encoding="utf-8")


def test_servers_are_reached_from_this_machine_only():
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    ports = re.findall(r'- "([\d.:]+)"', compose)
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_tree_is_written_and_what_is_no_longer_defined_goes(tmp_path):
    gone = tmp_path / "dashboards/runs/of-yesterday.json"
    gone.parent.mkdir(parents=True)
    gone.write_text("{}")
    written = write_tree(tmp_path)
    assert {path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8") for path in written} == FILES
    assert not gone.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ExportError, match="file"):
        write_tree(blocked)


def test_the_command_names_what_it_wrote(tmp_path, capsys):
    assert cli.main(["dashboards", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[: len(FILES)] == [str(tmp_path / name) for name in FILES]


def test_the_image_is_of_the_version_that_pages_are_held_against():
    pinned = re.search(r"GRAFANA_VERSION:-([\d.]+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))[1]
    held_against = version("grafana-foundation-sdk").partition("!")[2]
    assert pinned.split(".")[:2] == held_against.split(".")[:2]


def test_the_page_says_which_image_was_not_tried():
    pinned = re.search(r"GRAFANA_VERSION:-([\d.]+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))[1]
    page = (DEPLOY.parent / "docs/dashboards.md").read_text(encoding="utf-8")
    assert f"No Grafana was started with them, not {pinned} either" in page
