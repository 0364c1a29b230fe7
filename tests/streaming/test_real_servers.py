"""What arrives in real servers is what the record holds."""

import numpy as np

from rig.channels import Channel
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.samples import Block
from rig.streaming.target import Target
from tests.streaming.records import EPOCH_NS, SECOND_NS, begin, counts, everything

NASTY = ["a b", "c,d", "e=f", 'g"h', "i\nj", "k\\", "time", "run", "_l", "💉 µ", "m'n", ""]


def test_every_measurement_arrives_with_its_tags_and_fields(influx_server, database, target, send, tmp_path):
    progress = send(everything(tmp_path), target)
    (result,) = influx_server.rows('SELECT * FROM "results"', database)
    expected = {
        "run": "run-1", "bench": "mocked", "dut": "SIM-0001", "source": "mocked", "plan": "test_basal",
        "test": "test_basal_rate_is_accurate[12.5]", "requirement": "ACC-001+ACC-002", "result": "mean flow error",
        "setting": "12.5 µL/h", "verdict": "PASS", "verdict_code": 0, "value_percent": 1.25, "u_percent": 0.5,
        "lower_percent": -5, "upper_percent": 5, "guard_band_percent": 1, "programmed_ul_h": 12.5,
        "limit": "basal accuracy", "coverage_k": 2, "details": '{"samples":3600}',
    }  # fmt: skip
    assert {key: result[key] for key in expected} == expected
    assert progress.status == "complete"


def test_counts_equal_and_the_record_says_so(target, send, tmp_path):
    record = everything(tmp_path)
    progress = send(record, target)
    with RecordReader(record) as reader:
        (note,) = (entry.body for entry in reader.entries(kind="note", name="streaming"))
        checked = reader.verify_chain()
    assert (note["outcome"], note["differing"], note["target"]) == ("equal", [], target.label)
    assert (progress.reconciled, checked) == ("counts equal in all 17 series", 16)


def test_text_fields_are_kept(influx_server, database, target, send, tmp_path):
    send(everything(tmp_path), target)
    rows = influx_server.rows('SELECT * FROM "events" WHERE "event" = \'reading missed\'', database)
    assert [(row["text"], row["error_text"], row["stream_text"], row["severity"]) for row in rows] == [
        ("reading missed: no reply …", 'no reply␊said "nothing", = \\', "balance", "warning")
    ]


def test_alarms_stand_apart(influx_server, database, target, send, tmp_path):
    send(everything(tmp_path), target)
    rows = influx_server.rows('SELECT * FROM "alarms"', database)
    assert [(row["event"], row["severity"]) for row in rows] == [("pump did not stop", "alarm")]


def test_uncertainty_budget_arrives(influx_server, database, target, send, tmp_path):
    send(everything(tmp_path), target)
    rows = influx_server.rows('SELECT "contribution_percent", "share_percent", "component" FROM "budget"', database)
    assert sorted((r["component"], r["contribution_percent"], round(r["share_percent"])) for r in rows) == [
        ("balance", 0.3, 36),
        ("evaporation", 0.4, 64),
    ]


def test_every_sample_has_its_own_value_and_nanosecond(influx_server, database, target, send, tmp_path):
    record = begin(tmp_path)
    values = np.random.default_rng(1).normal(0.0, 1e3, 5000) * 10.0 ** np.random.default_rng(2).integers(-9, 9, 5000)
    t_ns = EPOCH_NS + np.cumsum(np.random.default_rng(3).integers(1, 2_000_000, 5000))
    with record:
        record.descriptor("daq", [Channel("pressure", "kPa")], {})
        record.samples("daq", Block(t_ns, {"pressure": values}))
        record.stop(Stop("FINISHED"))
    send(record.path, target)
    (series,) = influx_server.query('SELECT "pressure_kpa" FROM "samples"', database)
    assert np.array_equal(np.array([row[0] for row in series["values"]], np.int64), t_ns)
    assert np.array_equal(np.array([row[1] for row in series["values"]]), values)


