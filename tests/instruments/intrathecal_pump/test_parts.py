"""Each part of the firmware, replaced alone: its defect is seen over the wire, and everything else stays."""

from dataclasses import fields
from pathlib import Path

import pytest

from instruments.intrathecal_pump.simulated.assembly import Parts
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.part_names import PartNames
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, InstrumentError
from tests.instruments.intrathecal_pump import defective_parts as defects
from tests.instruments.intrathecal_pump.defective_therapy_parts import OTHER_PARTS

MOCKED = Path(__file__).parents[3] / "benches/mocked.toml"
STAGE, COMMIT, STOP = 0x10, 0x12, 0x08
AT_1000_UL_H = bytes.fromhex("01 000f4240")
ITS_CRC = bytes.fromhex("97ec")


def outcome(ask):
    """What is answered, or which error says that nothing is."""
    try:
        return ask()
    except InstrumentError as error:
        return type(error).__name__


def logged(driver):
    return [(entry.event, entry.detail) for entry in driver.read_log()]


# What is seen of a pump from outside, each on a pump of its own: `true` is what comes out, `told` what it says.


def an_infusion(pump):
    pump.driver.run_continuous(rate_ul_h=1000.0)
    pump.wait(60)
    return {"true dose": pump.delivered_ul(), "told dose": pump.driver.status().delivered_ul}


def a_bolus(pump):
    pump.driver.run_continuous(rate_ul_h=900.0)
    pump.driver.give_bolus(volume_ul=5.0)
    pump.wait(30)
    during_ul = pump.delivered_ul()
    pump.wait(30)
    return {"true bolus": during_ul, "true basal after it": pump.delivered_ul() - during_ul}


def a_stop(pump):
    pump.driver.run_continuous(rate_ul_h=100.0)
    pump.driver.give_bolus(volume_ul=5.0)
    pump.wait(18)
    return {"stop": outcome(pump.driver.stop), "log": outcome(lambda: logged(pump.driver))}


def silence(pump):
    pump.driver.run_continuous(rate_ul_h=1000.0)
    pump.wait(59)
    before = pump.driver.status().state
    pump.wait(3600)
    return {"silence": (before, pump.driver.status().state)}


def a_reservoir_that_runs_out(pump):
    pump.driver.run_continuous(rate_ul_h=1000.0)
    pump.wait(30)
    low = pump.driver.status()
    pump.wait(50)
    empty = pump.driver.status()
    return {"low": (low.state, low.alarms), "empty": (empty.state, empty.alarms)}


def a_weak_cell(pump):
    pump.ward.laboratory.change_power(supply_v=2.5)
    pump.wait(1)
    return {"weak cell": pump.driver.status().alarms}


def a_power_cut(pump):
    pump.driver.run_continuous(rate_ul_h=100.0)
    pump.wait(40)
    pump.ward.laboratory.change_power(output_on=False)
    pump.wait(5)
    pump.ward.laboratory.change_power(output_on=True)
    pump.wait(5)
    return {
        "restart": outcome(lambda: pump.driver.status().state),
        "kept count": outcome(lambda: pump.driver.status().delivered_ul),
    }


def an_hour(pump):
    pump.wait(3600)
    return {"clock": pump.driver.status().pump_clock_ns - pump.ward.clock.now_ns()}


def what_is_staged(pump):
    hand = pump.hand()
    low, _ = hand.ask(1, STAGE, bytes.fromhex("01 000007cf"))
    hand.ask(2, STAGE, AT_1000_UL_H)
    pump.wait(60)
    truly_ul = pump.delivered_ul()
    hand.ask(3, STOP)
    committed, _ = hand.ask(4, COMMIT, ITS_CRC)
    return {"1.999 µL/h": low, "staged": truly_ul, "commit after stop": committed}


SCENES = {
    an_infusion: {},
    a_bolus: {},
    a_stop: {},
    silence: {},
    a_reservoir_that_runs_out: {"reservoir_ul": 20.0, "low_reservoir_ul": 15.0},
    a_weak_cell: {},
    a_power_cut: {},
    an_hour: {},
    what_is_staged: {},
}
DEFECTS = [
    ("schedule", defects.InfusesOn, {"stop"}),
    ("schedule", defects.ResumesByItself, {"restart"}),
    ("bolus", defects.BasalGoneAfterBolus, {"true basal after it"}),
    ("bolus", defects.BolusSaysTheRequest, {"log"}),
    ("limits", defects.NoLowestRate, {"1.999 µL/h"}),
    ("staging", defects.StopLeavesWhatIsStaged, {"commit after stop"}),
    ("alarms", defects.NeverLow, {"low", "empty"}),
    ("alarms", defects.NeverEmpty, {"empty"}),
    ("alarms", defects.WarningStopsThePump, {"low", "empty"}),
    ("alarms", defects.LinkLossNeverSeen, {"silence"}),
    ("watchdog", defects.DeafWatchdog, {"silence"}),
    ("battery", defects.NeverWarnsOfTheCell, {"weak cell"}),
    ("books", defects.CountsAQuarterTooMuch, {"told dose", "kept count"}),
    ("books", defects.RestartForgetsTheCount, {"kept count"}),
    ("log", defects.HasGaps, {"log"}),
    ("clock", defects.RunsFast, {"clock"}),
    ("planner", defects.SaturatesAt1200, {"true bolus"}),
    ("mechanism", defects.LeakingValve, {"true dose", "true bolus", "true basal after it"}),
    ("start_up", defects.BootsForTenSeconds, {"restart", "kept count"}),
    ("desk", defects.StageTakesEffect, {"staged"}),
]


