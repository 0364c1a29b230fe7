"""docs/pump-link.md against the code: dialogues byte for byte, tables code for code, the client as it stands."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from instruments.intrathecal_pump.codes import NON_CRITICAL_ALARMS
from instruments.intrathecal_pump.frames import decode_frame
from instruments.intrathecal_pump.messages import Alarm, CommandCode, DeliveryState, LogEvent, ReplyResult
from instruments.intrathecal_pump.simulated.battery import BATTERY_DEPLETED_MV, BATTERY_LOW_MV
from instruments.intrathecal_pump.simulated.event_log import CAPACITY
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.link_watchdog import FACTORY_WATCHDOG_MS
from instruments.intrathecal_pump.simulated.programming_limits import CLOCK_MS, LIMITS, WATCHDOG_MS
from instruments.intrathecal_pump.simulated.rest_timer import TOO_LONG_S
from instruments.intrathecal_pump.simulated.staging import MAX_PROGRAMME_BYTES
from instruments.intrathecal_pump.simulated.therapy_limits import FULL_LIMITS, MAX_FLEX_STEPS
from instruments.intrathecal_pump.therapy_dialect import FULL_STATUS_BYTES, PART_BYTES
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
        f"| 0 | minimum rate, nL/h | {FULL_LIMITS.minimum_rate_nl_h} (",
        f"| 4 | prime rate, nL/h | {FULL_LIMITS.prime_rate_nl_h} |",
        f"| 8, 12 | prime, nL | {FULL_LIMITS.min_prime_nl} to {FULL_LIMITS.max_prime_nl} |",
        f"| 16, 20 | bridge, nL | {FULL_LIMITS.min_bridge_nl} to {FULL_LIMITS.max_bridge_nl} |",
        f"| 24, 28 | time of a square bolus, s | {FULL_LIMITS.min_square_s} to {FULL_LIMITS.max_square_s} |",
        f"| 32, 36 | time of a ramp, min | {FULL_LIMITS.min_ramp_minutes} to {FULL_LIMITS.max_ramp_minutes} |",
        f"| 40, 44 | lockout, s | {FULL_LIMITS.min_lockout_s} to {FULL_LIMITS.max_lockout_s} |",
        f"| 48 | most patient boluses in 24 h | {FULL_LIMITS.max_patient_boluses} |",
        f"u8 steps (1 to {MAX_FLEX_STEPS})",
        f"then 1 to {PART_BYTES} bytes of a programme",
        f"how many bytes the whole has (at most {MAX_PROGRAMME_BYTES})",
        f"**GET_FULL_STATUS** answers {49 + FULL_STATUS_BYTES} bytes",
        f"nothing has been delivered for {TOO_LONG_S // 3600} h",
    ],
)
def test_the_numbers_of_the_page_are_those_of_the_code(sentence):
    assert sentence in " ".join(PAGE.split())


def test_each_alarm_has_one_of_two_priorities():
    found = dict(re.findall(r"\| 0x\d{4} \| ([A-Z_]+) \| [^|]*?\b(non-critical|critical)\b", PAGE))
    assert found == {alarm.name: "non-critical" if alarm in NON_CRITICAL_ALARMS else "critical" for alarm in Alarm}


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
