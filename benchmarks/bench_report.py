"""A day at 10 Hz as a report: the page, the document and the data, from one reading of the record."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.table import Row
from reports.evidence.bundle import write_bundle
from reports.evidence.verify import verify_bundle
from reports.faces import FACES, write_faces
from reports.facts.run_reading import read_run
from rig.channels import Channel
from rig.clock import NS_PER_S, VirtualClock, stopwatch_ns
from rig.evaluation.settle import Asked, settle
from rig.exchange import Exchange
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import OutcomeWord, PlanBegins, PlanEnds, PlanOutcome, WindowEnds, ZeroFlow
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.reports.records import EPOCH_NS, HOUR_NS, PLAN, Z_UL_MG, start_body

HZ, BLOCK_S = 10, 10
REST_H, DAY_H = 1, 24
RATE_UL_H = 41.7
_COLUMNS = {
    "balance": {"mass": "mg"},
    "flow": {"flow": "µL/h", "temperature": "°C"},
    "pump": {"delivered": "µL", "battery": "V"},
    "daq": {f"channel_{number}": "V" for number in range(8)},
}


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = write_day(Path(folder))
        outs = {face: Path(folder) / f"day.{face}" for face in FACES}
        start_ns = stopwatch_ns()
        write_faces(path, outs)
        yield Row(f"{DAY_H} h at {HZ} Hz as HTML, PDF and JSON", _since_s(start_ns), "s", "≤ 4", "")
        yield Row("the HTML of it", outs["html"].stat().st_size / 1e6, "MB", "≤ 3", "")
        yield Row("the PDF of it", outs["pdf"].stat().st_size / 1e6, "MB", "", "")
        yield from _apart(path)
        yield from _verified(path)


def _apart(path: Path) -> Iterator[Row]:
    start_ns = stopwatch_ns()
    with RecordReader(path) as reader:
        run = read_run(reader)
    yield Row("of which reading the record's facts", _since_s(start_ns), "s", "", "for all faces together")
    for face, make in FACES.items():
        start_ns = stopwatch_ns()
        make(run)
        yield Row(f"of which making the {face.upper()}", _since_s(start_ns), "s", "", "")


def _verified(path: Path) -> Iterator[Row]:
    bundle = path.with_name("day.bundle.zip")
    start_ns = stopwatch_ns()
    write_bundle([path], bundle)
    yield Row("writing its bundle", _since_s(start_ns), "s", "", f"{bundle.stat().st_size / 1e6:.0f} MB")
    start_ns = stopwatch_ns()
    findings = verify_bundle(bundle)
    yield Row("`rig verify` of it", _since_s(start_ns), "s", "≤ 5", "held" if findings.held else "did not hold")


def write_day(folder: Path) -> Path:
    """Write the record of a day of infusion between two weighings at zero flow; return its path."""
    clock = VirtualClock(EPOCH_NS)
    body = start_body(kind="mocked")
    body["instruments"]["daq"] = {"capability": "daq", "sample_every_s": 1.0 / HZ}
    with RunRecord.create(folder, "day", from_body(Start, body), EPOCH_NS, clock) as record:
        for name, channels in _COLUMNS.items():
            record.descriptor(name, [Channel(channel, unit) for channel, unit in channels.items()], {})
        noise = np.random.default_rng(1)
        _sample(record, clock, noise, REST_H)
        record.event(ZeroFlow(EPOCH_NS, clock.now_ns()))
        record.event(PlanBegins(PLAN, ("ACC-001",)))
        begun_ns = clock.now_ns()
        record.command(Exchange("pump", "run_continuous", {"rate_ul_h": RATE_UL_H}, b"", b"", begun_ns, begun_ns))
        _sample(record, clock, noise, DAY_H)
        ended_ns = clock.now_ns()
        record.event(WindowEnds("analysis", begun_ns + HOUR_NS, ended_ns))
        record.command(Exchange("pump", "stop", {}, b"", b"", ended_ns, ended_ns))
        _sample(record, clock, noise, REST_H)
        record.event(ZeroFlow(ended_ns, clock.now_ns()))
        recipe = Recipe("mean flow error", {"programmed_ul_h": RATE_UL_H}, begun_ns + HOUR_NS, ended_ns)
        limit = Limit("%", -5.0, 5.0, source="declared accuracy")
        with record.reader() as reader:
            result = settle(Asked(recipe, limit, PLAN, ("ACC-001",), "basal accuracy"), reader)
        record.result("mean flow error", result)
        record.event(PlanEnds(PLAN))
        record.event(PlanOutcome(PLAN, OutcomeWord.PASSED, "", ("ACC-001",)))
        record.stop(Stop("FINISHED"))
        return record.path


def _sample(record: RunRecord, clock: VirtualClock, noise: np.random.Generator, hours: int) -> None:
    count = HZ * BLOCK_S
    apart_ns = np.arange(count) * (NS_PER_S // HZ)
    for _ in range(hours * 3600 // BLOCK_S):
        t_ns = clock.now_ns() + apart_ns
        into_h = (t_ns - EPOCH_NS) / HOUR_NS - REST_H
        delivered = RATE_UL_H * np.clip(into_h, 0.0, DAY_H)
        rate = np.where((into_h >= 0) & (into_h < DAY_H), RATE_UL_H, 0.0)
        a = noise.normal(size=(4, count))
        columns = {
            "balance": {"mass": delivered / Z_UL_MG + 0.01 * a[0]},
            "flow": {"flow": rate * (1 + 0.02 * a[1]), "temperature": 37 + 0.01 * a[2]},
            "pump": {"delivered": delivered, "battery": 3.0 + 0.001 * a[3]},
            "daq": {name: a[number % 4] for number, name in enumerate(_COLUMNS["daq"])},
        }
        for name, values in columns.items():
            record.samples(name, Block(t_ns, values))
        clock.wait_s(float(BLOCK_S))


def _since_s(start_ns: int) -> float:
    return (stopwatch_ns() - start_ns) / 1e9
