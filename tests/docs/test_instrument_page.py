"""docs/adding-an-instrument.md, typed in as it stands, works: typed, on the real wire, under contract, in a plan."""

import importlib
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from instruments.hosting.faults import Late
from instruments.hosting.host import TwinHost
from instruments.hosting.tcp_host import TcpHost
from instruments.hosting.wire import Wire
from instruments.plant.laboratory import Laboratory, Parameters
from rig.bench_file.reading import load_bench_file
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import NoReplyError
from rig.record.folder import list_runs
from rig.record.reader import RecordReader
from tests.docs.pages import DOCS, README, ROOT, files_in, run_plans, run_pytest, write_files
from tests.fixtures.plan_support import claimed
from tests.patience import patient

FILES = files_in(DOCS / "adding-an-instrument.md")
EPOCH_NS = 1_767_600_000_000_000_000
BENCH = "benches/ascii.toml"
# What lies in instruments/ of a clone: here it comes from elsewhere.
OVERLAY = '''"""Adds the page's folder to instruments/."""

from pathlib import Path

import instruments

instruments.__path__.append(str(Path(__file__).parent / "instruments"))
'''


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    """A project with the page's files where the page puts them."""
    folder = tmp_path_factory.mktemp("inside")
    ours = ("conftest.py", "test_plans/limits.toml", "test_plans/requirements.toml", "tests/instruments/conftest.py")
    write_files({name: (ROOT / name).read_text(encoding="utf-8") for name in ours}, folder)
    write_files(FILES | {"overlay.py": OVERLAY}, folder)
    return folder


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A folder of one's own: the package, the firmware and a bench file that names them by module and class."""
    folder = tmp_path_factory.mktemp("outside")
    package = {name.removeprefix("instruments/"): text for name, text in FILES.items() if "instruments/asc" in name}
    bench = FILES[BENCH].replace('"ascii_balance"', '"ascii_balance.driver:Driver"')
    own = {name: text for name, text in package.items() if not name.startswith("tests/")}
    firmware = {name: FILES[name] for name in ("slipping.py", "defects.py")}
    write_files(own | firmware | {"ascii.toml": bench}, folder)
    return folder


@pytest.fixture
def importable(outside, monkeypatch):
    """The folder on Python's path, forgotten afterwards."""
    monkeypatch.syspath_prepend(outside)
    yield outside
    for name in [name for name in sys.modules if name.split(".")[0] in ("ascii_balance", "slipping")]:
        del sys.modules[name]


def test_the_page_holds_every_file_it_lists():
    listed = (DOCS / "adding-an-instrument.md").read_text(encoding="utf-8").split("```")[1]
    assert {line.split()[0] for line in listed.strip().splitlines()} <= set(FILES)


