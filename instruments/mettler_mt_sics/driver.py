"""The driver of a balance that speaks MT-SICS on a serial port, or on TCP as `socket://host:port`."""

from typing import ClassVar, TypeVar

import numpy as np
from pydantic import Field

from instruments.mettler_mt_sics import dialect
from instruments.mettler_mt_sics.dialect import Executed, NotExecuted, Texts, Weight
from rig.bench_file.serial_keys import SerialSettings
from rig.capabilities import Identity, MassReading
from rig.channels import Channel
from rig.clock import Deadline
from rig.driving import DriverContext, Reporter
from rig.errors import GarbledReplyError, QuantityError
from rig.samples import Block
from rig.transports import ByteStream

R = TypeVar("R", bound=dialect.Reply)
# How many lines of a stream that was left running are passed over before the balance counts as garbled.
MAX_STRAY_LINES = 1000

STRANGER = "what answers is not a balance that speaks MT-SICS"
STRANGER_ADVICE = (
    "check that the port in the bench file leads to the balance, and that the balance's interface is set to MT-SICS "
    "with this baud rate and parity"
)
_MEANT = {Executed: "an acknowledgement", Weight: "a weight", Texts: "a text"}
GARBLED_ADVICE = "set the balance's unit to g and its interface to MT-SICS; check baud rate, parity and cable"
_ADVICE = {
    "ES": "check that the balance's interface is set to MT-SICS and not to a print or PC-direct mode",
    "ET": "check baud rate, data bits and parity against the balance's interface settings",
    "EL": "look at the balance's display: it may be in a menu or in an application that locks commands",
    "I": "wait until the balance has finished adjusting or taring, then repeat",
    "L": "report this: the driver sent a parameter that this model does not take",
    "+": "take weight off the pan; check that beaker and draft shield do not touch the cell",
    "-": "put pan and beaker in place",
}


class BalanceSettings(SerialSettings):
    """The keys of a balance in a bench file. `serial` demands one particular balance, when it is given."""

    timeout_s: float = Field(default=1.0, gt=0, le=60)
    action_timeout_s: float = Field(default=10.0, gt=0, le=120)
    capacity_mg: float = Field(default=500_000.0, gt=0)
    serial: str = ""


