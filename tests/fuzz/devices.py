"""What instruments answer, fed to their drivers through the port as it ships."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from instruments.intrathecal_pump.driver import Driver as Pump
from instruments.intrathecal_pump.frames import REPLY_BIT, DialectError, Frame, decode_frame, encode_frame
from instruments.intrathecal_pump.twin import PumpTwinParameters
from instruments.intrathecal_pump.twin import Twin as PumpTwin
from instruments.mettler_mt_sics.driver import Driver as Balance
from instruments.mettler_mt_sics.twin import BalanceParameters
from instruments.mettler_mt_sics.twin import Twin as BalanceTwin
from instruments.scpi_meter.driver import Driver as Meter
from instruments.scpi_meter.twin import Twin as MeterTwin
from instruments.scpi_supply.driver import Driver as Supply
from instruments.scpi_supply.twin import Twin as SupplyTwin
from instruments.sensirion_scc1 import dialect as shdlc
from instruments.sensirion_scc1.driver import Driver as FlowSensor
from instruments.sensirion_scc1.twin import Twin as FlowTwin
from tests.fuzz.dialogues import NEXT, context, each, laboratory, recorded, replayed
from tests.fuzz.target import Target

# So short that what has not come is not waited for.
NO_TIME_S = 1e-6
SHORTEST_VISA_S = 0.001


def pump(port: str) -> None:
    """Open a pump's driver and do what plans do."""
    driver = Pump("pump", Pump.Settings(port=port, timeout_s=NO_TIME_S), context())
    each(
        driver.identify,
        driver.read_block,
        driver.status,
        driver.read_log,
        lambda: driver.run_continuous(rate_ul_h=12.5),
        driver.read_clock_ns,
        lambda: driver.give_bolus(volume_ul=5.0),
        lambda: driver.set_link_watchdog(seconds=60.0),
        driver.read_outlook,
        driver.self_test,
        driver.request_patient_bolus,
        driver.stop,
    )
    driver.close()


def balance(port: str) -> None:
    """Open a balance's driver and weigh."""
    driver = Balance("balance", Balance.Settings(port=port, timeout_s=NO_TIME_S, action_timeout_s=NO_TIME_S), context())
    each(driver.read_mass, driver.zero, driver.read_block, driver.tare, driver.read_mass)
    driver.close()


def flow_sensor(port: str) -> None:
    """Open a flow sensor's driver and read its buffer."""
    driver = FlowSensor("flow", FlowSensor.Settings(port=port, timeout_s=NO_TIME_S), context())
    each(driver.start_sampling, driver.read_block, driver.read_block, driver.stop_sampling)
    driver.close()


def meter(port: str) -> None:
    """Open a meter's driver and measure."""
    driver = Meter("meter", Meter.Settings(port=f"ASRL{port}::INSTR", timeout_s=SHORTEST_VISA_S), context())
    each(driver.measure_current_a, driver.measure_voltage_v)
    driver.close()


def supply(port: str) -> None:
    """Open a supply's driver, switch and measure."""
    driver = Supply("supply", Supply.Settings(port=f"ASRL{port}::INSTR", timeout_s=SHORTEST_VISA_S), context())
    each(
        lambda: driver.set_output(voltage_v=3.0, current_limit_a=0.1),
        lambda: driver.switch(on=True),
        driver.measure_voltage_v,
        driver.measure_current_a,
    )
    driver.close()


def pump_frame(request: bytes, payload: bytes) -> bytes:
    """Return the payload of a reply as a whole frame that answers the request."""
    try:
        asked = decode_frame(request.strip(b"\0"))
        return encode_frame(Frame(asked.sequence, asked.code | REPLY_BIT, payload))
    except DialectError:
        return payload


def shdlc_frame(request: bytes, answer: bytes) -> bytes:
    """Return a state and data as a whole frame that answers the request."""
    asked = shdlc.parse_request(request.strip(b"\x7e"))
    return shdlc.reply(asked.address, asked.command, answer[0] if answer else 0, answer[1 : shdlc.MAX_DATA + 1])


def _unframed_pump(answer: bytes) -> bytes:
    return decode_frame(answer.strip(b"\0")).payload


def _unframed_shdlc(answer: bytes) -> bytes:
    content = shdlc.unstuff(answer.strip(b"\x7e"))
    return content[2:3] + content[4:-1]


@cache
def _dialogue(kind: str) -> tuple[bytes, ...]:
    twins: dict[str, tuple[Callable[[], object], Callable[[str], None]]] = {
        "pump": (lambda: PumpTwin("pump", PumpTwinParameters(), laboratory()), pump),
        "balance": (lambda: BalanceTwin("balance", BalanceParameters(), laboratory()), balance),
        "flow": (lambda: FlowTwin("flow", FlowTwin.Parameters(), laboratory()), flow_sensor),
        "meter": (lambda: MeterTwin("meter", MeterTwin.Parameters(), laboratory()), meter),
        "supply": (lambda: SupplyTwin("supply", SupplyTwin.Parameters(), laboratory()), supply),
    }
    twin, use = twins[kind]
    return recorded(twin(), use)


def targets(_: Path, __: ExitStack) -> tuple[Target, ...]:
    """Return the drivers, with bytes as they come and with what stands in frames that are whole."""
    serial = ("rig/transports.py", "rig/driving")
    return (
        Target(
            "pump's bytes",
            lambda case: replayed(case, pump),
            (NEXT.join(_dialogue("pump")),),
            ("instruments/intrathecal_pump", *serial),
            (NEXT, b"\0", b"\xff"),
        ),
        Target(
            "pump's replies",
            lambda case: replayed(case, pump, pump_frame),
            (NEXT.join(map(_unframed_pump, _dialogue("pump"))),),
            ("instruments/intrathecal_pump",),
            (NEXT, b"\0", b"\x01", b"\xff\xff\xff\xff"),
        ),
        Target(
            "balance's bytes",
            lambda case: replayed(case, balance),
            (NEXT.join(_dialogue("balance")),),
            ("instruments/mettler_mt_sics", *serial),
            (
                NEXT,
                b"\r\n",
                b"S D ",
                b"S S ",
                b" g",
                b" mg",
                b" kg",
                b"TI S ",
                b"ZI D",
                b'I4 A "',
                b"ES",
                b"S I",
                b"S +",
                b"-",
                b".",
            ),
        ),
        Target(
            "flow sensor's bytes",
            lambda case: replayed(case, flow_sensor),
            (NEXT.join(_dialogue("flow")),),
            ("instruments/sensirion_scc1", *serial),
            (NEXT, b"\x7e", b"\x7d", b"\x7d\x5e"),
        ),
        Target(
            "flow sensor's replies",
            lambda case: replayed(case, flow_sensor, shdlc_frame),
            (NEXT.join(map(_unframed_shdlc, _dialogue("flow"))),),
            ("instruments/sensirion_scc1",),
            (NEXT, b"\0", b"\x80", b"\x01"),
        ),
        Target(
            "meter's lines",
            lambda case: replayed(case, meter),
            (NEXT.join(_dialogue("meter")),),
            ("instruments/scpi", "rig/driving"),
            (NEXT, b"\n", b"+9.90000000E+37", b"9.91E37", b'-113,"Undefined header"', b"1E308", b"-0", b","),
        ),
        Target(
            "supply's lines",
            lambda case: replayed(case, supply),
            (NEXT.join(_dialogue("supply")),),
            ("instruments/scpi", "rig/driving"),
            (NEXT, b"\n", b"0", b"1", b"ON", b'+0,"No error"', b'-222,"Data out of range"'),
        ),
    )
