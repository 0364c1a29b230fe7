"""Exported tables hold what the record holds, and appear whole or not at all."""

import csv
import json
import math
import sys

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.channels import Channel
from rig.errors import ExportError
from rig.exchange import Exchange
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.export import export_csv, file_stem
from rig.record.parquet import export_parquet
from rig.record.schema import Kind
from rig.record.tdms import export_tdms
from rig.record.writer import RunRecord
from rig.samples import Block

FLOW = [0.1, -0.0, 5e-324, math.nan, math.inf, 1e300]


@pytest.fixture
def exported(record: RunRecord) -> RunRecord:
    record.descriptor("flow", [Channel("flow", "µL/h", "flow rate"), Channel("edges", "")], {})
    t_ns = np.array([0, 1, 10**18, 1_767_225_600_123_456_789, 2**63 - 1, -1], np.int64)
    record.samples("flow", Block(t_ns, {"flow": np.array(FLOW), "edges": np.arange(6.0)}))
    record.samples("flow", Block(np.array([5], np.int64), {"flow": np.ones(1), "edges": np.ones(1)}, lost=7))
    record.raw(Kind.RESULT, "flow error", {"verdict": "PASS", "value": 1.5, "recipe": {"from_ns": 0}})
    record.raw(Kind.RESULT, "bolus, 2nd", {"verdict": "FAIL", "note": 'says "no"\nand more'})
    record.event(OtherEvent("alarm", {"code": 3}))
    record.command(Exchange("pump", "stop", {}, b"\x02", b"\x06", 1, 2))
    record.stop(Stop("FINISHED", outcomes={"passed": 1}))
    return record


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_stream_has_its_units_in_the_heading(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    assert table(tmp_path / "out" / "flow.csv")[0] == ["utc", "t_ns", "flow [µL/h]", "edges"]


def test_times_are_written_to_the_nanosecond(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    row = table(tmp_path / "out" / "flow.csv")[4]
    assert row[:2] == ["2026-01-01T00:00:00.123456789Z", "1767225600123456789"]


def test_numbers_are_written_exactly(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    read = [float(row[2]) for row in table(tmp_path / "out" / "flow.csv")[1:]]
    assert np.array(read).tobytes() == np.array([*FLOW, 1.0]).tobytes()


def test_losses_have_a_table(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    assert table(tmp_path / "out" / "losses.csv")[1:] == [["flow", "1970-01-01T00:00:00.000000005Z", "5", "7"]]


def test_results_have_columns_for_their_plain_values(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    heading, first, second = table(tmp_path / "out" / "results.csv")
    assert heading == ["seq", "utc", "t_ns", "name", "note", "value", "verdict", "body"]
    assert first[3:7] == ["flow error", "", "1.5", "PASS"]
    assert second[3:7] == ["bolus, 2nd", 'says "no"\nand more', "", "FAIL"]
    assert json.loads(first[7])["recipe"] == {"from_ns": 0}


def test_events_and_commands_have_tables(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    assert table(tmp_path / "out" / "events.csv")[1][3:5] == ["alarm", "3"]
    assert table(tmp_path / "out" / "commands.csv")[1][3:5] == ["pump", "06"]


def test_the_run_goes_with_its_tables(exported, reader, tmp_path):
    export_csv(reader, tmp_path / "out")
    run = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert (run["start"]["seed"], run["stop"]["outcomes"]) == (7, {"passed": 1})


def test_every_file_written_is_told(exported, reader, tmp_path):
    for export in (export_csv, export_parquet):
        out = tmp_path / export.__name__
        assert sorted(export(reader, out)) == sorted(out.iterdir())


def test_parquet_holds_the_same_bits(exported, reader, tmp_path):
    export_parquet(reader, tmp_path / "out")
    read = pyarrow.parquet.read_table(tmp_path / "out" / "flow.parquet")
    series = reader.series("flow")
    assert read["t_ns"].to_numpy().tobytes() == series.t_ns.tobytes()
    assert read["flow"].to_numpy().tobytes() == series.columns["flow"].tobytes()


def test_parquet_times_are_utc(exported, reader, tmp_path):
    export_parquet(reader, tmp_path / "out")
    read = pyarrow.parquet.read_table(tmp_path / "out" / "flow.parquet")
    assert str(read["utc"].type) == "timestamp[ns, tz=UTC]"
    assert read["utc"].cast("int64").to_pylist() == reader.series("flow").t_ns.tolist()


def test_parquet_keeps_units_and_meanings(exported, reader, tmp_path):
    export_parquet(reader, tmp_path / "out")
    field = pyarrow.parquet.read_schema(tmp_path / "out" / "flow.parquet").field("flow")
    assert field.metadata == {b"unit": "µL/h".encode(), b"meaning": b"flow rate"}


def test_parquet_results_keep_their_types(exported, reader, tmp_path):
    export_parquet(reader, tmp_path / "out")
    read = pyarrow.parquet.read_table(tmp_path / "out" / "results.parquet")
    assert read.select(["name", "value", "verdict", "note"]).to_pylist() == [
        {"name": "flow error", "value": 1.5, "verdict": "PASS", "note": None},
        {"name": "bolus, 2nd", "value": None, "verdict": "FAIL", "note": 'says "no"\nand more'},
    ]


def test_parquet_values_of_mixed_kinds_are_text(record, reader, tmp_path):
    for value in (1, "one", True, None):
        record.raw(Kind.RESULT, "r", {"value": value})
    export_parquet(reader, tmp_path / "out")
    read = pyarrow.parquet.read_table(tmp_path / "out" / "results.parquet")
    assert read["value"].to_pylist() == ["1", "one", "true", None]


@pytest.mark.parametrize(
    "values, expected",
    [
        ((1_767_225_600_123_456_789, -(2**63)), [1_767_225_600_123_456_789, -(2**63)]),
        ((2**62 + 1, 0.5), [float(2**62), 0.5]),
        ((2**63, 1), [str(2**63), "1"]),
        ((True, False), [True, False]),
        ((None, None), [None, None]),
    ],
)
def test_parquet_numbers_are_as_exact_as_their_column_can_be(record, reader, tmp_path, values, expected):
    for value in values:
        record.raw(Kind.RESULT, "r", {"value": value})
    export_parquet(reader, tmp_path / "out")
    assert pyarrow.parquet.read_table(tmp_path / "out" / "results.parquet")["value"].to_pylist() == expected


def test_tdms_holds_the_same_bits_with_their_units(exported, reader, tmp_path):
    from nptdms import TdmsFile

    read = TdmsFile.read(export_tdms(reader, tmp_path / "out"))
    for stream in reader.streams():
        series = reader.series(stream)
        assert np.array_equal(read[stream]["t_ns"][:], series.t_ns)
        for channel in reader.channels(stream):
            found = read[stream][channel.name]
            assert np.array_equal(found[:], series.columns[channel.name], equal_nan=True)
            assert found.properties["unit_string"] == channel.unit


def test_tdms_holds_every_entry_and_says_which_run_it_is(exported, reader, tmp_path):
    from nptdms import TdmsFile

    read = TdmsFile.read(export_tdms(reader, tmp_path / "out"))
    said = [json.loads(body) for body in read["results"]["body"][:]]
    assert said == [entry.body for entry in reader.entries("result")]
    start = reader.start()
    assert (read.properties["dut_serial"], read.properties["bench_kind"]) == (start.dut.serial, start.kind)


def test_tdms_without_its_library_names_the_extra(exported, reader, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nptdms", None)
    with pytest.raises(ExportError, match=r"pump-rig\[tdms\]"):
        export_tdms(reader, tmp_path / "out")


@pytest.mark.parametrize("export", [export_csv, export_parquet])
def test_an_export_that_cannot_be_written_is_told(exported, reader, tmp_path, export):
    (tmp_path / "out").write_text("a file stands where the directory should be")
    with pytest.raises(ExportError, match="could not be written"):
        export(reader, tmp_path / "out")


def test_a_failed_export_leaves_the_file_before_it_as_it_was(exported, reader, tmp_path, monkeypatch):
    export_csv(reader, tmp_path)
    before = (tmp_path / "flow.csv").read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rig.record.export.utc_texts", full_disk)
    with pytest.raises(ExportError, match="No space left"):
        export_csv(reader, tmp_path)
    assert (tmp_path / "flow.csv").read_bytes() == before
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "stream, stem",
    [
        ("flow", "flow"),
        ("line pressure", "line pressure"),
        ("../evil", "%2E.%2Fevil"),
        ("results", "%72esults"),
        ("run", "%72un"),
        ("", "%"),
    ],
)
def test_a_stream_never_names_a_file_it_may_not(stream, stem):
    assert file_stem(stream) == stem


@given(st.text(max_size=8), st.text(max_size=8))
def test_two_streams_never_share_a_file(one, other):
    assert (file_stem(one) == file_stem(other)) == (one == other)
