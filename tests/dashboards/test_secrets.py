"""What containers are given they can read whatever the umask, and nobody is given more than that."""

import os
import re
import stat
import sys

import pytest

from tests.docs.pages import DOCS, ROOT
from tests.processes import children

SECTION = (DOCS / "dashboards.md").read_text(encoding="utf-8").partition("## Start InfluxDB")[2].partition("\n## ")[0]
# Up to where the rig is told: what makes the secrets.
COMMANDS = "".join(re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)[:2])
GIVEN = set(re.findall(r"file: \./secrets/(\S+)", (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")))
# Stands in for the containers: the token that InfluxDB would make.
DOCKER = """#!/bin/sh
case "$*" in *"auth create"*) echo '{"token": "a token"}';; esac
"""


def run_under(umask, words, folder, **environment):
    """Run a command with a umask of its own; fail when it does."""
    shell = ["/bin/sh", "-c", f'umask {umask}; exec "$@"', "sh", *words]
    with children() as started:
        done = started.run(shell, cwd=folder, env={**os.environ, **environment}, idle_s=60)
    assert done.returncode == 0, done.stdout + done.stderr


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module", params=["077", "000"])
def secrets(request, tmp_path_factory):
    """Make the secrets by the commands of the page; return their folder."""
    folder = tmp_path_factory.mktemp("secrets")
    docker = folder / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    place = f"{docker.parent}{os.pathsep}{os.environ['PATH']}"
    run_under(request.param, ["/bin/sh", "-e", "-c", COMMANDS], folder, PATH=place)
    return folder / "deploy/secrets"


def test_the_commands_of_the_page_make_every_secret_that_containers_are_given(secrets):
    assert {path.name for path in secrets.iterdir()} == GIVEN | {"rig_influx_token"}
    assert all(path.read_text().strip() for path in secrets.iterdir())


def test_containers_can_read_what_they_are_given(secrets):
    assert {name for name in GIVEN if mode(secrets / name) & stat.S_IROTH} == GIVEN


def test_nobody_else_comes_to_the_secrets(secrets):
    assert mode(secrets) == 0o700


def test_the_rigs_own_token_is_for_its_owner_alone(secrets):
    assert mode(secrets / "rig_influx_token") == 0o600


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Write the tree with a umask that keeps everybody out, into a folder that is there."""
    out = tmp_path_factory.mktemp("grafana")
    words = [sys.executable, "-m", "commands", "dashboards", "--out", str(out)]
    run_under("077", words, out, PYTHONPATH=str(ROOT))
    return out


def test_grafana_can_read_every_file_of_the_tree(tree):
    assert {mode(path) for path in tree.rglob("*") if path.is_file()} == {0o644}


def test_grafana_can_enter_every_folder_of_the_tree(tree):
    assert {mode(path) for path in tree.rglob("*") if path.is_dir()} == {0o755}


def test_the_folder_that_the_tree_is_in_stays_as_it_was(tree):
    assert mode(tree) == 0o700
