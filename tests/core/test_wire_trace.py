"""The wire trace holds every byte of every kind of wire, in order, and asks nothing when it is off."""

import json

import pytest

from instruments.hosting.host import TwinHost
from rig.bench_file.reading import load_bench_file
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.wire_trace import WireTrace
from tests.docs.pages import ROOT


@pytest.fixture
def traced(tmp_path):
    """Open one instrument of the mocked bench, let it do something, return the lines of its trace."""

    def lines(name, act):
        bench_file = load_bench_file(ROOT / "benches/mocked.toml")
        clock = VirtualClock(bench_file.epoch_ns)
        host = TwinHost(bench_file, clock, 1)
        entry = next(entry for entry in bench_file.instruments if entry.name == name)
        settings = entry.settings.model_copy(update={"port": host.ports[name]})
        path = tmp_path / "wire.jsonl"
        try:
            with WireTrace(path, clock) as trace:
                driver = entry.driver(name, settings, DriverContext(clock, print, 20.0, trace))
                act(driver)
                driver.close()
        finally:
            host.close()
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    return lines


def bytes_of(lines, direction):
    return b"".join(bytes.fromhex(line["hex"]) for line in lines if line["direction"] == direction)


def test_a_byte_stream_leaves_what_was_sent_and_what_came(traced):
    lines = traced("balance", lambda balance: balance.read_mass())
    sent = bytes_of(lines, "sent")
    assert (sent.startswith(b"@\r\nI4\r\nI2\r\n"), sent.endswith(b"\r\nSI\r\n")) == (True, True)
    assert bytes_of(lines, "received").endswith(b" g\r\n")
    assert {(line["instrument"], line["t"]) for line in lines} == {("balance", "2026-01-05T08:00:00.000000Z")}


def test_a_visa_session_leaves_what_was_sent_and_what_came(traced):
    lines = traced("meter", lambda meter: meter.measure_voltage_v())
    assert bytes_of(lines, "sent").startswith(b"*IDN?\nSYST:ERR?\n")
    assert bytes_of(lines, "received").startswith(b"RIG,TWIN-METER,")


def test_a_call_leaves_its_method_and_its_messages_in_words(traced):
    lines = traced("daq", lambda daq: daq.set_interlock(closed=True))
    called = [(line["direction"], line["said"]) for line in lines if line["call"] == "WriteDigitalLines"]
    assert called == [
        ("sent", "task=daq-Dev1-port0-line0, auto_start=true, write_array=01"),
        ("received", "samps_per_chan_written=1"),
    ]
    assert not any("hex" in line for line in lines)


def test_a_trace_that_is_closed_drops_what_comes_later(tmp_path):
    trace = WireTrace(tmp_path / "wire.jsonl", VirtualClock(0))
    tap = trace.tap("balance")
    trace.close()
    trace.close()
    tap("sent", b"x")
    assert (tmp_path / "wire.jsonl").read_text(encoding="utf-8") == ""


def test_without_a_trace_there_is_nothing_to_tell():
    assert DriverContext(VirtualClock(0), print).tap("balance") is None
