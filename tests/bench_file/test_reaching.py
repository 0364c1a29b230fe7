"""The bench file that `rig twins` writes is the bench it hosts, whatever style of TOML that was written in."""

import tempfile
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.hosting.twins_process import reaching
from rig.bench_file.reading import BenchFile, load_bench_file
from tests.bench_file.toml_styles import Styles
from tests.fixtures.plan_support import QUICK, ROOT

SPEED = 60.0
DUE = date(2030, 1, 1)
PORTS = {
    "pump": "/tmp/twins/pump",
    "balance": 'C:\\twins\\"balance"',
    "flow": "socket://127.0.0.1:21002",
    "daq": "grpc://127.0.0.1:21003",
}
CHANNEL = {"physical": "ai0", "name": "line_pressure", "unit": "kPa", "scale": 20.0, "meaning": 'above "ambient"'}

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
calibrations = st.fixed_dictionaries({"id": texts, "due": st.just(DUE)}, optional={"as_found": texts})


def moment(microseconds):
    return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(microseconds=microseconds)


def instrument(driver, *, keys=None, twin=None, calibrated=True, sampled=False):
    must = {"driver": st.just(driver)} | ({"calibration": calibrations} if calibrated else {})
    must |= {"sample_every_s": st.sampled_from([1, 30.5, 60])} if sampled else {}
    may = {"twin": st.fixed_dictionaries({}, optional=twin or {})}
    may |= {} if sampled else {"sample_every_s": st.sampled_from([1, 30.5, 60])}
    return st.fixed_dictionaries(must, optional=may | (keys or {}))


documents = st.fixed_dictionaries(
    {
        "bench": st.fixed_dictionaries(
            {"name": st.just("a-bench"), "kind": st.just("mocked"), "clock": st.sampled_from(["wall", "virtual"])}
            | {
                "epoch": st.integers(0, 2**42).map(
                    lambda us: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(microseconds=us)
                )
            },
            optional={"seed": st.integers(0, 2**63 - 1), "operator": texts, "serial_twins": st.just("tcp")},
        ),
        "dut": st.fixed_dictionaries({"model": texts, "serial": texts}, optional={"stroke_ul": st.floats(0, 100)}),
        "safety": st.just({"link_watchdog_s": 150}),
        "weighing": st.fixed_dictionaries(
            {"readability_mg": st.floats(0.001, 1), "repeatability_mg": st.just(0.02)}
            | {"linearity_mg": st.floats(0, 1), "calibration_u_percent": st.just(0)}
        ),
        "liquid": st.fixed_dictionaries(
            {"name": texts, "density_kg_m3": st.floats(900, 1100), "u_density_kg_m3": st.floats(0, 1)}
            | {"reference_c": st.just(20), "expansion_per_k": st.just("water") | st.floats(0, 0.001)}
            | {"volume_at_c": st.floats(0, 40)}
        ),
        "instruments": st.fixed_dictionaries(
            {"pump": instrument("intrathecal_pump", twin={"serial": st.just("kind")}, calibrated=False, sampled=True)},
            optional={
                "balance": instrument("mettler_mt_sics"),
                "flow": instrument("sensirion_scc1", keys={"interval_ms": st.integers(100, 5000)}),
                "daq": instrument("ni_daq", keys={"channels": st.just([CHANNEL])}),
            },
        ),
    },
    optional={
        "laboratory": st.just({"evaporation_mg_h": 0.1}),
        "influxdb": st.just({"url": "https://host:8086", "bucket": "b"}),
    },
)


@st.composite
def written(draw):
    return Styles(draw).document(draw(documents))


def load(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.toml"
        path.write_text(text, encoding="utf-8")
        return load_bench_file(path)


def same_bench(hosted: BenchFile, reached: BenchFile) -> BenchFile:
    """Return the hosted bench with all that must differ taken from the one that reaches it."""
    changed = {key: getattr(reached.bench, key) for key in ("kind", "clock", "simulated", "clock_speed")}
    unsaid = {"epoch": None, "serial_twins": "pty"}
    instruments = tuple(
        replace(
            entry,
            settings=entry.settings.model_copy(update={"port": PORTS[entry.name]}),
            twin=None,
            twin_parameters=None,
        )
        for entry in hosted.instruments
    )
    return replace(
        hosted,
        path=reached.path,
        text=reached.text,
        bench=hosted.bench.model_copy(update=changed | unsaid),
        laboratory=None,
        instruments=instruments,
    )


@settings(max_examples=60)
@given(written())
def test_what_is_written_loads_to_the_same_bench(text):
    hosted = load(text)
    reached = load(reaching(hosted, PORTS, SPEED))
    assert reached == same_bench(hosted, reached)


def test_what_is_written_says_that_it_is_simulated():
    bench = load(reaching(load_bench_file(QUICK), PORTS, SPEED)).bench
    assert (bench.kind, bench.clock, bench.simulated, bench.clock_speed) == ("physical", "wall", True, SPEED)


@given(documents, st.data())
def test_every_style_says_the_same(document, data):
    assert tomllib.loads(Styles(data.draw).document(document)) == document


@pytest.mark.parametrize(
    "name", [path.name for path in (ROOT / "benches").glob("*.toml") if 'kind = "mocked"' in path.read_text("utf-8")]
)
def test_the_projects_own_benches_are_reached(name):
    hosted = load_bench_file(ROOT / "benches" / name)
    ports = {
        entry.name: f"{'grpc' if entry.capability == 'daq' else 'socket'}://{entry.name}:5025"
        for entry in hosted.instruments
    }
    reached = load(reaching(hosted, ports, 1.0))
    assert {entry.name: entry.settings.port for entry in reached.instruments} == ports


def test_a_file_name_with_a_line_in_it_stays_a_comment(tmp_path):
    path = tmp_path / "a\nbench.toml"
    path.write_text(QUICK.read_text(encoding="utf-8"), encoding="utf-8")
    assert load(reaching(load_bench_file(path), PORTS, SPEED)).bench.name == "quick"
