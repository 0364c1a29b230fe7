"""What every folder of instruments/ must fulfil; a new one is found unaided."""

import contextlib
import inspect
import re
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from rig.bench_file.reading import load_bench_file
from rig.bench_file.tables import InstrumentSettings, TwinParameters
from rig.capabilities import CAPABILITIES
from rig.clock import VirtualClock
from rig.discovery import find_class, find_driver, find_twin, known_instruments
from rig.driving import DriverContext
from rig.errors import InstrumentError
from rig.samples import Sampled

BENCH = """
[bench]
name = "one"
kind = "mocked"
clock = "virtual"
epoch = 2026-01-05T08:00:00Z
[dut]
model = "m"
serial = "s"
[safety]
link_watchdog_s = 100
[liquid]
name = "water"
density_kg_m3 = 998.207
u_density_kg_m3 = 0.05
reference_c = 20.0
expansion_per_k = "water"
volume_at_c = 22.0

[weighing]
readability_mg = 0.01
repeatability_mg = 0.02
linearity_mg = 0.03
calibration_u_percent = 0.002
[laboratory]
pump_power = "battery"
[instruments.it]
driver = "NAME"
sample_every_s = 10
calibration = { id = "c", due = 2030-01-01 }
"""
# What a number's name must end in: its unit. The rest are numbers without one.
UNITS = re.compile(
    r"_(s|ms|ns|h|min|minutes|hours|hz|v|mv|a|ma|uah|ul|nl|ul_h|nl_h|ul_min|ul_kpa|kpa|hpa|c|k|mg|g|mg_h|mg_s|mg_sqrt_h|"
    r"mm|percent|percent_k|percent_per_k|ppm|v_per_ah|mah|ohm|baud|bits|lsb|samples|edges|mhz|mg_per_h|ul_min_per_k)$"
)
PURE_NUMBERS = {"scale", "offset", "polynomial", "times_resistance"}
every_instrument = pytest.mark.parametrize("name", known_instruments())


@pytest.fixture
def hosted(name, tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH.replace("NAME", name), encoding="utf-8")
    bench_file = load_bench_file(path)
    clock = VirtualClock(bench_file.epoch_ns)
    host = find_class("instruments.hosting.host:TwinHost", "", "")(bench_file, clock, 1)
    yield bench_file.instruments[0], host, clock
    host.close()


def settings_for(entry, port):
    return entry.settings.model_copy(update={"port": port})


@every_instrument
def test_the_folder_holds_dialect_driver_and_twin(name):
    folder = Path(inspect.getfile(find_driver(name))).parent
    assert {"__init__.py", "dialect.py", "driver.py", "twin.py"} <= {path.name for path in folder.iterdir()}


@every_instrument
def test_the_driver_says_what_it_is(name):
    driver = find_driver(name)
    assert driver.capability in CAPABILITIES
    assert isinstance(driver.measuring, bool)
    assert issubclass(driver.Settings, InstrumentSettings)
    assert issubclass(find_twin(name).Parameters, TwinParameters)


@every_instrument
def test_the_driver_and_its_twin_agree_over_the_real_wire(name, hosted):
    entry, host, clock = hosted
    journal = []
    driver = entry.driver("it", settings_for(entry, host.ports["it"]), DriverContext(clock, journal.append))
    try:
        assert isinstance(driver, CAPABILITIES[entry.capability])
        assert all([driver.identify().maker, driver.identify().model])
        if isinstance(driver, Sampled):
            driver.start_sampling()
            clock.wait_s(10)
            block = driver.read_block()
            assert set(block.columns) == {channel.name for channel in driver.channels}
            assert all(len(column) == len(block.t_ns) for column in block.columns.values())
            driver.stop_sampling()
            driver.stop_sampling()
    finally:
        driver.close()
        driver.close()


@every_instrument
def test_a_driver_is_opened_anew_in_its_own_place(name, hosted):
    entry, host, clock = hosted
    settings, context = settings_for(entry, host.ports["it"]), DriverContext(clock, lambda _: None)
    driver = entry.driver("it", settings, context)
    try:
        before = driver.identify()
        if isinstance(driver, Sampled):
            driver.start_sampling()  # nobody ends it: its line is lost
        driver.close()
        entry.driver.__init__(driver, "it", settings, replace(context, again=True))
        assert driver.identify() == before
        if isinstance(driver, Sampled):
            driver.start_sampling()
            clock.wait_s(10)
            assert set(driver.read_block().columns) == {channel.name for channel in driver.channels}
    finally:
        driver.close()


def numbers_in(model: type[BaseModel], seen=()):
    for field, info in model.model_fields.items():
        kinds = [info.annotation, *getattr(info.annotation, "__args__", ())]
        if float in kinds:  # whole numbers may be counts
            yield field
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
                yield from numbers_in(kind, (*seen, kind))


@every_instrument
def test_every_number_in_a_bench_file_carries_its_unit(name):
    numbers = {*numbers_in(find_driver(name).Settings), *numbers_in(find_twin(name).Parameters)}
    nameless = sorted(n for n in numbers - PURE_NUMBERS if not UNITS.search(f"_{n}"))
    assert nameless == []


@every_instrument
def test_every_public_verb_says_what_it_does(name):
    verbs = inspect.getmembers(find_driver(name), inspect.isfunction)
    assert [verb for verb, function in verbs if not verb.startswith("_") and not function.__doc__] == []


class BadListener:
    """Something on a TCP port that is not the instrument: silent, or answering with garbage."""

    def __init__(self, answer):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(0.1)
        self.answer = answer
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        clients = []
        while not self.ending.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self.server.accept()
                client.settimeout(0.02)
                clients.append(client)
            for client in clients:
                with contextlib.suppress(OSError):
                    if client.recv(4096) and self.answer:
                        client.sendall(self.answer)
        for client in clients:
            client.close()

    def close(self):
        self.ending.set()
        self.thread.join()
        self.server.close()


@every_instrument
@pytest.mark.parametrize("answer", [b"", b"\x00\xff\x7e garbage \r\n" * 5], ids=["silence", "garbage"])
def test_what_is_not_the_instrument_is_a_typed_error_with_advice(name, hosted, answer):
    entry, _, clock = hosted
    pattern = {"grpc": "grpc://{host}:{port}"}.get(entry.twin.hosting) or entry.twin.port_format
    listener = BadListener(answer)
    try:
        port = pattern.format(host="127.0.0.1", port=listener.server.getsockname()[1])
        with pytest.raises(InstrumentError) as caught:
            entry.driver("it", settings_for(entry, port), DriverContext(clock, lambda _: None))
    finally:
        listener.close()
    assert caught.value.instrument == "it"
    assert caught.value.port == port
    assert caught.value.advice
