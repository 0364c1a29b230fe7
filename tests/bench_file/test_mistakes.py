"""Every mistake of a bench file is reported at once, with its place, what was found and what is allowed."""

import re
from datetime import date
from pathlib import Path

import pytest

from rig.bench_file.air import unknown_air
from rig.bench_file.feeding import unfed_pump
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError

ROOT = Path(__file__).parents[2]
MOCKED = (ROOT / "benches" / "mocked.toml").read_text(encoding="utf-8")
PHYSICAL = (ROOT / "benches" / "physical-example.toml").read_text(encoding="utf-8")


def load(tmp_path, text):
    path = tmp_path / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return load_bench_file(path)


def mistakes(tmp_path, text):
    with pytest.raises(BenchFileError) as caught:
        load(tmp_path, text)
    return caught.value.mistakes


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "benches").glob("*.toml")))
def test_every_bench_file_of_the_project_is_right(name):
    assert load_bench_file(ROOT / "benches" / name).instruments


def test_all_mistakes_come_at_once(tmp_path):
    text = MOCKED.replace('kind = "mocked"', 'kind = "moked"').replace("link_watchdog_s = 150", "link_watchdog_s = -1")
    text = text.replace('driver = "scpi_meter"', 'driver = "scpi_metre"')
    found = "\n".join(mistakes(tmp_path, text))
    assert "bench.kind: found 'moked'" in found
    assert "safety.link_watchdog_s: found -1" in found
    assert "did you mean 'scpi_meter'?" in found


def test_what_does_not_go_together_is_said_beside_what_is_wrong_by_itself(tmp_path):
    text = MOCKED.replace('model = "', 'modle = "', 1).replace("link_watchdog_s = 150", "link_watchdog_s = 9000")
    text = re.sub(r"\[liquid\][^[]*", "", text).replace('driver = "scpi_meter"', 'driver = "scpi_meter"\nrole = "pump"')
    text = text.replace('clock = "virtual"', 'clock = "wall"')
    places = {line.partition(":")[0] for line in mistakes(tmp_path, text)}
    assert {"dut.modle", "safety.link_watchdog_s", "liquid", "instruments.meter.role"} <= places


@pytest.mark.parametrize(
    ("port", "there"),
    [
        ("/dev/serial/by-id/../by-id/usb-FTDI_FT232R_pump-if00-port0", "pump"),
        ("TCPIP0::192.0.2.10::5025::socket", "supply"),
        ("socket://192.0.2.11:5025", "meter"),
    ],
)
def test_two_instruments_at_one_place_are_a_mistake(tmp_path, port, there):
    text = PHYSICAL.replace("/dev/serial/by-id/usb-FTDI_FT232R_balance-if00-port0", port)
    found = mistakes(tmp_path, text)
    assert any(f"{there!r} is there already" in line or "'balance' is there already" in line for line in found), found


def test_one_device_that_feeds_and_measures_is_no_mistake(tmp_path):
    assert load(tmp_path, PHYSICAL.replace("192.0.2.11", "192.0.2.10"))


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ('name = "mocked"', 'name = "A bench"', "bench.name: found 'A bench'; allowed: 1 to 32 small letters"),
        ("[safety]", "[influxdb]\nurl = 'ftp://x'\nbucket = 'b'\n[safety]", "allowed: http:// or https://"),
        ('driver = "ni_daq"', 'driver = "ni_daq"\nchannels = { a = 1 }', "a list is wanted"),
    ],
)
def test_what_is_allowed_is_said_in_words(tmp_path, old, new, allowed):
    assert any(allowed in line for line in mistakes(tmp_path, MOCKED.replace(old, new, 1)))


def test_an_unknown_key_is_a_mistake_with_a_suggestion(tmp_path):
    (line,) = mistakes(tmp_path, MOCKED.replace("operator =", "operater ="))
    assert line.startswith("bench.operater: this key is not known; did you mean 'operator'?")
    assert "epoch" in line


def test_an_unknown_key_of_an_instrument_is_a_mistake(tmp_path):
    text = MOCKED.replace('driver = "scpi_meter"', 'driver = "scpi_meter"\ncolour = "green"')
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("instruments.meter.colour: this key is not known")


def test_a_measuring_instrument_needs_a_calibration(tmp_path):
    text = re.sub(r'calibration = \{ id = "CAL-BAL.*\n', "", MOCKED)
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("instruments.balance.calibration: missing")


def test_a_watchdog_shorter_than_two_status_polls_is_a_mistake(tmp_path):
    (line,) = mistakes(tmp_path, MOCKED.replace("link_watchdog_s = 150", "link_watchdog_s = 100"))
    assert "found 100 and a sample_every_s of 60 of pump" in line
    assert "at least twice in the watchdog's time" in line