def test_the_example_is_in_the_projects_style(outside, inside, children):
    config = ["--config", str(ROOT / "pyproject.toml")]
    for words in (["check", *config, str(outside)], ["format", "--check", *config, str(outside), str(inside)]):
        done = children.run([sys.executable, "-m", "ruff", *words])
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_is_strictly_typed(outside, children):
    words = ["-m", "mypy", "-p", "ascii_balance", "-m", "slipping", "-m", "defects"]
    environment = {**os.environ, "MYPYPATH": str(outside)}
    done = children.run([sys.executable, *words], cwd=ROOT, env=environment, idle_s=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_driver_weighs_the_twins_beaker_over_the_real_wire(importable):
    bench_file = load_bench_file(importable / "ascii.toml")
    clock = VirtualClock(bench_file.epoch_ns)
    host = TwinHost(bench_file, clock, 1)
    entry = next(entry for entry in bench_file.instruments if entry.name == "balance")
    journal = []
    try:
        settings = entry.settings.model_copy(update={"port": host.ports["balance"]})
        driver = entry.driver("balance", settings, DriverContext(clock, journal.append))
        before = driver.read_mass()
        driver.tare()
        clock.wait_s(60)
        block = driver.read_block()
        driver.close()
    finally:
        host.close()
    assert before.mass_mg == pytest.approx(30_000, abs=1)
    assert block.columns["mass"] == pytest.approx([0], abs=1)
    assert block.t_ns.tolist() == [before.t_ns + 60 * 10**9]
    assert [told.verb for told in journal] == ["tare"]


def test_the_rig_finds_what_lies_in_the_current_folder(outside, children):
    rig = shutil.which("rig", path=str(Path(sys.executable).parent))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    words = [rig, "bench", "connect", "ascii.toml"]
    done = children.run(words, cwd=outside, env=environment)
    assert "balance (balance): Example Balances AB-220, 0012345" in done.stdout, done.stderr


def test_a_late_answer_is_not_taken_for_the_next_one(importable):
    twins = importlib.import_module("ascii_balance.twin")
    drivers = importlib.import_module("ascii_balance.driver")
    clock = VirtualClock(EPOCH_NS)

    twin, wire = (
        twins.Twin("balance", twins.AsciiBalanceParameters(), Laboratory(Parameters(), clock, seed=1)),
        Wire(clock),
    )
    host = TcpHost("balance", twin, wire=wire)
    try:
        settings = drivers.AsciiBalanceSettings(port=host.port, timeout_s=patient(0.2))
        driver = drivers.Driver("balance", settings, DriverContext(clock, lambda _: None))
        wire.fail(Late(5, answers=1))
        with pytest.raises(NoReplyError):
            driver.read_mass()
        clock.wait_s(5)
        driver.tare()
        assert driver.read_mass().mass_mg == pytest.approx(0, abs=1)
        driver.close()
    finally:
        host.close()


def test_the_contract_and_the_pages_own_tests_hold(inside):
    contract = str(ROOT / "tests/instruments/test_every_instrument.py")
    words = ["-p", "overlay", "-c", str(ROOT / "pyproject.toml"), contract, "tests/instruments", "-k", "ascii_balance"]
    code, output = run_pytest(inside, *words, "-v", path=(inside,))
    assert code == 0, output
    for said in ("over_the_real_wire[ascii_balance] PASSED", "garbage-ascii_balance] PASSED", "line_is_read PASSED"):
        assert said in output


def test_the_pages_plan_and_the_readmes_pass_on_the_pages_bench(inside):
    write_files({"test_plans/test_mine.py": readmes_plan()}, inside)
    words = ["test_plans", "--bench", BENCH, "-k", "ascii or 1000"]
    code, output = run_plans(inside, "-p", "overlay", *words)
    assert code == 0, output
    (run,) = list_runs(inside / "runs")
    with RecordReader(run.path) as reader:
        assert [result.verdict for result in claimed(reader)] == ["PASS", "PASS"]


def readmes_plan():
    (plan,) = (block for block in README.read_text(encoding="utf-8").split("```python\n") if "def test_" in block)
    return plan.split("```")[0]


PAGE = (DOCS / "adding-an-instrument.md").read_text(encoding="utf-8")
(PARTS,) = re.findall(r"^parts = \{.*\}$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("twin", ['firmware = "slipping:SlippingFirmware"', PARTS], ids=["whole firmware", "parts"])
def test_a_plan_finds_the_fault_in_the_pages_firmware(inside, outside, tmp_path, twin):
    bench = (outside / "ascii.toml").read_text(encoding="utf-8")
    ours = ("conftest.py", "test_plans/limits.toml", "test_plans/requirements.toml")
    write_files({name: (ROOT / name).read_text(encoding="utf-8") for name in ours}, tmp_path)
    write_files({"faulty.toml": f"{bench}\n[instruments.pump.twin]\n{twin}\n"}, tmp_path)
    write_files({"test_ascii.py": FILES["test_plans/test_ascii.py"]}, tmp_path)
    code, output = run_plans(tmp_path, "test_ascii.py", "--bench", "faulty.toml", path=(outside,))
    assert code == 1, output
    (run,) = list_runs(tmp_path / "runs")
    with RecordReader(run.path) as reader:
        (result,) = claimed(reader)
    assert result.verdict == "FAIL"
    assert result.number.value == pytest.approx(-10.0, abs=0.3)
