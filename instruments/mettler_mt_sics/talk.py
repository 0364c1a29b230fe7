"""One balance on an open line: commands and the lines that answer them, each failure a typed error with its bytes."""

from collections.abc import Callable
from typing import TypeVar

from instruments.mettler_mt_sics import dialect
from instruments.mettler_mt_sics.dialect import Begun, Executed, Figures, NotExecuted, Texts, Weight
from rig.clock import Clock, Deadline, ns_from_s
from rig.driving import Reporter
from rig.errors import GarbledReplyError, NoReplyError, QuantityError
from rig.transports import ByteStream

R = TypeVar("R", bound=dialect.Reply)
T = TypeVar("T")
# How many lines of a stream that was left running are passed over before the balance counts as garbled.
MAX_STRAY_LINES = 1000
# How often a balance that is busy is listened to.
_LOOK_EACH_S = 1.0
_LISTEN_S = 0.05
# Of so many answers to one question two have to agree.
MOST_ANSWERS = 3

_MEANT = {
    Executed: "an acknowledgement",
    Weight: "a weight",
    Texts: "a text",
    Figures: "figures",
    Begun: "the word that it has begun",
}
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


class Talk:
    """Asks one question at a time; `timeout_s` is how long an answer may take, in real s."""

    def __init__(self, stream: ByteStream, reporter: Reporter, timeout_s: float) -> None:
        self._stream = stream
        self._reporter = reporter
        self._timeout_s = timeout_s
        # False while bytes of an earlier, failed exchange may still be under way.
        self._synchronised = False

    def cancel(self) -> str:
        """Send @, pass over what was under way, and return the serial number that @ answers."""
        return self._past_strays("@")

    def serial(self) -> str:
        """Get the serial number (I4), passing over late replies until it comes; keeps the tare, unlike @."""
        return self._past_strays("I4")

    def text(self, command: str) -> str:
        """Get the first text that a question brings."""
        return self.ask(command, Texts).texts[0]

    def agreed(self, command: str, ask: Callable[[], T], *before: T) -> T:
        """Return what was told twice: one flipped bit makes another serial number. `before` was told already.

        Raises GarbledReplyError where no two of three answers agree.
        """
        told = list(before)
        garbled: GarbledReplyError | None = None
        for _ in range(MOST_ANSWERS):
            try:
                answer = ask()
            except GarbledReplyError as error:
                garbled = error
                continue
            if answer in told:
                return answer
            told.append(answer)
        if garbled is not None:
            raise garbled
        said = ", ".join(repr(answer) for answer in told)
        raise self.garbled(f"it told {said}: no two agree", dialect.encode_command(command), b"")

    def ask(self, command: str, kind: type[R]) -> R:
        """Exchange one command and return its reply, which must be of `kind`."""
        return self.ask_with_bytes(command, kind)[0]

    def ask_with_bytes(self, command: str, kind: type[R]) -> tuple[R, bytes]:
        """Exchange one command and return its reply, and the line that it came in."""
        line = self.exchange(command, self._timeout_s)
        return self.decode(command, line, kind), line

    def done(self, command: str, within_s: float, clock: Clock) -> bytes:
        """Return the line that says how something ended that was begun, which may take `within_s` of the bench's time.

        Raises NoReplyError when none comes. Not while a plan runs: on the virtual clock this is what lets time pass.
        """
        deadline_ns = clock.now_ns() + ns_from_s(within_s)
        sent, came = dialect.encode_command(command), b""
        while True:
            clock.wait_s(_LOOK_EACH_S)
            try:
                return came + self._stream.read_until(dialect.END, sent=sent, timeout_s=_LISTEN_S)
            except NoReplyError as error:
                came += error.received or b""
                if clock.now_ns() > deadline_ns:
                    self._synchronised = False
                    said = f"the balance did not say within {within_s:g} s that it is done"
                    raise self._reporter.error(NoReplyError, said, _ADVICE["EL"], sent, came) from error

    def exchange(self, command: str, timeout_s: float) -> bytes:
        """Send one command and return one line."""
        if not self._synchronised:
            self.serial()
        self._synchronised = False
        line = self._stream.exchange(dialect.encode_command(command), dialect.END, timeout_s)
        self._synchronised = True
        return line

    def decode(self, command: str, line: bytes, kind: type[R]) -> R:
        """Return what a line says; raise RefusedError or GarbledReplyError when it is not a reply of `kind`."""
        sent = dialect.encode_command(command)
        try:
            reply = dialect.decode_reply(line, command.partition(" ")[0])
        except QuantityError as error:
            raise self.garbled(str(error), sent, line) from error
        if isinstance(reply, NotExecuted):
            code = reply.code
            raise self._reporter.refused(dialect.REFUSALS[code], code, _ADVICE[code], sent, line)
        if not isinstance(reply, kind):
            raise self.garbled(f"{_MEANT[kind]} was expected", sent, line)
        return reply

    def garbled(self, why: str, sent: bytes, line: bytes) -> GarbledReplyError:
        """Distrust what is still under way, and return the error that says why."""
        self._synchronised = False
        what = f"the reply is not what MT-SICS answers here: {why}"
        return self._reporter.error(GarbledReplyError, what, GARBLED_ADVICE, sent, line)

    def _past_strays(self, command: str) -> str:
        """Send a command that a serial number answers, and return that, before the deadline."""
        sent = dialect.encode_command(command)
        self._stream.discard_input()
        self._stream.write(sent)
        deadline = Deadline(self._timeout_s)
        line = b""
        for _ in range(MAX_STRAY_LINES):
            line = self._stream.read_until(dialect.END, sent=sent, timeout_s=deadline.left_s())
            if line.startswith(b"I4 "):
                break
        reply = self.decode(command, line, Texts)
        self._synchronised = True
        return reply.texts[0]