def test_a_pump_that_runs_on_unheard_for_hours_is_a_mistake_on_the_wall_clock(tmp_path):
    for_years = MOCKED.replace("link_watchdog_s = 150", "link_watchdog_s = 43200")
    (line,) = mistakes(tmp_path, for_years.replace('clock = "virtual"', 'clock = "wall"'))
    assert "safety.link_watchdog_s: found 43200; a pump may run on unheard for at most 600 s" in line


def test_a_pump_may_run_on_unheard_for_two_days_on_the_virtual_clock(tmp_path):
    for_years = MOCKED.replace("link_watchdog_s = 150", "link_watchdog_s = 172800")
    assert load(tmp_path, for_years).safety.link_watchdog_s == 172_800


def test_a_pump_that_nobody_reads_is_a_mistake(tmp_path):
    unread = MOCKED.replace('driver = "intrathecal_pump"\nsample_every_s = 60\n', 'driver = "intrathecal_pump"\n')
    assert unread != MOCKED
    (line,) = mistakes(tmp_path, unread)
    assert "no sample_every_s of pump" in line


def test_virtual_time_needs_an_epoch(tmp_path):
    (line,) = mistakes(tmp_path, MOCKED.replace("epoch = 2026-01-05T08:00:00Z\n", ""))
    assert line.startswith("bench.epoch: missing")


def test_a_mocked_bench_takes_no_ports(tmp_path):
    text = MOCKED.replace('driver = "scpi_meter"', 'driver = "scpi_meter"\nport = "/dev/ttyUSB0"')
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("instruments.meter.port: found '/dev/ttyUSB0'")


def test_two_instruments_of_one_capability_need_roles(tmp_path):
    text = MOCKED + '\n[instruments.meter2]\ndriver = "scpi_meter"\ncalibration = { id = "x", due = 2030-01-01 }\n'
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("instruments.meter2.role: 'meter' serves as meter already")


def test_several_instruments_of_one_capability_stand_on_a_bench_by_role(tmp_path):
    more = 'driver = "scpi_meter"\nrole = "reference"\ncalibration = { id = "x", due = 2030-01-01 }\n'
    found = load(tmp_path, f"{MOCKED}\n[instruments.meter2]\n{more}").instruments
    assert {entry.name: entry.role for entry in found if entry.capability == "meter"} == {
        "meter": "meter",
        "meter2": "reference",
    }


def test_a_role_that_is_another_capability_is_a_mistake(tmp_path):
    more = 'driver = "scpi_meter"\nrole = "balance"\ncalibration = { id = "x", due = 2030-01-01 }\n'
    assert any("cannot serve as that" in line for line in mistakes(tmp_path, f"{MOCKED}\n[instruments.meter2]\n{more}"))


@pytest.mark.parametrize("text", ["", "not toml [", "bench = 3", "[bench]\nname = 7", "instruments = 4"])
def test_what_is_no_bench_file_is_refused(tmp_path, text):
    assert mistakes(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BenchFileError, match="cannot be read"):
        load_bench_file(tmp_path / "none.toml")


def test_calibrations_run_out_on_physical_benches_only():
    physical = load_bench_file(ROOT / "benches" / "physical-example.toml")
    assert physical.overdue(date(2020, 1, 1)) == ()
    assert any("balance" in line for line in physical.overdue(date(2099, 1, 1)))
    assert load_bench_file(ROOT / "benches" / "mocked.toml").overdue(date(2099, 1, 1)) == ()


def test_a_misspelt_common_key_of_an_instrument_finds_its_neighbour(tmp_path):
    text = MOCKED.replace('driver = "scpi_meter"\nsample_every_s', 'driver = "scpi_meter"\nsample_every_sec')
    (line,) = mistakes(tmp_path, text)
    assert "did you mean 'sample_every_s'?" in line


@pytest.mark.parametrize(
    "written, ns",
    [
        ("2026-01-05T08:00:00Z", 1_767_600_000_000_000_000),
        ("2026-01-05T08:00:00.123456Z", 1_767_600_000_123_456_000),
        ("2026-01-05T10:00:00.5+02:00", 1_767_600_000_500_000_000),
        ("1970-01-01T00:00:00.25Z", 250_000_000),
    ],
)
def test_the_fraction_of_a_second_of_an_epoch_stays(tmp_path, written, ns):
    assert load(tmp_path, MOCKED.replace("2026-01-05T08:00:00Z", written)).epoch_ns == ns


def without(text, *tables):
    """Return a bench file's text without some of its tables."""
    return "\n[".join(part for part in text.split("\n[") if not part.startswith(tuple(f"{one}]" for one in tables)))


