"""Every error the rig raises, drawn as a tree; in one file, which is longer than others, to be read as a whole.

RigError
├── TomlFileError             a file says something it may not; all mistakes at once
│   ├── BenchFileError          a bench file
│   ├── PlanFileError           limits.toml or requirements.toml; a PlanError too
│   └── TrustFileError          a file that says whose keys are trusted
├── BenchConnectionError      one or more instruments could not be reached; all failures at once
├── BenchBusyError            another run holds the bench
├── DiscoveryError            the bench file names a driver, twin or firmware that cannot be found
├── InstrumentError           one instrument, with the bytes and advice for the operator
│   ├── ConnectionFailedError   the port could not be opened, or what answered is something else
│   ├── ConnectionLostError     the port died while in use
│   ├── NoReplyError            nothing (or too little) came before the deadline
│   ├── GarbledReplyError       what came is not the dialect
│   │   └── SenselessReplyError   it came whole, by its checksum, and cannot be meant
│   ├── RefusedError            the instrument understood and said no
│   ├── OutOfRangeError         the driver refused before anything was sent
│   └── DriverFailedError       the driver itself failed, with an error of no kind of these
├── QuantityError             text or number that is not a quantity of the wanted kind
├── RecordError
│   ├── RecordCorruptError      the hash chain or the schema does not hold
│   ├── RecordClosedError       a write after the stop
│   ├── RecordBusyError         the record has a living writer
│   ├── RecordNotFoundError     no such run
│   └── DiskSpaceError          too little is free for what is to be recorded
├── MetrologyError            the data do not allow a number
│   ├── SeriesError             gaps, reversed time, NaN, too few samples, a tare in the middle
│   ├── NotShownError           the pump did not show what a claim is about; a SeriesError too
│   ├── MisfitError             a claim asks what its window or bench does not hold; a SeriesError too
│   ├── PathsDisagreeError      paths of one delivery disagree: there is no volume of all of them together
│   └── WindowError             S, period or window that do not fit each other or the data
├── PlanError                 the plan itself is wrong
│   ├── UnknownLimitError
│   ├── UnknownRequirementError
│   ├── NothingVerifiedError
│   ├── ChallengeRefusedError   what is to be done to a pump cannot be done, or not now; nothing was done
│   └── TimeLimitError          a plan has reached its time limit
├── PromptError               somebody at the bench was to be asked
│   ├── NoTerminalError         there is nobody to be asked
│   └── NotAnsweredError        nobody answered in time
├── VerdictError              a verify did not PASS
├── StreamingError            InfluxDB could not be fed; never reaches a run
│   ├── ServerAwayError         no answer, or one that says "later": try again
│   ├── ServerRefusedError      the server refuses us (token, bucket, certificate): somebody must act first
│   ├── PointsRefusedError      the server refuses at least one point of a batch
│   └── StreamerBusyError       another process feeds this run to this server
├── QualificationError        a seeded defect or its module is wrong, or no plan can be qualified
├── StarterError              a laboratory's repository could not be written
├── ExportError               a report or export could not be written
├── EvidenceError             what others are to trust cannot be made, or does not hold
│   ├── BundleError             a file is no bundle, or not in the one form that a bundle has
│   ├── MockedEvidenceError     simulated data were to be filed as evidence of a bench
│   ├── NotesError              notes beside a record are not what was written
│   ├── KeyFileError            a signer's key cannot be made, read, or is open to others
│   ├── PassphraseError         a passphrase is wrong, or too weak for a new key
│   ├── SigningRefusedError     this key may not sign this bundle in this role
│   └── TimeStampError          a time stamp was not given, or does not hold
└── SafetyError               delivery could not be shown to have stopped, or had to be ended
    ├── GainAtRestError         a balance gained while nothing else saw a flow; the pump's power was taken
    ├── DeliveryEndedError      the supervisor ended delivery for the run
    ├── InterlockError          an interlock of the bench file tripped; delivery was ended
    └── BenchLatchedError       the bench is latched until somebody clears it; nothing was opened
"""

from collections.abc import Mapping, Sequence

from rig.plain_text import did_you_mean as did_you_mean
from rig.plain_text import echo_first, plain_text, show_exchange


class RigError(Exception):
    """The root: whatever the rig raises on purpose is one of these. Its text never commands a terminal."""

    def __str__(self) -> str:
        return plain_text(super().__str__())


