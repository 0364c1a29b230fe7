"""Buoyancy acts on all that was delivered: a falling barometer is not evaporation."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import NS_PER_S, VirtualClock
from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.exchange import Exchange
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START

# 50 mL of water at 20 °C; the pressure falls by 20 hPa in 4 h.
VOLUME_UL = 50_000.0
DAQ = {"daq": {"capability": "daq", "sample_every_s": 60.0}}
AIR = {"air_temperature": "°C", "air_pressure": "hPa", "air_humidity": "%RH", "liquid_temperature": "°C"}


def air_density_kg_m3(pressure_hpa):
    """The simplified CIPM formula at 20 °C and 50 %RH, written out anew."""
    return (0.34848 * pressure_hpa - 0.009 * 50 * np.exp(0.061 * 20)) / 293.15


def filled(folder, factor=1.0, unit="mg"):
    """A vessel of 30 g that holds 50 mL, on a balance that records in a unit of so many mg, as the barometer falls."""
    minutes = np.arange(241)
    t_ns = EPOCH_NS + HOUR_NS + minutes * 60 * NS_PER_S
    pressure_hpa = 1020.0 - 20.0 * minutes / 240
    air = air_density_kg_m3(pressure_hpa)
    mass_mg = 30_000 + VOLUME_UL * (998.20675 - air) / (1 - air / 8000) / 1000
    start = from_body(Start, {**START, "instruments": {**START["instruments"], **DAQ}})
    record = RunRecord.create(folder, "r", start, EPOCH_NS, VirtualClock(EPOCH_NS))
    record.descriptor("balance", (Channel("mass", unit),), {})
    record.samples("balance", Block(np.asarray([EPOCH_NS]), {"mass": np.asarray([30_000.0]) / factor}))
    record.samples("balance", Block(t_ns, {"mass": mass_mg / factor}))
    record.descriptor("daq", tuple(Channel(name, unit) for name, unit in AIR.items()), {})
    columns = (np.full(241, 20.0), pressure_hpa, np.full(241, 50.0), np.full(241, 20.0))
    record.samples("daq", Block(t_ns, dict(zip(AIR, columns, strict=True))))
    return record


@pytest.fixture
def reader(tmp_path):
    with filled(tmp_path) as record, record.reader() as opened:
        yield opened


def test_the_mass_as_read_seems_to_evaporate(reader):
    mass_mg = reader.series("balance", EPOCH_NS + HOUR_NS).columns["mass"]
    # 20 hPa are 0.0238 kg/m³: 50 mL seem to change by a milligram.
    assert mass_mg[-1] - mass_mg[0] == pytest.approx(50 * 0.0238 * 0.875, rel=0.01)


def test_the_mass_in_mean_air_stands_still(reader):
    weighing = inputs.weighing(reader, EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1)
    assert np.ptp(weighing.mass_mg) < 0.005


def test_a_zero_flow_run_finds_no_evaporation(reader):
    rate = inputs.zero_flow_rate(reader, ZeroFlow(EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1))
    assert rate.rate_mg_h == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize("unit, factor", [("g", 1000.0), ("kg", 1e6)])
def test_an_empty_vessel_is_as_heavy_in_another_unit(tmp_path, unit, factor):
    with filled(tmp_path, factor, unit) as record, record.reader() as reader:
        mass_mg = inputs.weighing(reader, EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1).mass_mg
    assert np.ptp(mass_mg) < 0.005


@pytest.fixture
def tared(tmp_path):
    """The same 50 mL and falling barometer; the balance was tared after the filling, before the readings."""
    minutes = np.arange(241)
    t_ns = EPOCH_NS + HOUR_NS + minutes * 60 * NS_PER_S
    pressure_hpa = 1020.0 - 20.0 * minutes / 240
    air = air_density_kg_m3(pressure_hpa)
    content_mg = VOLUME_UL * (998.20675 - air) / (1 - air / 8000) / 1000
    start = from_body(Start, {**START, "instruments": {**START["instruments"], **DAQ}})
    with RunRecord.create(tmp_path, "r", start, EPOCH_NS, VirtualClock(EPOCH_NS)) as record:
        record.descriptor("balance", (Channel("mass", "mg"),), {})
        full = np.asarray([30_000.0, 30_000.0 + content_mg[0]])
        record.samples("balance", Block(EPOCH_NS + np.asarray([0, HOUR_NS // 2]), {"mass": full}))
        tared_ns = EPOCH_NS + HOUR_NS - NS_PER_S
        record.command(Exchange("balance", "tare", {}, b"", b"", tared_ns, tared_ns, "ok"))
        record.samples("balance", Block(t_ns, {"mass": content_mg - content_mg[0]}))
        record.descriptor("daq", tuple(Channel(name, unit) for name, unit in AIR.items()), {})
        columns = (np.full(241, 20.0), pressure_hpa, np.full(241, 50.0), np.full(241, 20.0))
        record.samples("daq", Block(t_ns, dict(zip(AIR, columns, strict=True))))
        with record.reader() as opened:
            yield opened


def test_a_tare_does_not_hide_what_stands_in_the_vessel(tared):
    weighing = inputs.weighing(tared, EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1)
    assert np.ptp(weighing.mass_mg) < 0.005


def emptied(folder, factor, unit):
    """A vessel of 50 mL that is emptied without a word, then fills by 2 g in 4 h while the barometer falls."""
    minutes = np.arange(241)
    t_ns = EPOCH_NS + HOUR_NS + minutes * 60 * NS_PER_S
    pressure_hpa = 1020.0 - 20.0 * minutes / 240
    start = from_body(Start, {**START, "instruments": {**START["instruments"], **DAQ}})
    record = RunRecord.create(folder, "r", start, EPOCH_NS, VirtualClock(EPOCH_NS))
    record.descriptor("balance", (Channel("mass", unit),), {})
    before = np.asarray([30_000.0, 80_000.0]) / factor
    record.samples("balance", Block(EPOCH_NS + np.asarray([0, HOUR_NS // 2]), {"mass": before}))
    record.samples("balance", Block(t_ns, {"mass": (30_000.0 + 2_000.0 * minutes / 240) / factor}))
    record.descriptor("daq", tuple(Channel(name, unit) for name, unit in AIR.items()), {})
    columns = (np.full(241, 20.0), pressure_hpa, np.full(241, 50.0), np.full(241, 20.0))
    record.samples("daq", Block(t_ns, dict(zip(AIR, columns, strict=True))))
    return record


def test_a_fresh_vessel_holds_nothing_yet(tmp_path):
    with emptied(tmp_path, 1.0, "mg") as record, record.reader() as reader:
        mass_mg = inputs.weighing(reader, EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1).mass_mg
    # 10 hPa beside the mean are 0.0119 kg/m³: a thousandth of a per cent of what has come, not of 50 mL.
    assert mass_mg[-1] - mass_mg[0] == pytest.approx(2_000.0, abs=0.05)


@pytest.mark.parametrize("unit, factor", [("g", 1000.0), ("kg", 1e6), ("µg", 1e-3)])
def test_a_balance_that_records_in_another_unit_weighs_the_same(tmp_path, unit, factor):
    with emptied(tmp_path, factor, unit) as record, record.reader() as reader:
        mass_mg = inputs.weighing(reader, EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1).mass_mg
    assert mass_mg[-1] - mass_mg[0] == pytest.approx(2_000.0, abs=0.05)


@pytest.mark.parametrize("unit", ["1", "µL", "stone"])
def test_what_is_no_mass_is_refused(tmp_path, unit):
    with (
        emptied(tmp_path, 1.0, unit) as record,
        record.reader() as reader,
        pytest.raises(SeriesError, match=f"recorded mass in {unit!r}, where mg is needed"),
    ):
        inputs.weighing(reader, EPOCH_NS + HOUR_NS, EPOCH_NS + 5 * HOUR_NS + 1)
