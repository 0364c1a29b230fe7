"""The messages that the link's second edition added to the first: long programmes, patient, reservoir, alarms.

Volumes are nL, rates nL/h, times s unless said otherwise, all integers. Source: docs/pump-link.md.
"""

from dataclasses import dataclass

from instruments.intrathecal_pump.codes import Alarm, Finding, ReplyResult


@dataclass(frozen=True, slots=True)
class StagePart:
    """Lay down the bytes of a programme of `total` bytes from `offset` on."""

    total: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ReadPart:
    """Ask for the bytes of the staged programme from `offset` on."""

    offset: int


@dataclass(frozen=True, slots=True)
class GetFullLimits:
    """Ask what the programmes of the second edition can be set to."""


@dataclass(frozen=True, slots=True)
class GetFullStatus:
    """Ask for the status with all that the second edition added."""


@dataclass(frozen=True, slots=True)
class RequestBolus:
    """Ask for a bolus as the patient's controller does."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Silence the alarms; delivery and what has ended it stay as they are."""


@dataclass(frozen=True, slots=True)
class Refilled:
    """Tell the pump what its reservoir holds now."""

    volume_nl: int


@dataclass(frozen=True, slots=True)
class SetLowMark:
    """Set the content at which the pump warns."""

    volume_nl: int


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Have the pump test itself."""


@dataclass(frozen=True, slots=True)
class SetDoseLimit:
    """Let any window of `window_s` hold at most so much; 0 and 0 for none but the pump's own."""

    volume_nl: int
    window_s: int


@dataclass(frozen=True, slots=True)
class SetTrial:
    """Begin a session of at most so much in at most so long; 0 and 0 ends one."""

    volume_nl: int
    seconds: int


@dataclass(frozen=True, slots=True)
class GetBounds:
    """Ask what bounds delivery: dose limit, trial session, and the dates that the pump foretells."""


@dataclass(frozen=True, slots=True)
class StagedPart:
    """Bytes of the staged programme, which has `total` of them, from `offset` on."""

    total: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FullLimits:
    """What the programmes of the second edition can be set to."""

    minimum_rate_nl_h: int
    prime_rate_nl_h: int
    min_prime_nl: int
    max_prime_nl: int
    min_bridge_nl: int
    max_bridge_nl: int
    min_square_s: int
    max_square_s: int
    min_ramp_minutes: int
    max_ramp_minutes: int
    min_lockout_s: int
    max_lockout_s: int
    max_patient_boluses: int
    capacity_nl: int
    max_dose_nl: int


@dataclass(frozen=True, slots=True)
class PatientTerms:
    """What a patient may ask for and has got: `lockout_left_s` from now on, `given_in_24_h` up to now."""

    volume_nl: int
    rate_nl_h: int
    lockout_s: int
    most_in_24_h: int
    lockout_left_s: int
    given_in_24_h: int
    given: int
    refused: int


@dataclass(frozen=True, slots=True)
class TherapyStatus:
    """What goes beyond the first edition's status: alarms, the infusion under way, what is left, and counts."""

    alarms: Alarm
    sounding: Alarm
    infusion_kind: int
    infusion_crc: int
    bridge_left_nl: int
    square_left_nl: int
    prime_left_nl: int
    squares: int
    primes: int
    refills: int
    low_mark_nl: int
    in_last_hour_nl: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds delivery; each is 0 where there is none.

    Dates are by the pump's clock, ms since 1970 UTC: when the content is at the low mark, and when service ends.
    """

    limit_nl: int
    window_s: int
    in_window_nl: int
    trial_nl: int
    trial_left_nl: int
    trial_left_s: int
    refill_ms: int
    replacement_ms: int


@dataclass(frozen=True, slots=True)
class PatientReply:
    """What a patient is answered: OK for a bolus that has begun, else why not."""

    answer: ReplyResult


@dataclass(frozen=True, slots=True)
class SelfTestReply:
    """What the pump found wrong with itself."""

    found: Finding