class TomlFileError(RigError):
    """Every mistake of a file at once; `mistakes` holds one line each: place, what was found, what is allowed."""

    def __init__(self, path: str, mistakes: Sequence[str]) -> None:
        self.path, self.mistakes = path, tuple(mistakes)
        super().__init__("\n  ".join([f"{path}: {len(mistakes)} mistake{'s' * (len(mistakes) != 1)}", *mistakes]))


class BenchFileError(TomlFileError):
    """A bench file with mistakes."""


class DiscoveryError(RigError):
    """A driver, twin or firmware named in a bench file cannot be found or is not what it should be."""


class InstrumentError(RigError):
    """What went wrong with one instrument: its name, the bytes both ways and advice for the operator."""

    def __init__(
        self,
        instrument: str,
        what: str,
        *,
        advice: str,
        port: str = "",
        sent: bytes | None = None,
        received: bytes | None = None,
    ) -> None:
        self.instrument, self.what, self.advice = instrument, what, echo_first(advice, sent, received)
        self.port, self.sent, self.received = port, sent, received
        exchange = [] if sent is None and received is None else [f"  {show_exchange(sent, received)}"]
        head = f"{instrument} on {port}: {what}" if port else f"{instrument}: {what}"
        super().__init__("\n".join([head, *exchange, f"  advice: {self.advice}"]))


class ConnectionFailedError(InstrumentError):
    """The port could not be opened, or what answered there is not the instrument that the bench file names."""


class ConnectionLostError(InstrumentError):
    """The port died while it was in use."""


class NoReplyError(InstrumentError):
    """Nothing, or too little, came before the deadline."""


class GarbledReplyError(InstrumentError):
    """What came is not the dialect: bad checksum, unknown code, truncated, not a number."""


class SenselessReplyError(GarbledReplyError):
    """What came is whole by its checksum and cannot be meant: no line makes that of a reply, its sender does."""


NOT_SEEN = "NOT_SEEN_IN_STATUS"
"""The code of a refusal by the driver: the order was taken, and does not show in the status as it should."""


class RefusedError(InstrumentError):
    """The instrument understood the command and refused it; `code` is its own code for why."""

    def __init__(self, instrument: str, what: str, *, advice: str, code: str, **bytes_and_port: object) -> None:
        self.code = code
        super().__init__(instrument, what, advice=advice, **bytes_and_port)  # type: ignore[arg-type]


class OutOfRangeError(InstrumentError):
    """The driver refused a value before anything was sent."""


class DriverFailedError(InstrumentError):
    """The driver itself failed, with an error that is none of these."""


class BenchConnectionError(RigError):
    """Every instrument of a bench that could not be reached, reported together, and what was `found` instead."""

    def __init__(self, bench: str, failures: Sequence[InstrumentError], found: Sequence[str] = ()) -> None:
        self.bench, self.failures, self.found = bench, tuple(failures), tuple(found)
        counted = f"bench {bench}: {len(failures)} instrument(s) not reached"
        super().__init__("\n".join([counted, *found, *map(str, failures)]))


class BenchBusyError(RigError):
    """Another run holds the bench."""


class QuantityError(RigError):
    """Text or a number that is not a quantity of the wanted kind."""


class RecordError(RigError):
    """Something about a run record."""


class RecordCorruptError(RecordError):
    """The hash chain or the schema of a record does not hold; `seq` is the first entry that is wrong."""

    def __init__(self, message: str, seq: int | None = None) -> None:
        self.seq = seq
        super().__init__(message)


class RecordClosedError(RecordError):
    """Something was written after the run's stop."""


class RecordBusyError(RecordError):
    """The record has a living writer."""


class RecordNotFoundError(RecordError):
    """There is no such run."""


class DiskSpaceError(RecordError):
    """The disk has too little left for what is to be recorded."""


class MetrologyError(RigError):
    """The data do not allow a number; the message says why."""


class SeriesError(MetrologyError):
    """Gaps, reversed time, NaN, too few samples, or a tare in the middle of a series."""


class NotShownError(SeriesError):
    """The pump did not show what a claim is about: no alarm, no bolus, no date."""


class MisfitError(SeriesError):
    """A claim asks what its window, or its bench, does not hold: the plan asks for the wrong thing."""


class WindowError(MetrologyError):
    """A sample interval, period or window that does not fit the others or the data."""


class PathsDisagreeError(MetrologyError):
    """Paths of one delivery disagree: `lying` are off (() where none is named), by `apart_ul`, from `from_s` s on.

    Where none is named, `apart_ul` is what the first of the two that are named shows more than the second.
    """

    def __init__(self, said: str, lying: tuple[str, ...], apart_ul: float, from_s: float) -> None:
        super().__init__(said)
        self.lying, self.apart_ul, self.from_s = lying, apart_ul, from_s


