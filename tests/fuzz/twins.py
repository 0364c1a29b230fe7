"""What clients say, fed to the twins: they answer, refuse or keep silent, and go on."""

import struct
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from instruments.hosting.twin import ByteTwin
from instruments.intrathecal_pump.frames import Frame, encode_frame
from instruments.intrathecal_pump.messages import CommandCode
from instruments.intrathecal_pump.twin import PumpTwinParameters
from instruments.intrathecal_pump.twin import Twin as PumpTwin
from instruments.mettler_mt_sics.twin import BalanceParameters
from instruments.mettler_mt_sics.twin import Twin as BalanceTwin
from instruments.plant.laboratory import Laboratory
from instruments.scpi_meter.twin import Twin as MeterTwin
from instruments.scpi_supply.twin import Twin as SupplyTwin
from instruments.sensirion_scc1 import dialect as shdlc
from instruments.sensirion_scc1.dialect import CableCommand
from instruments.sensirion_scc1.twin import Twin as FlowTwin
from tests.fuzz.devices import balance, flow_sensor, meter, pump, supply
from tests.fuzz.dialogues import NEXT, laboratory, recorded
from tests.fuzz.target import Target

BETWEEN_S = 7.0
PUMP = ("pump/dialect", "pump/therapy_", "pump/frames", "pump/twin", "_desk", "_limits", "/staging", "/programme")
Framed = Callable[[bytes, int], bytes]


def talk(make: Callable[[Laboratory], ByteTwin], case: bytes, framed: Framed = lambda said, _: said) -> None:
    """Say all pieces of a case to a new twin, with some time between them."""
    room = laboratory()
    twin = make(room)
    for number, said in enumerate(case.split(NEXT)[:40]):
        room.clock.wait_s(BETWEEN_S)
        answer = twin.receive(framed(said, number)) + twin.unsolicited()
        assert isinstance(answer, bytes)
    twin.hung_up()


class Overheard:
    """A twin whose clients are listened to."""

    def __init__(self, twin: ByteTwin) -> None:
        self.heard: list[bytes] = []
        self._twin = twin

    def receive(self, data: bytes) -> bytes:
        self.heard.append(data)
        return self._twin.receive(data)


def asked(make: Callable[[Laboratory], ByteTwin], use: Callable[[str], None]) -> bytes:
    """Return what a driver says to a twin, as a case."""
    overheard = Overheard(make(laboratory()))
    recorded(overheard, use)
    return NEXT.join(overheard.heard)


def _pump_command(said: bytes, number: int) -> bytes:
    """Make a whole frame of a code and its payload; one in eight comes again, as after a lost reply."""
    code = said[0] if said else 0
    return encode_frame(Frame(max(1, (number - number // 8) % 256), code, said[1:248]))


def _cable_command(said: bytes, _: int) -> bytes:
    return shdlc.request(0, said[0] if said else 0, said[1:256])


def _each_code(codes: type[CommandCode] | type[CableCommand]) -> bytes:
    payloads = (b"", b"\0", b"\0\0", struct.pack(">I", 60_000), bytes(8), b"\xff" * 8)
    return NEXT.join(bytes((code,)) + payload for payload in payloads for code in codes)


def targets(_: Path, __: ExitStack) -> tuple[Target, ...]:
    """Return the twins that speak in bytes."""

    def new_pump(room: Laboratory) -> PumpTwin:
        return PumpTwin("pump", PumpTwinParameters(), room)

    def new_balance(room: Laboratory) -> BalanceTwin:
        return BalanceTwin("balance", BalanceParameters(), room)

    def new_flow(room: Laboratory) -> FlowTwin:
        return FlowTwin("flow", FlowTwin.Parameters(), room)

    def new_meter(room: Laboratory) -> MeterTwin:
        return MeterTwin("meter", MeterTwin.Parameters(), room)

    def new_supply(room: Laboratory) -> SupplyTwin:
        return SupplyTwin("supply", SupplyTwin.Parameters(), room)

    codes = tuple(bytes((code,)) for code in CommandCode)
    scpi = (
        NEXT,
        b"\n",
        b";",
        b":",
        b"?",
        b" MIN",
        b" MAX",
        b"*IDN?",
        b"SYST:ERR?",
        b"1E999",
        b"-1 mA",
        b"CONF:CURR ",
        b"VOLT ",
    )
    return (
        Target(
            "pump twin's bytes",
            lambda case: talk(new_pump, case),
            (asked(new_pump, pump),),
            PUMP,
            (NEXT, b"\0"),
        ),
        Target(
            "pump twin's commands",
            lambda case: talk(new_pump, case, _pump_command),
            (*(_each_code(CommandCode).split(NEXT)), NEXT.join(codes), _each_code(CommandCode)[:1500]),
            PUMP,
            (NEXT, *codes, b"\0\0\0\x01", b"\xff\xff\xff\xff"),
        ),
        Target(
            "balance twin's lines",
            lambda case: talk(new_balance, case),
            (asked(new_balance, balance), b'I0\r\nI10 "x"\r\nTA 1 g\r\nSIR\r\n'),
            ("instruments/mettler_mt_sics",),
            (NEXT, b"\r\n", b"TA ", b" g", b" kg", b"TAC", b"SIR", b"S", b"T", b"Z", b"I10 ", b"@"),
        ),
        Target(
            "flow twin's bytes",
            lambda case: talk(new_flow, case),
            (asked(new_flow, flow_sensor),),
            ("instruments/sensirion_scc1",),
            (NEXT, b"\x7e", b"\x7d"),
        ),
        Target(
            "flow twin's commands",
            lambda case: talk(new_flow, case, _cable_command),
            (_each_code(CableCommand), NEXT.join((b"\x33\0\x0a\x36\x08", b"\x36\x03", b"\x35\x03", b"\x38", b"\x34"))),
            ("instruments/sensirion_scc1",),
            (NEXT, *(bytes((code,)) for code in CableCommand), b"\x36\x08", b"\x36\x15"),
        ),
        Target(
            "meter twin's lines",
            lambda case: talk(new_meter, case),
            (asked(new_meter, meter), b"MEAS:CURR? 10 mA\n"),
            ("instruments/scpi",),
            scpi,
        ),
        Target(
            "supply twin's lines",
            lambda case: talk(new_supply, case),
            (asked(new_supply, supply), b"VOLT 3;CURR MAX;:OUTP ON\n"),
            ("instruments/scpi",),
            scpi,
        ),
    )
