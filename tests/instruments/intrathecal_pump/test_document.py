"""docs/pump-link.md against the code: dialogues byte for byte, tables code for code, the client as it stands."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from instruments.intrathecal_pump.frames import decode_frame
from instruments.intrathecal_pump.messages import Alarm, CommandCode, DeliveryState, LogEvent, ReplyResult
from instruments.intrathecal_pump.simulated.battery import BATTERY_DEPLETED_MV, BATTERY_LOW_MV
from instruments.intrathecal_pump.simulated.event_log import CAPACITY
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.link_watchdog import FACTORY_WATCHDOG_MS
from instruments.intrathecal_pump.simulated.programming_limits import CLOCK_MS, LIMITS, WATCHDOG_MS
from instruments.plant.power import MIN_PUMP_V
from rig.capabilities import PumpState

PAGE = (Path(__file__).parents[3] / "docs" / "pump-link.md").read_text(encoding="utf-8")
CLIENT = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]


def dialogue():
    """The page's dialogues as one list of ("wait", s) and ("exchange", sent, received)."""
    lines = [line for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    said = []
    for line in lines:
        if line.startswith("~"):
            said.append(["wait", float(line.split()[1])])
        elif line.startswith(">"):
            said.append(["exchange", bytes.fromhex(line[1:]), b""])
        elif line.startswith("<"):
            said[-1][2] = bytes.fromhex(line[1:])
        elif line.startswith("  "):
            said[-1][2 if said[-1][2] else 1] += bytes.fromhex(line)
    return said


def test_the_dialogues_are_what_the_pump_says_byte_for_byte(ward):
    said = dialogue()
    found = []
    for step in said:
        if step[0] == "wait":
            ward.clock.wait_s(step[1])
            found.append(step)
        else:
            found.append(["exchange", step[1], ward.twin.receive(step[1])])
    assert found == said


def test_the_dialogues_show_every_command():
    shown = {decode_frame(step[2][1:-1]).code & 0x7F for step in dialogue() if step[0] == "exchange" and step[2]}
    assert shown >= set(CommandCode)


def test_the_stop_frame_of_the_page_stops(ward, driver):
    driver.run_continuous(rate_ul_h=2.0)
    (frame,) = set(re.findall(r"`(00 [0-9a-f ]+ 00)` \(STOP", PAGE))
    ward.twin.receive(bytes.fromhex(frame))
    assert driver.status().state is PumpState.STOPPED


@pytest.mark.parametrize(
    "row, codes",
    [
        (r"\| (0x\d\d) \| ([A-Z_]+) \| [^|]+ \| [^|]+ \|\n", [*CommandCode]),
        (r"\| (0x\d\d) \| ([A-Z_]+) \| [^|]+ \|\n", [*ReplyResult]),
        (r"\| (0x\d{4}) \| ([A-Z_]+) \| [^|]+ \|\n", [*Alarm, *LogEvent]),
    ],
    ids=["commands", "results", "alarms and events"],
)
def test_the_tables_hold_every_code_and_no_other(row, codes):
    table = {(int(number, 16), name) for number, name in re.findall(row, PAGE)}
    assert table == {(code.value, code.name) for code in codes}


def test_the_states_are_those_of_the_page():
    assert re.search(r"0 STOPPED, 1 INFUSING, 2 BOLUS [^|]*, 3 ALARM", PAGE)
    states = (DeliveryState.STOPPED, DeliveryState.INFUSING, DeliveryState.BOLUS, DeliveryState.ALARM)
    assert [state.value for state in states] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "sentence",
    [
        f"rate {LIMITS.min_rate_nl_h} to {LIMITS.max_rate_nl_h} nL/h",
        f"bolus {LIMITS.min_bolus_nl} to {LIMITS.max_bolus_nl} nL",
        f"in steps of {LIMITS.bolus_step_nl}; highest total rate {LIMITS.max_total_rate_nl_h} nL/h",
        f"allowed are {WATCHDOG_MS[0]} to {WATCHDOG_MS[-1]}",
        f"It is {FACTORY_WATCHDOG_MS} ms when the pump leaves the factory",
        f"allowed are {CLOCK_MS[0]} (2000-01-01) to {CLOCK_MS[-1]} (end of 2099)",
        f"the voltage is below {BATTERY_LOW_MV} mV",
        f"the voltage is below {BATTERY_DEPLETED_MV} mV",
        f"Below {round(MIN_PUMP_V * 1000)} mV at its terminals the pump is off",
        f"the newest {CAPACITY} entries are kept",
    ],
)
def test_the_numbers_of_the_page_are_those_of_the_code(sentence):
    assert sentence in " ".join(PAGE.split())


def test_every_key_of_the_twins_table_is_on_the_page():
    missing = [key for key in PumpParameters.model_fields if f"`{key}`" not in PAGE and f"`{key} = " not in PAGE]
    assert missing == []


class Port:
    """What the page's client wants of a port, straight into the twin; every second reply is lost."""

    def __init__(self, twin):
        self.twin = twin
        self.waiting = b""
        self.writes = 0

    def write(self, data):
        reply = self.twin.receive(data)
        self.writes += 1
        self.waiting = b"" if self.writes % 2 else reply

    def read(self, _count):
        reply, self.waiting = self.waiting, b""
        return reply


@pytest.fixture
def client():
    names = {}
    exec(compile(CLIENT, "pump-link.md", "exec"), names)
    return SimpleNamespace(**names)


def test_the_client_of_the_page_starts_an_infusion_through_lost_replies(ward, client, driver):
    client.run_continuous(Port(ward.twin), 41_700)
    assert driver.status().rate_ul_h == 41.7


def test_the_client_of_the_page_sees_a_refusal(ward, client):
    with pytest.raises(RuntimeError, match="0x11"):
        client.run_continuous(Port(ward.twin), 1)
