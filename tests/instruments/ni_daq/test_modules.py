"""Counter, relay and inputs on other devices, falling edges, and devices that have no counter or no relay."""

import pytest

from instruments.hosting.grpc_host import GrpcHost
from instruments.ni_daq.driver import Driver
from instruments.ni_daq.twin import Twin
from instruments.ni_daq.unattended import open_interlock
from instruments.plant.line import Stroke
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, ConnectionFailedError, OutOfRangeError, RefusedError
from rig.record.bodies.events import ReadingMissed
from rig.record.bodies.pump_events import EdgesCounted
from tests.core.bench_support import bench_text, opened

CHASSIS = {
    "device": "cDAQ1Mod1",
    "edge_counter": "cDAQ1Mod2/ctr0",
    "counter_edge": "falling",
    "interlock_line": "cDAQ1Mod3/port0/line5",
}


@pytest.fixture
def quiet():
    """A chassis of three modules."""
    return Twin.Parameters(
        noise_v=0.0,
        device="cDAQ1Mod1",
        modules=["cDAQ1Mod2", "cDAQ1Mod3"],
        motor_counter="cDAQ1Mod2/ctr0",
        interlock_line="cDAQ1Mod3/port0/line5",
        contact_line="port1/line0",
    )


@pytest.fixture
def chassis(open_driver):
    return open_driver(**CHASSIS)


def test_a_usb_6008_is_asked_for_falling_edges(laboratory, context, closing):
    host = GrpcHost("daq", Twin("daq", Twin.Parameters(product="USB-6008"), laboratory))
    closing.callback(host.close)
    with pytest.raises(RefusedError, match="counts falling edges alone"):
        Driver("daq", Driver.Settings(port=host.port), context)
    driver = Driver("daq", Driver.Settings(port=host.port, product="USB-6008", counter_edge="falling"), context)
    closing.callback(driver.close)
    assert driver.count_edges() == 0


def test_edges_are_counted_on_another_module(chassis, laboratory, clock):
    chassis.start_sampling()
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    clock.wait_s(1)
    assert chassis.count_edges() == 12


@pytest.mark.parametrize("edge", ["rising", "falling"])
def test_the_edge_that_is_counted_is_the_one_of_the_bench_file(open_driver, twin, edge):
    open_driver(**{**CHASSIS, "counter_edge": edge})
    assert twin._service.book.find("daq-cDAQ1Mod1-edges").need_counter().edge == edge


@pytest.mark.parametrize("readback", ["itself", "port1/line0"])
def test_the_relay_moves_on_another_module(open_driver, laboratory, readback):
    driver = open_driver(**CHASSIS, interlock_readback=readback)
    driver.set_interlock(closed=True)
    assert laboratory.power.interlock_closed


def test_without_the_driver_the_relay_opens_on_another_module(chassis, host, laboratory):
    chassis.set_interlock(closed=True)
    open_interlock(Driver.unattended("daq", Driver.Settings(port=host.port, **CHASSIS)).settings)
    assert not laboratory.power.interlock_closed


@pytest.mark.parametrize("line", ["cDAQ1Mod3/port0/line5", "cDAQ1Mod1/port0/line5"])
def test_the_interlock_is_no_line_for_a_plan_by_its_full_name_either(chassis, laboratory, line):
    if line == "cDAQ1Mod1/port0/line5":  # another module's line of that number is another line
        chassis.set_line(line=line, high=True)
    else:
        with pytest.raises(OutOfRangeError, match="it moves the interlock relay"):
            chassis.set_line(line=line, high=True)
    assert not laboratory.power.interlock_closed


def test_inputs_may_be_on_another_module(open_driver):
    driver = open_driver(**CHASSIS, channels=[{"physical": "cDAQ1Mod3/ai1", "name": "x", "unit": "V"}])
    driver.start_sampling()
    assert driver.read_block().columns["x"].tolist() == [0.0]


