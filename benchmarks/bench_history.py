"""What a laboratory's history costs: 10,000 runs of 20 results that are read, listed, filtered and compared."""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.bench_record import RESULT
from benchmarks.table import Row
from commands.main import main
from reports.history.other_runs import look_again
from reports.index.page import write_index
from rig.clock import NS_PER_S, VirtualClock, machine_utc_ns, stopwatch_ns
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Dut, Start
from rig.record.chain import GENESIS, entry_hash
from rig.record.overview import overview
from rig.record.schema import canonical_json
from rig.record.writer import RunRecord

RUNS = 10_000
PUMPS = 500
RESULTS = 20
_BEGIN_NS = 1_767_225_600 * NS_PER_S
_PLAN = RESULT.plan


def rows() -> Iterator[Row]:
    """Read the folder once, and then ask of it what people, sessions and bundles ask."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        runs = Path(folder) / "runs"
        newest = _ten_thousand(runs)
        for words, limit in (("the first time", "≤ 60 s"), ("once more", "≤ 1 s")):
            yield _taken(f"a line for each of 10,000 runs, {words}", limit, lambda: overview(runs, rest_ns=0))
        yield _taken(
            "the page of all 10,000 runs, as after each session", "≤ 1 s", lambda: write_index(runs, rest_ns=0)
        )
        now_ns = machine_utc_ns()
        what = "other runs of a pump, and where 20 numbers stand among 200,000"
        yield _taken(what, "", lambda: look_again(newest, (), now_ns, 200))
        for words in (
            ["runs", "--dut", "P-0007", "--runs", str(runs)],
            ["history", str(runs), "--dut", "P-0007"],
            ["history", str(runs), "--dut", "P-0007", "--result", "mean flow error"],
        ):
            said = " ".join(word for word in words if word != str(runs)).removesuffix(" --runs")
            yield _taken(f"rig {said} of 10,000", "≤ 1 s", lambda words=words: _quietly(words))


def _ten_thousand(runs: Path) -> Path:
    """Write the runs, each with a chain of its own, and return the newest."""
    start = Start("table", "physical", "wall", dut=Dut("ITP-1", "P-0000"), operator="A. Operator", selected=(_PLAN,))
    with RunRecord.create(runs, "run-00000", start, _BEGIN_NS, VirtualClock(_BEGIN_NS)) as record:
        for _ in range(RESULTS):
            record.result("mean flow error", RESULT)
        record.stop(Stop("FINISHED", selected=(_PLAN,)))
    for number in range(1, RUNS):
        _another(record.path, record.path.with_name(f"run-{number:05}.rig.db"), number)
    return record.path.with_name(f"run-{RUNS - 1:05}.rig.db")


def _another(record: Path, out: Path, number: int) -> None:
    """Write a copy of a record that began later, of another pump: all hashes of its chain are made anew."""
    shutil.copyfile(record, out)
    connection = sqlite3.connect(out)
    connection.execute("PRAGMA synchronous = OFF")
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    previous = GENESIS
    entries = connection.execute("SELECT seq, t_ns, kind, name, body, data FROM entry ORDER BY seq").fetchall()
    for seq, t_ns, kind, name, text, data in entries:
        body = text
        if kind == "start":
            said = json.loads(text)
            said["begun_utc_ns"] = _BEGIN_NS + number * NS_PER_S
            said["dut"]["serial"] = f"P-{number % PUMPS:04}"
            body = canonical_json(said, "a start")
        previous = entry_hash(previous, seq, t_ns, kind, name, body, data)
        connection.execute("UPDATE entry SET body = ?, hash = ? WHERE seq = ?", (body, previous, seq))
    for _, guard in guards:
        connection.execute(guard)
    connection.commit()
    connection.close()


def _quietly(words: list[str]) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        main(words)
    if "P-0007" not in said.getvalue():
        raise AssertionError(f"{words} says nothing of the pump: {said.getvalue()[:200]}")


def _taken(what: str, limit: str, do: Callable[[], object]) -> Row:
    begun_ns = stopwatch_ns()
    do()
    return Row(what, (stopwatch_ns() - begun_ns) / NS_PER_S, "s", limit, "-")
