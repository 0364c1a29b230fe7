"""Analogue inputs by what they measure and how that is scaled: over the wire, and in the bench file's check."""

from dataclasses import replace

import numpy as np
import pytest

from instruments.ni_daq.channels import AnalogChannel
from instruments.ni_daq.scaling import values_of
from instruments.ni_daq.twin import Twin
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, GarbledReplyError, RefusedError
from tests.docs.pages import ROOT

LOOP = {"physical": "ai0", "name": "line_pressure", "unit": "bar", "measures": "current"}
KPA_PER_BAR = 100.0


@pytest.fixture
def quiet():
    """A transmitter of 4 to 20 mA for 0 to 100 kPa across 250 Ω, thermocouples, and voltages."""
    wiring = [
        {"physical": "ai0", "quantity": "back_pressure_kpa", "output": "current", "shunt_ohm": 250.0}
        | {"scale": 6.25, "offset": -25.0},
        {"physical": "ai1", "quantity": "liquid_temperature_c", "output": "thermocouple", "thermocouple": "K"},
        {"physical": "ai2", "quantity": "air_temperature_c", "scale": 10.0},
        {"physical": "ai3", "quantity": "back_pressure_kpa", "output": "current", "scale": 6.25, "offset": -25.0},
        {"physical": "ai4", "quantity": "nothing"},
    ]
    return Twin.Parameters(noise_v=0.0, wiring=wiring)


@pytest.fixture
def first(open_driver, laboratory, clock):
    """Return the first value of one channel, and the truth about tip and liquid."""

    def read(**channel):
        driver = open_driver(channels=[channel])
        driver.start_sampling()
        return float(driver.read_block().columns[channel["name"]][0])

    return read


@pytest.fixture
def truth(laboratory, clock):
    t_ns = np.asarray([clock.now_ns()])
    return {
        "tip_kpa": float(laboratory.tip_pressure.kpa(t_ns)[0]),
        "liquid_c": float(laboratory.environment.liquid_temperature_c(t_ns)[0]),
        "air_c": float(laboratory.environment.air_temperature_c(t_ns)[0]),
    }


def test_a_loop_of_4_to_20_ma_is_read_through_its_shunt(first, truth):
    # 16 mA stand for 1 bar.
    bar = first(**LOOP, shunt_ohm=250.0, scale=1 / 16, offset=-0.25)
    assert bar == pytest.approx(truth["tip_kpa"] / KPA_PER_BAR, abs=1e-4)


def test_a_module_with_a_shunt_of_its_own_reads_a_loop_without_one(first, truth):
    bar = first(**{**LOOP, "physical": "ai3"}, scale=1 / 16, offset=-0.25)
    assert bar == pytest.approx(truth["tip_kpa"] / KPA_PER_BAR, abs=1e-4)


def test_a_wrong_shunt_shows_a_wrong_pressure(first, truth):
    bar = first(**LOOP, shunt_ohm=249.0, scale=1 / 16, offset=-0.25)
    assert bar - truth["tip_kpa"] / KPA_PER_BAR == pytest.approx(4 / 16 / 249, rel=0.2)


@pytest.mark.parametrize("physical", ["ai3", "ai4"])  # no shunt across the terminals, and nothing there at all
def test_a_loop_that_is_broken_is_no_pressure(first, physical):
    with pytest.raises(GarbledReplyError, match=r"end of the range 3.6 … 21 mA or beyond \(up to 0 mA\)") as caught:
        first(**{**LOOP, "physical": physical}, shunt_ohm=250.0)
    assert "widen min_ma and max_ma" in caught.value.advice


@pytest.mark.parametrize("unit, zero", [("°C", 0.0), ("K", 273.15)])
def test_a_thermocouple_is_read_against_its_cold_junction(first, truth, unit, zero):
    value = first(physical="ai1", name="bath", unit=unit, measures="thermocouple", thermocouple="K")
    assert value == pytest.approx(truth["liquid_c"] + zero, abs=0.01)


def test_a_cold_junction_that_is_stated_is_taken(first, truth):
    stated = {"measures": "thermocouple", "thermocouple": "K", "cold_junction_c": 30.0}
    value = first(physical="ai1", name="bath", unit="°C", **stated)
    assert value - truth["liquid_c"] == pytest.approx(30.0 - truth["air_c"], abs=0.01)


def test_an_open_thermocouple_is_no_temperature(open_driver, twin):
    driver = open_driver(
        channels=[{"physical": "ai1", "name": "bath", "unit": "°C", "measures": "thermocouple", "thermocouple": "K"}]
    )
    driver.start_sampling()
    twin.malfunction = replace(twin.malfunction, alter_samples=lambda readings: readings + 1500.0)
    with pytest.raises(GarbledReplyError, match="end of the range 0 … 100 °C"):
        driver.read_block()