def test_a_module_that_is_not_there_is_named_beside_those_that_are(open_driver):
    with pytest.raises(ConnectionFailedError, match="no device 'cDAQ1Mod4'; there are cDAQ1Mod1, cDAQ1Mod2, cDAQ1Mod3"):
        open_driver(**{**CHASSIS, "edge_counter": "cDAQ1Mod4/ctr0"})


def test_a_counter_that_a_module_does_not_have_is_refused(open_driver):
    with pytest.raises(RefusedError, match="cDAQ1Mod2/ctr9") as caught:
        open_driver(**{**CHASSIS, "edge_counter": "cDAQ1Mod2/ctr9"})
    assert caught.value.code == "-200170"


def test_what_is_not_there_is_refused_by_the_key_that_says_so(open_driver):
    driver = open_driver(device="cDAQ1Mod1", edge_counter="none", interlock_line="none")
    driver.start_sampling()
    assert len(driver.read_block().t_ns)
    with pytest.raises(OutOfRangeError, match=r"count_edges\(\) was refused") as no_counter:
        driver.count_edges()
    with pytest.raises(OutOfRangeError, match=r"set_interlock\(\) was refused") as no_relay:
        driver.set_interlock(closed=False)
    assert ('edge_counter = "none"' in no_counter.value.advice, 'interlock_line = "none"' in no_relay.value.advice) == (
        True,
        True,
    )


DAQ = """
[power]
voltage_v = 3.0
current_limit_a = 0.1
[instruments.daq]
driver = "ni_daq"
calibration = { id = "c", due = 2030-01-01 }
sample_every_s = 60
KEYS
"""


def with_daq(*keys):
    return bench_text(balance=False) + DAQ.replace("KEYS", "\n".join(keys))


@pytest.mark.parametrize("keys, relay, counts", [(("",), True, 2), (('edge_counter = "none"',), True, 0)])
def test_a_bench_asks_only_for_edges_that_are_counted(tmp_path, keys, relay, counts):
    with opened(tmp_path, with_daq(*keys)) as (bench, record):
        assert (bench.instruments.powering().interlock is not None) is relay
        with bench.window("edges"):
            bench.dwell(minutes=1)
        with record.reader() as reader:
            assert (len(list(reader.events(EdgesCounted))), list(reader.events(ReadingMissed))) == (counts, [])


def test_a_bench_without_a_relay_closes_none(tmp_path):
    with opened(tmp_path, with_daq('interlock_line = "none"')) as (bench, record):
        assert bench.instruments.powering().interlock is None
        with record.reader() as reader:
            assert "set_interlock" not in [entry.body["verb"] for entry in reader.entries(kind="command")]


@pytest.fixture
def load(tmp_path):
    def loaded(text):
        path = tmp_path / "bench.toml"
        path.write_text(text, encoding="utf-8")
        return load_bench_file(path)

    return loaded


def test_no_interlock_rests_on_edges_that_nobody_counts(load):
    whole = bench_text(balance=False).replace("[safety]", "stroke_ul = 1\nmotor_edges_per_stroke = 8\n[safety]")
    limits = "\n[interlocks]\nmost_distance_percent = 10\n"
    load(whole + DAQ.replace("KEYS", "") + limits)
    with pytest.raises(BenchFileError, match="needs two of these"):
        load(whole + DAQ.replace("KEYS", 'edge_counter = "none"') + limits)


@pytest.mark.parametrize("line", ["port0/line0", "Dev1/port0/line0"])
def test_no_challenge_moves_the_interlocks_line_whatever_it_is_called(load, line):
    with pytest.raises(BenchFileError, match="moves the interlock relay"):
        load(with_daq() + f'[challenges]\nocclusion = {{ by = "daq", line = "{line}" }}\n')


def test_every_device_that_a_bench_needs_is_leased(load):
    keys = ('edge_counter = "cDAQ1Mod2/ctr0"', 'interlock_line = "cDAQ1Mod3/port0/line0"')
    ports = load(with_daq(*keys)).ports
    assert [port.rpartition(" ")[2] for port in ports[-3:]] == ["Dev1", "cDAQ1Mod2", "cDAQ1Mod3"]