class PlanError(RigError):
    """The plan itself is wrong."""


class PlanFileError(TomlFileError, PlanError):
    """A file of limits or requirements with mistakes."""


class UnknownLimitError(PlanError):
    """A verify names a limit that limits.toml does not hold."""


class UnknownRequirementError(PlanError):
    """A marker names a requirement that requirements.toml does not hold."""


class NothingVerifiedError(PlanError):
    """A plan ran to its end and verified nothing."""


class ChallengeRefusedError(PlanError):
    """What is to be done to a pump cannot be done, or not now; the message says what is allowed. Nothing was done."""


class TimeLimitError(PlanError):
    """A plan has reached its time limit and is ended."""


class PromptError(RigError):
    """Somebody at the bench was to be asked."""


class NoTerminalError(PromptError):
    """There is no terminal on which somebody could be asked."""


class NotAnsweredError(PromptError):
    """Nobody answered within the time limit."""


class VerdictError(RigError):
    """At least one verify of a plan did not PASS."""


class StreamingError(RigError):
    """InfluxDB could not be fed; reported on the run, never raised into it."""


class ServerAwayError(StreamingError):
    """No answer, or one of `status` that says "later"; `retry_after_s` is when to ask again (0: not said)."""

    def __init__(self, message: str, retry_after_s: float = 0.0, *, status: int = 0) -> None:
        self.retry_after_s, self.status = retry_after_s, status
        super().__init__(message)


class ServerRefusedError(StreamingError):
    """The server refuses us, whatever is sent: token, bucket, address or certificate are wrong."""


class PointsRefusedError(StreamingError):
    """The server refuses points of a batch, `dropped` by its word (0: not said); `lines`: reasons by number from 1."""

    def __init__(self, message: str, dropped: int = 0, lines: Mapping[int, str] | None = None) -> None:
        self.dropped, self.lines = dropped, lines or {}
        super().__init__(message)


class StreamerBusyError(StreamingError):
    """Another living process feeds this run to this server."""


class QualificationError(RigError):
    """A seeded defect or its module is wrong, or there is no plan to be qualified."""


class StarterError(RigError):
    """A laboratory's repository could not be written."""


class ExportError(RigError):
    """A report or an export could not be written."""


class EvidenceError(RigError):
    """What others are to trust cannot be made, or does not hold."""


class BundleError(EvidenceError):
    """A file is no bundle, or not in the one form that a bundle has; the message says where."""


class MockedEvidenceError(EvidenceError):
    """Simulated data were to be filed as evidence of a bench."""


class NotesError(EvidenceError):
    """The notes beside a record are not what was written; the message names the first that does not hold."""


class KeyFileError(EvidenceError):
    """A signer's key cannot be made or read, or others could read it."""


class PassphraseError(EvidenceError):
    """A passphrase is wrong, or too weak for a new key; it is in no message."""


class SigningRefusedError(EvidenceError):
    """A key may not sign this bundle in this role, or nobody may sign it."""


class TimeStampError(EvidenceError):
    """A time stamping authority gave no time stamp, or a time stamp does not hold; the message says why."""


class TrustFileError(TomlFileError):
    """A file of trusted keys with mistakes."""


class SafetyError(RigError):
    """Delivery could not be shown to have stopped, or had to be ended."""


class GainAtRestError(SafetyError):
    """The balance gained mass while the pump said that it stopped and nothing else saw a flow: supply was taken away.

    `alone` says that a flow sensor would have seen so much and did not: the balance stands alone against it. `advice`
    is what tells whose it is.
    """

    def __init__(self, message: str, *, alone: bool, advice: str) -> None:
        self.alone, self.advice = alone, advice
        super().__init__(message)


class DeliveryEndedError(SafetyError):
    """The supervisor ended delivery for the run; `lapsed` says that it was because the plan showed no sign of life."""

    def __init__(self, message: str, *, lapsed: bool) -> None:
        self.lapsed = lapsed
        super().__init__(message)


class InterlockError(SafetyError):
    """An interlock tripped: its key, what was found and is allowed in its unit, and when it was read (UTC ns)."""

    def __init__(self, interlock: str, message: str, *, value: float, limit: float, from_ns: int, to_ns: int) -> None:
        self.interlock, self.value, self.limit, self.from_ns, self.to_ns = interlock, value, limit, from_ns, to_ns
        super().__init__(message)


class BenchLatchedError(SafetyError):
    """The bench was left latched by a trip or unsafe, and nobody has cleared it: nothing was opened."""
