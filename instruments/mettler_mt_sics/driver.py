"""The driver of a balance that speaks MT-SICS on a serial port, or on TCP as `socket://host:port`."""

import contextlib
from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from instruments.mettler_mt_sics import dialect
from instruments.mettler_mt_sics.course import Answer, Course, believed, near_mg, odd_among
from instruments.mettler_mt_sics.dialect import Begun, Executed, Weight
from instruments.mettler_mt_sics.how_set import (
    Doors,
    Environment,
    Mode,
    Wanted,
    ask_how_set,
    demand,
    report,
    switch_tracking_off,
)
from instruments.mettler_mt_sics.streamed import FRESH_S, SIR, STREAMED_HZ, Streamed
from instruments.mettler_mt_sics.talk import MOST_ANSWERS, Talk
from rig.bench_file.serial_keys import SerialSettings
from rig.capabilities import Identity, MassReading
from rig.channels import Channel
from rig.driving import DriverContext, Reporter
from rig.errors import GarbledReplyError
from rig.plain_text import show_bytes
from rig.samples import Block
from rig.transports import ByteStream

SI = dialect.encode_command("SI")
# Balances weigh a little beyond the capacity that they tell before they call it overload.
_ABOVE_CAPACITY = 1.1

STRANGER = "what answers is not a balance that speaks MT-SICS"
STRANGER_ADVICE = (
    "check that the port in the bench file leads to the balance, and that the balance's interface is set to MT-SICS "
    "with this baud rate and parity"
)


