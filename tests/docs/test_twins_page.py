"""docs/twins.md: the clients on the page, which know nothing of the rig, reach the twins that `rig twins` hosts."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from instruments.hosting.twins_process import host_until
from rig.bench_file.reading import load_bench_file
from rig.clock import WallClock
from tests.docs.pages import DOCS, ROOT, files_in
from tests.patience import patient

FILES = files_in(DOCS / "twins.md")
PAGES_SUPPLY_PORT = 21004


@pytest.fixture
def hosted(tmp_path):
    """The mocked bench's twins below a folder, on ports of the system's choice; its supply's port."""
    ended, said, ready = threading.Event(), [], threading.Event()

    def say(line):
        said.append(line)
        if "bench.toml" in line:
            ready.set()

    words = (
        ended,
        load_bench_file(ROOT / "benches/mocked.toml"),
        WallClock(),
        tmp_path / "twins",
        0,
        patient(60.0),
        say,
    )
    with ThreadPoolExecutor(1) as thread:
        hosting = thread.submit(host_until, *words)
        hosting.add_done_callback(lambda _: ready.set())
        try:
            assert ready.wait(patient(30))
            assert not hosting.done(), hosting.exception()
            (supply,) = (line for line in said if line.startswith("supply"))
            yield int(supply.split("::")[2])
        finally:
            ended.set()


@pytest.mark.parametrize(
    "name, answer", [("balance_client.py", "S S   30.00"), ("supply_client.py", "RIG,TWIN-SUPPLY")]
)
def test_a_client_that_knows_nothing_of_the_rig_is_answered(hosted, children, tmp_path, name, answer):
    (tmp_path / name).write_text(FILES[name].replace(str(PAGES_SUPPLY_PORT), str(hosted)), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = children.run([sys.executable, name], cwd=tmp_path, env=environment)
    assert done.stdout.startswith(answer), done.stderr