def test_a_table_draws_lines_between_its_pairs(first, truth):
    volts = truth["air_c"] / 10.0
    value = first(physical="ai2", name="bath", unit="°C", table=[[2.0, 100.0], [2.5, 200.0], [3.0, 0.0]])
    assert value == pytest.approx(100.0 + (volts - 2.0) * 200.0, abs=0.1)


def test_what_is_beyond_a_table_is_no_value(first):
    with pytest.raises(GarbledReplyError, match=r"end of the table 3 … 4 V or beyond"):
        first(physical="ai2", name="bath", unit="°C", table=[[3.0, 30.0], [4.0, 40.0]])


def test_a_polynomial_is_summed_up_from_its_constant(first, truth):
    volts = truth["air_c"] / 10.0
    value = first(physical="ai2", name="bath", unit="Ω", polynomial=[1.0, 2.0, 3.0])
    assert value == pytest.approx(1.0 + 2.0 * volts + 3.0 * volts**2, abs=0.01)


def test_a_polynomial_of_two_is_scale_and_offset():
    readings = np.linspace(-5.0, 5.0, 7)
    linear = AnalogChannel(physical="ai0", name="x", unit="Hz", scale=3.0, offset=2.0)
    same = AnalogChannel(physical="ai0", name="x", unit="Hz", polynomial=[2.0, 3.0])
    assert values_of(linear, readings) == pytest.approx(values_of(same, readings))


def test_a_convert_rate_is_set_and_takes_channels_one_after_another(open_driver, twin):
    open_driver(sample_rate_hz=1.0, convert_rate_hz=1000.0)
    analogue = twin._service.book.find("daq-Dev1-analogue").need_analogue()
    assert analogue.convert_rate_hz == 1000.0


def test_a_convert_rate_that_the_device_does_not_have_is_refused(open_driver):
    with pytest.raises(RefusedError, match=r"AIConv_Rate .* Maximum Value: 250000") as caught:
        open_driver(convert_rate_hz=1e7)
    assert (caught.value.code, "convert_rate_hz" in caught.value.advice) == ("-200077", True)


@pytest.mark.parametrize("terminals", ["rse", "nrse", "differential"])
def test_terminals_are_what_the_bench_file_says(first, truth, terminals):
    value = first(physical="ai2", name="bath", unit="°C", scale=10.0, terminals=terminals)
    assert value == pytest.approx(truth["air_c"], abs=0.01)


def test_terminals_that_the_device_does_not_have_are_refused_with_those_that_it_has(first):
    with pytest.raises(RefusedError, match=r"AI_TermCfg .* Possible Values: DEFAULT, DIFF, NRSE, RSE") as caught:
        first(physical="ai2", name="bath", unit="°C", terminals="pseudodifferential")
    assert caught.value.code == "-200077"


CHANNEL = 'physical = "ai0", name = "x", unit = "V"'