def test_names_that_line_protocol_dislikes_arrive_whole(influx_server, database, target, send, tmp_path):
    record = begin(tmp_path, dut={"model": "m", "serial": 'a b,c=d"\n💉\\'})
    with record:
        for number, name in enumerate(NASTY):
            channels = [Channel(one, "kPa") for one in NASTY if one]
            record.descriptor(f"{name}#{number}", channels, {})
            block = Block(np.array([EPOCH_NS + number]), {one.name: np.array([1.5]) for one in channels})
            record.samples(f"{name}#{number}", block)
            record.event(OtherEvent(name or "nothing", {"text": name, name: name}))
        record.stop(Stop("FINISHED"))
    progress = send(record.path, target)
    rows = influx_server.rows('SELECT * FROM "samples"', database)
    assert (progress.refused, progress.reconciled) == (0, "counts equal in all 166 series")
    assert {row["instrument"] for row in rows} == {
        f"{name}#{number}".replace("\n", "␊").replace("\\", "⧵") for number, name in enumerate(NASTY)
    }
    assert {row["dut"] for row in rows} == {'a b,c=d"␊💉⧵'}


def test_what_no_server_can_hold_stands_there_as_text(influx_server, database, target, send, tmp_path):
    record = begin(tmp_path)
    with record:
        record.descriptor("daq", [Channel("pressure", "kPa"), Channel("count", "1")], {})
        pressure = np.array([np.nan, 1.0, np.inf, -np.inf])
        count = np.array([2.0**53, 2.0**62, 1e300, np.nan])
        record.samples("daq", Block(EPOCH_NS + np.arange(4), {"pressure": pressure, "count": count}))
        record.event(OtherEvent("counted", {"edges": 2**70}))
        record.stop(Stop("FINISHED"))
    progress = send(record.path, target)
    rows = influx_server.rows('SELECT * FROM "samples"', database)
    assert [row["pressure_kpa_not_finite"] for row in rows] == ["nan", None, "inf", "-inf"]
    assert [row["count"] and float(row["count"]) for row in rows] == [2.0**53, 2.0**62, 1e300, None]
    assert progress.reconciled == "counts equal in all 16 series"


def test_bursts_and_stepped_clocks_overwrite_nothing(influx_server, database, target, send, tmp_path):
    record = begin(tmp_path)
    burst = np.repeat(EPOCH_NS + np.arange(10) * SECOND_NS, 5)
    again = burst - 3600 * SECOND_NS
    with record:
        record.descriptor("balance", [Channel("mass", "mg")], {})
        for t_ns in (burst, again, burst):
            record.samples("balance", Block(t_ns, {"mass": np.arange(50.0)}))
        record.stop(Stop("FINISHED"))
    progress = send(record.path, target)
    assert counts(influx_server.rows('SELECT count(*) FROM "samples"', database)) == {"mass_mg": 150}
    assert progress.reconciled.startswith("counts equal")


def test_entries_of_one_instant_overwrite_nothing(influx_server, database, target, send, tmp_path):
    record = begin(tmp_path)
    with record:
        for number in range(2000):
            record.event(OtherEvent("tick", {"number": number}))
        record.stop(Stop("FINISHED"))
    send(record.path, target)
    rows = influx_server.rows('SELECT "number" FROM "events"', database)
    assert [row["number"] for row in rows] == list(range(2000))


def test_an_empty_run_arrives(influx_server, database, target, send, tmp_path):
    record = begin(tmp_path)
    with record:
        record.descriptor("daq", [Channel("pressure", "kPa")], {})
        record.samples("daq", Block(np.empty(0, np.int64), {"pressure": np.empty(0)}, lost=4))
        record.stop(Stop("FINISHED"))
    progress = send(record.path, target)
    (read,) = influx_server.rows('SELECT "samples_lost" FROM "reads"', database)
    assert read["samples_lost"] == 4
    assert progress.reconciled.startswith("counts equal")


def test_victoria_metrics_takes_the_same_lines(victoria_server, send, tmp_path):
    progress = send(everything(tmp_path, "run-v"), Target(victoria_server.url, "anything", "lab"))
    found = victoria_server.export('{run="run-v"}')
    assert list(found["samples_mass_mg"].values()) == [0, 0.01, 0.02]
    assert len(found["samples_flow_ul_h"]) == 150
    assert "not readable" in progress.reconciled