@pytest.mark.parametrize(
    "table, said",
    [
        ("instruments.supply", "the bench has no supply, and its pump would be without power"),
        ("power", "the supply is not told how to feed the pump; add [power]"),
    ],
)
def test_a_mocked_pump_that_nothing_feeds_is_told_with_what_to_add(tmp_path, table, said):
    lacking = without(MOCKED, table)
    assert said in unfed_pump(load(tmp_path, lacking))
    fed = lacking.replace("[laboratory]", '[laboratory]\npump_power = "battery"')
    assert unfed_pump(load(tmp_path, fed)) == ""


def test_a_mocked_pump_that_a_supply_feeds_is_fed(tmp_path):
    assert unfed_pump(load(tmp_path, MOCKED)) == ""


def test_air_that_the_daq_measures_is_known(tmp_path):
    assert unknown_air(load(tmp_path, MOCKED)) == ""


def test_air_that_nobody_knows_is_told_with_the_table_to_add(tmp_path):
    told = unknown_air(load(tmp_path, without(MOCKED, "instruments.daq")))
    assert "neither measured (no DAQ measures them) nor stated" in told
    stated = told[told.index("[ambient]") :]
    assert unknown_air(load(tmp_path, without(MOCKED, "instruments.daq") + "\n" + stated)) == ""


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("sample_every_s = 300\nsample_rate_hz", "sample_rate_hz", "daq has no sample_every_s"),
        (
            "sample_rate_hz = 1.0",
            'sample_rate_hz = 1.0\nchannels = [{ physical = "ai0", name = "air_pressure", unit = "hPa" }]',
            "daq has no channel air_temperature, air_humidity, liquid_temperature",
        ),
    ],
)
def test_a_daq_that_does_not_measure_the_air_is_told_with_what_it_lacks(tmp_path, old, new, said):
    assert said in unknown_air(load(tmp_path, MOCKED.replace(old, new)))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("rfc2217://fd00::5:4001", "brackets"),
        ("rfc2217://[fd00::5:4001", "from 1 to 65535"),
        ("rfc2217://[fd00::5]", "from 1 to 65535"),
        ("socket://host:400100", "from 1 to 65535"),
        ("socket://:4001", "no host"),
        ("/dev/ttyUSB0 ", "a blank"),
    ],
)
def test_a_port_that_can_be_none_is_named_before_anybody_tries_it(tmp_path, found, said):
    port = "/dev/serial/by-id/usb-FTDI_FT232R_balance-if00-port0"
    (mistake,) = mistakes(tmp_path, PHYSICAL.replace(port, found))
    assert mistake.startswith("instruments.balance.port: found ")
    assert said in mistake


@pytest.mark.parametrize(
    "found", ["rfc2217://[fd00::5]:4001", "socket://host:4001", "COM3", "rfc2217://h:1?logging=debug"]
)
def test_a_port_that_can_be_one_is_left_alone(tmp_path, found):
    port = "/dev/serial/by-id/usb-FTDI_FT232R_balance-if00-port0"
    assert load(tmp_path, PHYSICAL.replace(port, found)).instruments


@pytest.mark.parametrize("found", ["grpc://fd00::9:31763", "grpc://host", "http://host:31763", "Dev1"])
def test_a_daq_is_reached_locally_or_by_a_device_server(tmp_path, found):
    (mistake,) = mistakes(tmp_path, PHYSICAL.replace('port = "local"', f'port = "{found}"'))
    assert mistake.startswith(f"instruments.daq.port: found {found!r}; ")
    assert "grpc://" in mistake or "65535" in mistake


def test_a_protection_below_what_the_pump_is_fed_with_is_named(tmp_path):
    supply = 'driver = "scpi_supply"'
    (mistake,) = mistakes(tmp_path, PHYSICAL.replace(supply, f"{supply}\nover_voltage_v = 2.6"))
    assert mistake.startswith("instruments.supply.over_voltage_v: found 2.6; ")
    assert "3 V" in mistake


def test_what_may_be_one_thing_or_another_is_one_mistake(tmp_path):
    supply = 'driver = "scpi_supply"'
    (mistake,) = mistakes(tmp_path, PHYSICAL.replace(supply, f"{supply}\noutput = 120"))
    assert mistake.startswith("instruments.supply.output: found 120; allowed: a number from 1 to 98, or a name ")


def test_rts_cannot_hold_up_and_switch_an_rs485_line_at_once(tmp_path):
    balance = 'driver = "mettler_mt_sics"'
    keys = 'handshake = "rts/cts"\nrs485 = "rts high to send"'
    (mistake,) = mistakes(tmp_path, PHYSICAL.replace(balance, f"{balance}\n{keys}"))
    assert mistake.startswith("instruments.balance.rs485: found 'rts high to send'; ")