class Driver:
    """A balance: mass in mg, read immediately (SI), never waiting for a stability that a dripping tip prevents."""

    capability: ClassVar[str] = "balance"
    measuring: ClassVar[bool] = True
    Settings: ClassVar[type[BalanceSettings]] = BalanceSettings

    channels: tuple[Channel, ...] = (
        Channel("mass", "mg", "net mass on the pan"),
        Channel("stable", "1", "1 when the balance called the reading stable"),
    )

    def __init__(self, name: str, settings: BalanceSettings, context: DriverContext) -> None:
        self.name = name
        self._settings = settings
        self._context = context
        self._reporter = Reporter(name, settings.port, context)
        # False while bytes of an earlier, failed exchange may still be under way.
        self._synchronised = False
        self._width: int | None = None
        self._stream = ByteStream(
            name,
            settings.port,
            line=settings.line,
            timeout_s=context.wire_s(settings.timeout_s),
            tap=context.tap(name),
        )
        with self._reporter.meeting(self._stream.close, STRANGER, STRANGER_ADVICE):
            self._identity = self._meet()

    def identify(self) -> Identity:
        """Get maker, model, serial number and software of the balance, as it told them when it was opened."""
        return self._identity

    def read_mass(self) -> MassReading:
        """Get the present mass in mg (SI), stable or not."""
        t_ns, weight = self._reporter.timed(lambda: self._ask("SI", Weight))
        if abs(weight.mass_mg) > self._settings.capacity_mg:
            raise self._reporter.error(
                GarbledReplyError,
                f"{weight.mass_mg:g} mg is beyond the balance's capacity of {self._settings.capacity_mg:g} mg",
                "check capacity_mg in the bench file against the balance's type plate, then the cable",
                dialect.encode_command("SI"),
            )
        return MassReading(t_ns, weight.mass_mg, weight.stable)

    def zero(self) -> None:
        """Control a zero setting (ZI), which also clears the tare; returns once done."""
        self._control("zero", "ZI", Executed)

    def tare(self) -> None:
        """Control a tare (TI); returns once done."""
        self._control("tare", "TI", Weight)

    def start_sampling(self) -> None:
        """Do nothing: the balance measures all the time."""

    def read_block(self) -> Block:
        """Get one reading of mass (mg) and stability (1)."""
        reading = self.read_mass()
        return Block(
            np.array([reading.t_ns], np.int64),
            {"mass": np.array([reading.mass_mg]), "stable": np.array([float(reading.stable)])},
        )

    def stop_sampling(self) -> None:
        """Do nothing: nothing was started."""

    def close(self) -> None:
        """Release the port; safe to repeat."""
        self._stream.close()

    def _meet(self) -> Identity:
        """End what a former client left running and make sure that the balance wanted is there.

        One that is met again within a run keeps its tare: nobody but this driver has told it anything meanwhile.
        """
        self._reporter.unchecked(self._stream.unchecked)
        serial = self._resynchronise() if self._context.again else self._cancel()
        model = dialect.model_of(self._ask("I2", Texts).texts[0])
        software = self._ask("I3", Texts).texts[0]
        self._reporter.demand("serial number", serial, self._settings.serial)
        return Identity("Mettler-Toledo", model, serial, software)

    def _cancel(self) -> str:
        """Send @, pass over what was under way, and return the serial number that @ answers."""
        sent = dialect.encode_command("@")
        self._stream.discard_input()
        self._stream.write(sent)
        return self._await_texts("@", sent).texts[0]

    def _resynchronise(self) -> str:
        """Ask for the serial number and pass over late replies until it comes; keeps the tare, unlike @."""
        sent = dialect.encode_command("I4")
        self._stream.discard_input()
        self._stream.write(sent)
        return self._await_texts("I4", sent).texts[0]

    def _await_texts(self, command: str, sent: bytes) -> Texts:
        """Pass over lines that do not answer `command`; return the one that does, before the deadline."""
        deadline = Deadline(self._context.wire_s(self._settings.timeout_s))
        line = b""
        for _ in range(MAX_STRAY_LINES):
            line = self._stream.read_until(dialect.END, sent=sent, timeout_s=deadline.left_s())
            if line.startswith(b"I4 "):
                break
        reply = self._decode(command, line, Texts)
        self._synchronised = True
        return reply

    def _control(self, verb: str, command: str, kind: type[Executed] | type[Weight]) -> None:
        """Execute something that changes the balance, and report it for the record."""
        with self._reporter.verb(verb) as told:
            line = self._exchange(command, self._context.wire_s(self._settings.action_timeout_s))
            told.note(dialect.encode_command(command), line)
            self._decode(command, line, kind)

    def _ask(self, command: str, kind: type[R]) -> R:
        """Exchange one command and return its reply, which must be of `kind`."""
        return self._decode(command, self._exchange(command, self._context.wire_s(self._settings.timeout_s)), kind)

    def _exchange(self, command: str, timeout_s: float) -> bytes:
        """Send one command and return one line."""
        if not self._synchronised:
            self._resynchronise()
        self._synchronised = False
        line = self._stream.exchange(dialect.encode_command(command), dialect.END, timeout_s)
        self._synchronised = True
        return line

    def _decode(self, command: str, line: bytes, kind: type[R]) -> R:
        """Return what a line says; raise RefusedError or GarbledReplyError when it is not a reply of `kind`."""
        sent = dialect.encode_command(command)
        try:
            reply = dialect.decode_reply(line, command)
        except QuantityError as error:
            raise self._garbled(str(error), sent, line) from error
        if isinstance(reply, NotExecuted):
            code = reply.code
            raise self._reporter.refused(dialect.REFUSALS[code], code, _ADVICE[code], sent, line)
        if not isinstance(reply, kind):
            raise self._garbled(f"{_MEANT[kind]} was expected", sent, line)
        if isinstance(reply, Weight):
            self._width = self._width or reply.width
            if reply.width != self._width:
                why = f"the number is {reply.width} characters wide, this balance's are {self._width}"
                raise self._garbled(why, sent, line)
        return reply

    def _garbled(self, why: str, sent: bytes, line: bytes) -> GarbledReplyError:
        """Distrust what is still under way, and return the error that says why."""
        self._synchronised = False
        what = f"the reply is not what MT-SICS answers here: {why}"
        return self._reporter.error(GarbledReplyError, what, GARBLED_ADVICE, sent, line)