class OnTheWire:
    """A pump on its pty, fed by the supply and up, with whoever speaks to it."""

    def __init__(self, ward, build_hand):
        self.ward = ward
        self._build_hand = build_hand
        ward.laboratory.change_power(supply_v=3.0, current_limit_a=0.1, output_on=True, interlock_closed=True)
        self.wait(20)

    def delivered_ul(self):
        return round(self.ward.delivered_ul(), 6)

    @property
    def driver(self):
        if not self.ward._open:
            self.ward.open(timeout_s=0.2)
        return self.ward._open[0]

    def hand(self):
        return self._build_hand(self.ward.port)

    def wait(self, seconds):
        self.ward.clock.wait_s(seconds)
        self.ward.laboratory.advance()


@pytest.fixture
def seen(build_ward, build_hand):
    """All that is seen of a pump with these parts."""

    def see(parts):
        found = {}
        for scene, parameters in SCENES.items():
            ward = build_ward(pump_power="supply", parts=parts, stroke_variation_percent=0, **parameters)
            found |= scene(OnTheWire(ward, build_hand))
        return found

    return see


@pytest.mark.parametrize("part, defect, expected", DEFECTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_part_with_a_defect_is_seen_and_everything_else_stays(seen, part, defect, expected):
    healthy, defective = seen({}), seen({part: f"{defects.__name__}:{defect.__name__}"})
    assert {what for what in healthy if healthy[what] != defective[what]} == expected


def test_every_part_has_a_defect_here_and_a_name():
    assert {part for part, _, _ in DEFECTS} | set(OTHER_PARTS) == set(PartNames.model_fields)
    assert {field.name for field in fields(Parts)} | {"desk"} == set(PartNames.model_fields)


class OfOnesOwn(BuiltInFirmware):
    """Firmware that is derived from the built-in one."""


def test_derived_firmware_takes_parts_too(build_ward):
    names = {"firmware": f"{__name__}:OfOnesOwn", "parts": {"books": f"{defects.__name__}:CountsAQuarterTooMuch"}}
    ward = build_ward(**names)
    driver = ward.open()
    driver.run_continuous(rate_ul_h=1000.0)
    ward.clock.wait_s(36)
    assert driver.status().delivered_ul == 12.5


def test_a_part_is_named_from_code():
    parts = PartNames(clock=f"{defects.__name__}:RunsFast")
    assert PumpParameters(parts=parts).parts.clock == f"{defects.__name__}:RunsFast"


class AnotherKind:
    """Firmware that owes nothing to the built-in one."""

    def advance(self): ...

    def handle(self): ...

    def heard(self): ...


@pytest.fixture
def mistakes(tmp_path):
    """The mistakes in a bench file with this table for the pump's twin."""

    def load(twin):
        path = tmp_path / "bench.toml"
        path.write_text(f"{MOCKED.read_text(encoding='utf-8')}\n[instruments.pump.twin]\n{twin}\n", encoding="utf-8")
        with pytest.raises(BenchFileError) as caught:
            load_bench_file(path)
        return str(caught.value)

    return load


@pytest.mark.parametrize(
    "parts, said",
    [
        (
            '{ watchdgo = "a:B" }',
            "pump.twin.parts.watchdgo: this key is not known; did you mean 'watchdog'",
        ),
        (
            '{ magnet = "a:B" }',
            "allowed here: alarms, battery, bolus, books, clock, desk, dose_limit, flow_monitor, forecast,",
        ),
        (f'{{ log = "{defects.__name__}:HasGabs" }}', "has no class HasGabs; did you mean 'HasGaps'?"),
        (f'{{ log = "{defects.__name__}:RunsFast" }}', "RunsFast' is not this part; must be module:Class of EventLog"),
        (
            '{ log = "HasGaps" }',
            "pump.twin.parts.log: found 'HasGaps'; must be module:Class of",
        ),
        ('{ log = "no_such_lab:HasGaps" }', "module no_such_lab cannot be imported"),
        ("{ log = 3 }", "instruments.pump.twin.parts.log: found 3"),
    ],
)
def test_a_part_that_is_none_is_a_mistake_in_the_bench_file(mistakes, parts, said):
    assert said in mistakes(f"parts = {parts}")


def test_firmware_of_another_kind_has_no_parts_to_replace(mistakes):
    twin = f'firmware = "{__name__}:AnotherKind"\nparts = {{ log = "{defects.__name__}:HasGaps" }}'
    assert "instruments.pump.twin.parts: " in mistakes(twin)
    assert f"the firmware {__name__}:AnotherKind is not made of these parts" in mistakes(twin)


def test_what_is_no_receiver_of_the_link_is_refused(mistakes):
    twin = f'receiver = "{__name__}:AnotherKind"\n'
    assert "must be module:Class of the link's receiver with the methods feed, reset" in mistakes(twin)