@pytest.mark.parametrize(
    "line, place, said",
    [
        ("convert_rate_hz = 10", "instruments.daq", "1000 times a second; allowed: 8000 or more"),
        ("convert_rate_hz = nan", "instruments.daq.convert_rate_hz", "found nan"),
        ('counter_edge = "both"', "instruments.daq.counter_edge", "allowed: 'rising' or 'falling'"),
        ('edge_counter = "counter0"', "instruments.daq.edge_counter", "cDAQ1Mod2/ctr0, or none"),
        ('edge_counter = ""', "instruments.daq.edge_counter", "cDAQ1Mod2/ctr0, or none"),
        ('interlock_line = "line0"', "instruments.daq.interlock_line", "cDAQ1Mod3/port0/line0, or none"),
        ('interlock_readback = "port0/line0"', "instruments.daq", "write 'itself'"),
        (
            'interlock_line = "none"\ninterlock_readback = "port1/line0"',
            "instruments.daq",
            "no relay to read back",
        ),
        ("most_edge_rate_hz = 0", "instruments.daq.most_edge_rate_hz", "found 0"),
        ('ca_file = "ca.pem"', "instruments.daq.ca_file", "it is for TLS to a port like grpc://"),
        ('port = "grpc://h:1"\nclient_cert_file = "c.pem"', "instruments.daq", "belong together"),
        ('port = "grpc://h:1"\nserver_name = "daq"', "instruments.daq", "give ca_file too"),
        ('product = "USB-6009"\nsample_rate_hz = 10', "instruments.daq", "allowed: 'falling'"),
        ("ca_fiel = 1", "instruments.daq.ca_fiel", "did you mean 'ca_file'?"),
        (f"channels = [{{ {CHANNEL}, scale = 2.0, polynomial = [0, 1] }}]", "channels.0", "allowed: one of scale and"),
        (f"channels = [{{ {CHANNEL}, polynomial = [1.0] }}]", "channels.0", "the same of every reading"),
        (f"channels = [{{ {CHANNEL}, table = [[0, 1], [0, 2]] }}]", "channels.0", "must rise from pair to pair"),
        (f"channels = [{{ {CHANNEL}, table = [[0, 1, 2]] }}]", "channels.0.table.0", "2 items"),
        (f"channels = [{{ {CHANNEL}, table = [[0, 1], [1, inf]] }}]", "channels.0.table.1.1", "found inf"),
        (f"channels = [{{ {CHANNEL}, shunt_ohm = 250 }}]", "channels.0", "allowed: min_v, max_v"),
        (f'channels = [{{ {CHANNEL}, measures = "current", min_v = 0 }}]', "channels.0", "min_ma, max_ma"),
        (f'channels = [{{ {CHANNEL}, measures = "current", shunt_ohm = 0 }}]', "channels.0.shunt_ohm", "found 0"),
        (f'channels = [{{ {CHANNEL}, measures = "current", min_ma = 21 }}]', "channels.0", "less than max_ma of 21 mA"),
        (f'channels = [{{ {CHANNEL}, measures = "thermocouple" }}]', "channels.0", "allowed: 'B', 'E', 'J', 'K'"),
        (
            f'channels = [{{ {CHANNEL}, measures = "thermocouple", thermocouple = "K" }}]',
            "channels.0",
            "allowed: °C, K",
        ),
        (f'channels = [{{ {CHANNEL}, thermocouple = "X" }}]', "channels.0.thermocouple", "allowed: 'B', 'E'"),
        (f'channels = [{{ {CHANNEL}, terminals = "single" }}]', "channels.0.terminals", "'pseudodifferential'"),
        ('channels = [{ physical = "ai0", name = "x", unit = "psi" }]', "channels.0.unit", "bar, mbar"),
        ('channels = [{ physical = "ai0", name = "air_pressure", unit = "V" }]', "channels.0", "which is read in hPa"),
        ('channels = [{ physical = "ai0", name = "air_temperature", unit = "K" }]', "channels.0", "read in °C"),
        (
            f'channels = [{{ {CHANNEL} }}, {{ physical = "Dev1/ai0", name = "y", unit = "V" }}]',
            "instruments.daq",
            "physical Dev1/ai0 stands twice",
        ),
    ],
)
def test_every_mistake_is_named_with_what_is_allowed(tmp_path, line, place, said):
    text = (ROOT / "benches/physical-example.toml").read_text(encoding="utf-8")
    if line.startswith("port = "):
        text = text.replace('port = "local"', "#")
    path = tmp_path / "bench.toml"
    rate = "" if "sample_rate_hz" in line else "sample_rate_hz = 1000.0\n"
    path.write_text(text.replace("sample_rate_hz = 1000.0", rate + line), encoding="utf-8")
    with pytest.raises(BenchFileError) as caught:
        load_bench_file(path)
    [mistake] = caught.value.mistakes
    assert place in mistake.partition(": ")[0]
    assert said in mistake


def test_all_that_does_not_go_together_is_said_at_once(tmp_path):
    keys = [
        'product = "USB-6008"',
        "sample_rate_hz = 100000",
        'ca_file = "ca.pem"',
        'client_key_file = "rig.key"',
        'interlock_line = "line"',
        'channels = [{ physical = "ai0", name = "x", unit = "V", measures = "current", min_v = 0 }]',
    ]
    text = (ROOT / "benches/physical-example.toml").read_text(encoding="utf-8")
    path = tmp_path / "bench.toml"
    path.write_text(text.replace("sample_rate_hz = 1000.0", "\n".join(keys)), encoding="utf-8")
    with pytest.raises(BenchFileError) as caught:
        load_bench_file(path)
    places = {mistake.partition(": ")[0].removeprefix("instruments.daq.") for mistake in caught.value.mistakes}
    assert places == {"channels.0", "sample_rate_hz", "counter_edge", "interlock_line", "ca_file", "client_key_file"}


@pytest.mark.parametrize("unit", ["K", "bar", "mbar", "Hz", "kHz", "Ω", "ohm", "kΩ"])
def test_units_of_a_laboratory_are_known(unit):
    assert AnalogChannel(physical="ai0", name="x", unit=unit).unit == {"ohm": "Ω"}.get(unit, unit)