class BalanceSettings(SerialSettings):
    """The keys of a balance in a bench file. `serial` demands one particular balance, when it is given."""

    timeout_s: float = Field(default=1.0, gt=0, le=60)
    action_timeout_s: float = Field(default=10.0, gt=0, le=120)
    capacity_mg: float = Field(default=500_000.0, gt=0)
    zero_tracking: Literal["refuse", "switch off", "allow"] = "refuse"
    automatic_adjustment: Literal["refuse", "allow"] = "allow"
    adjust_at_opening: bool = False
    adjust_within_s: float = Field(default=300.0, gt=0, le=3600)
    weighing_mode: Mode | None = None
    environment: Environment | None = None
    doors: Doors | None = None
    streaming: bool = False
    serial: str = ""

    def samples_in(self, seconds: float, every_s: float) -> float:
        """Return the readings that come meanwhile: all that it sends by itself, where those are fetched."""
        return seconds * (STREAMED_HZ if self.streaming and every_s <= FRESH_S else 1.0 / every_s)


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
        self._most_mg = settings.capacity_mg
        # Where the readings led that were believed so far; a tare begins another course.
        self._course: Course | None = None
        self._stream = ByteStream(
            name,
            settings.port,
            line=settings.line,
            timeout_s=context.wire_s(settings.timeout_s),
            tap=context.tap(name),
        )
        self._timeout_s = context.wire_s(settings.timeout_s)
        self._talk = Talk(self._stream, self._reporter, self._timeout_s)
        # What comes by itself comes in real time: on the virtual clock the balance is asked.
        self._streams = settings.streaming and not context.clock.virtual
        self._streaming = False
        self._arrived: list[Answer] = []
        self._streamed = Streamed(self._talk, self._stream, self._reporter, context.clock, self._demand_bearable)
        with self._reporter.meeting(self._stream.close, STRANGER, STRANGER_ADVICE):
            self._identity = self._meet()
        with self._reporter.opening(self._stream.close):
            self._see_how_it_is_set()
            if settings.adjust_at_opening and not context.again:
                self.adjust()

    def identify(self) -> Identity:
        """Get maker, model, serial number and software of the balance, as it told them when it was opened."""
        return self._identity

    def read_mass(self) -> MassReading:
        """Get the present mass in mg (SI), stable or not.

        One that does not go on where the readings before it led is asked for again, and of three the middle one is
        returned; what no noise of a balance explains is reported with its bytes. Raises GarbledReplyError when three
        answers have no two among them that agree and are as wide as this balance's numbers.
        """
        if self._streaming:
            self._arrived += self._streamed.take(self._timeout_s)
            while not self._arrived:
                self._arrived += self._streamed.take(self._timeout_s)
            newest = self._arrived[-1]
            return MassReading(self._context.clock.now_ns(), newest.weight.mass_mg, newest.weight.stable)
        answer = self._weigh()
        if self._course is None or not self._course.goes_on_with(answer):
            answer = self._asked_again(answer)
        self._course = Course(answer) if self._course is None else self._course.then(answer)
        return MassReading(answer.t_ns, answer.weight.mass_mg, answer.weight.stable)

    def zero(self) -> None:
        """Control a zero setting (ZI), which also clears the tare; returns once done."""
        self._control("zero", "ZI", Executed)

    def tare(self) -> None:
        """Control a tare (TI); returns once done."""
        self._control("tare", "TI", Weight)

    def adjust(self) -> None:
        """Control an adjustment with the internal weight (C3); returns once done, up to `adjust_within_s` later."""
        self._course = None
        with self._paused(), self._reporter.verb("adjust") as told:
            self._talk.ask("C3", Begun)
            line = self._talk.done("C3", self._settings.adjust_within_s, self._context.clock)
            told.note(dialect.encode_command("C3"), line)
            self._talk.decode("C3", line, Executed)

    def start_sampling(self) -> None:
        """Control the start of readings that the balance sends by itself, where the bench wants it; else do nothing."""
        if not self._streams:
            return
        with self._reporter.verb("start_sampling") as told:
            told.note(SIR, None)
            self._streamed.start()
        self._arrived, self._streaming = [], True

    def read_block(self) -> Block:
        """Get mass (mg) and stability (1): one reading, or all that the balance has sent by itself."""
        if not self._streaming:
            reading = self.read_mass()
            return _block([reading.t_ns], [reading.mass_mg], [reading.stable])
        self._arrived += self._streamed.take(self._timeout_s)
        came, self._arrived = self._arrived, []
        weights = [one.weight for one in came]
        return _block([one.t_ns for one in came], [w.mass_mg for w in weights], [w.stable for w in weights])

    def stop_sampling(self) -> None:
        """Control the end of what the balance sends by itself; safe to repeat."""
        if self._streaming:
            self._streaming = False
            with self._reporter.verb("stop_sampling") as told:
                told.note(SI, None)
                self._streamed.stop()

    def close(self) -> None:
        """Release the port; safe to repeat."""
        self._stream.close()

    def _weigh(self) -> Answer:
        """Ask for one weight, which must be one that the balance can bear."""
        t_ns, (weight, line) = self._reporter.timed(lambda: self._talk.ask_with_bytes("SI", Weight))
        self._demand_bearable(weight, line)
        return Answer(t_ns, weight, line)

    def _demand_bearable(self, weight: Weight, line: bytes) -> None:
        """Raise GarbledReplyError for what the balance cannot bear."""
        if abs(weight.mass_mg) > self._most_mg:
            raise self._reporter.error(
                GarbledReplyError,
                f"{weight.mass_mg:g} mg is beyond the balance's capacity of {self._most_mg:g} mg",
                "check capacity_mg in the bench file against the balance's type plate, then the cable",
                SI,
                line,
            )

    def _asked_again(self, first: Answer) -> Answer:
        """Return the answer to believe of up to three, the first among them, and report those that none explains."""
        near = near_mg(self._course, first)
        answers = [first]
        chosen = None
        while chosen is None and len(answers) < MOST_ANSWERS:
            answers.append(self._weigh())
            chosen = believed(answers, near, self._course)
        if chosen is None:
            said = ", ".join(f"{show_bytes(one.line)} ({one.weight.width} characters wide)" for one in answers)
            raise self._talk.garbled(f"three answers of one moment do not agree: {said}", SI, answers[-1].line)
        for odd in odd_among(answers, chosen, near):
            with self._reporter.verb("drop_reading", mass_mg=odd.weight.mass_mg) as told:
                told.note(SI, odd.line)
                told.result = f"dropped: read again at once it was {chosen.weight.mass_mg:g} mg"
        return chosen

    def _meet(self) -> Identity:
        """End what a former client left running and make sure that the balance wanted is there.

        One that is met again within a run keeps its tare: nobody but this driver has told it anything meanwhile.
        """
        self._reporter.unchecked(self._stream.unchecked)
        talk = self._talk
        told = []
        with contextlib.suppress(GarbledReplyError):  # asked again below, twice
            told.append(talk.serial() if self._context.again else talk.cancel())
        serial = talk.agreed("I4", talk.serial, *told)
        data = talk.agreed("I2", lambda: talk.text("I2"))
        software = talk.agreed("I3", lambda: talk.text("I3"))
        self._reporter.demand("serial number", serial, self._settings.serial)
        told_mg = dialect.capacity_mg_of(data)
        if told_mg is not None:
            self._most_mg = min(self._most_mg, _ABOVE_CAPACITY * told_mg)
        return Identity("Mettler-Toledo", dialect.model_of(data), serial, software)

    def _see_how_it_is_set(self) -> None:
        """Report how the balance is set, and refuse one that is set otherwise than the bench wants it."""
        wanted = self._settings
        told = ask_how_set(self._talk)
        if told.zero_tracking == "on" and wanted.zero_tracking == "switch off":
            switch_tracking_off(self._reporter, self._talk)
            told = ask_how_set(self._talk)
        report(self._reporter, told)
        tracking = "allow" if wanted.zero_tracking == "allow" else "refuse"
        demand(
            self._reporter,
            told,
            Wanted(wanted.weighing_mode, wanted.environment, tracking, wanted.automatic_adjustment, wanted.doors),
        )

    def _control(self, verb: str, command: str, kind: type[Executed] | type[Weight]) -> None:
        """Execute something that changes the balance, and report it for the record."""
        self._course = None
        with self._paused(), self._reporter.verb(verb) as told:
            line = self._talk.exchange(command, self._context.wire_s(self._settings.action_timeout_s))
            told.note(dialect.encode_command(command), line)
            self._talk.decode(command, line, kind)

    @contextlib.contextmanager
    def _paused(self) -> Iterator[None]:
        """Let the balance send nothing by itself meanwhile, and send on behind, whatever became of it."""
        if not self._streaming:
            yield
            return
        self._streamed.stop()
        try:
            yield
        finally:
            self._streamed.start()


def _block(t_ns: list[int], mass_mg: list[float], stable: list[bool]) -> Block:
    columns = {"mass": np.array(mass_mg, np.float64), "stable": np.array(stable, np.float64)}
    return Block(np.array(t_ns, np.int64), columns)
