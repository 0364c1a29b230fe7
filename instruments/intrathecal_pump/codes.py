"""The numbers of the engineering link: commands, results, states, alarms, events. Source: docs/pump-link.md."""

from enum import IntEnum, IntFlag


class CommandCode(IntEnum):
    """What a command wants; the reply bears the same code with REPLY_BIT set."""

    IDENTIFY = 0x01
    GET_LIMITS = 0x02
    GET_STATUS = 0x03
    READ_LOG = 0x04
    GET_CLOCK = 0x05
    SET_CLOCK = 0x06
    SET_WATCHDOG = 0x07
    STOP = 0x08
    STAGE = 0x10
    READ_STAGED = 0x11
    COMMIT = 0x12
    STAGE_PART = 0x13
    READ_PART = 0x14
    GET_FULL_LIMITS = 0x20
    GET_FULL_STATUS = 0x21
    REQUEST_BOLUS = 0x22
    ACKNOWLEDGE = 0x23
    REFILLED = 0x24
    SET_LOW_MARK = 0x25
    SELF_TEST = 0x26
    SET_DOSE_LIMIT = 0x27
    SET_TRIAL = 0x28
    GET_BOUNDS = 0x29


# What must not happen twice needs a sequence number of its own.
NUMBERED_ONLY = frozenset(
    {
        CommandCode.SET_CLOCK,
        CommandCode.SET_WATCHDOG,
        CommandCode.STAGE,
        CommandCode.COMMIT,
        CommandCode.STAGE_PART,
        CommandCode.REQUEST_BOLUS,
        CommandCode.ACKNOWLEDGE,
        CommandCode.REFILLED,
        CommandCode.SET_LOW_MARK,
        CommandCode.SELF_TEST,
        CommandCode.SET_DOSE_LIMIT,
        CommandCode.SET_TRIAL,
    }
)


class ReplyResult(IntEnum):
    """The first byte of every reply."""

    OK = 0x00
    UNKNOWN_COMMAND = 0x01
    BAD_LENGTH = 0x02
    BAD_VERSION = 0x03
    BAD_SEQUENCE = 0x04
    UNKNOWN_PROGRAMME = 0x10
    OUT_OF_RANGE = 0x11
    NOT_A_STEP = 0x12
    ABOVE_TOTAL_RATE = 0x13
    ABOVE_DOSE_LIMIT = 0x14
    NOTHING_STAGED = 0x20
    CRC_MISMATCH = 0x21
    BOLUS_RUNNING = 0x22
    ALARM_ACTIVE = 0x23
    RESERVOIR_EMPTY = 0x24
    BATTERY_DEPLETED = 0x25
    TOO_LONG = 0x26
    NOT_IN_ORDER = 0x27
    PRIME_RUNNING = 0x28
    NOT_ALLOWED = 0x30
    LOCKED_OUT = 0x31
    ALLOTMENT_USED = 0x32
    TRIAL_OVER = 0x33


class DeliveryState(IntEnum):
    """What the pump is doing."""

    STOPPED = 0
    INFUSING = 1
    BOLUS = 2
    ALARM = 3


class Alarm(IntFlag):
    """What is wrong; several can be set."""

    RESERVOIR_LOW = 0x0001
    RESERVOIR_EMPTY = 0x0002
    BATTERY_LOW = 0x0004
    BATTERY_DEPLETED = 0x0008
    LINK_LOST = 0x0010
    STOPPED_TOO_LONG = 0x0020
    STALL = 0x0040
    MEMORY_ERROR = 0x0080
    DOSE_LIMIT = 0x0100
    ELECTIVE_REPLACEMENT = 0x0200
    END_OF_SERVICE = 0x0400
    RESET = 0x0800
    TRIAL_OVER = 0x1000
    OVER_INFUSION = 0x2000
    UNDER_INFUSION = 0x4000


# The bits of GET_STATUS; a client of the link's first edition knows no others.
FIRST_ALARMS = (
    Alarm.RESERVOIR_LOW | Alarm.RESERVOIR_EMPTY | Alarm.BATTERY_LOW | Alarm.BATTERY_DEPLETED | Alarm.LINK_LOST
)
NON_CRITICAL_ALARMS = Alarm.RESERVOIR_LOW | Alarm.BATTERY_LOW | Alarm.ELECTIVE_REPLACEMENT | Alarm.TRIAL_OVER


class Finding(IntFlag):
    """What a pump finds wrong with itself; several can be set."""

    MEMORY = 0x0001
    MOTOR = 0x0002
    CELL = 0x0004
    CLOCK = 0x0008


class LogEvent(IntEnum):
    """What an entry of the event log tells."""

    POWER_ON = 0x0001
    INFUSION_STARTED = 0x0002
    BOLUS_STARTED = 0x0003
    BOLUS_ENDED = 0x0004
    STOPPED = 0x0005
    CLOCK_SET = 0x0006
    WATCHDOG_SET = 0x0007
    COMMIT_REFUSED = 0x0008
    LINK_LOST = 0x0010
    RESERVOIR_LOW = 0x0011
    RESERVOIR_EMPTY = 0x0012
    BATTERY_LOW = 0x0013
    BATTERY_DEPLETED = 0x0014
    STOPPED_TOO_LONG = 0x0015
    STALL = 0x0016
    MEMORY_ERROR = 0x0017
    DOSE_LIMIT = 0x0018
    ELECTIVE_REPLACEMENT = 0x0019
    END_OF_SERVICE = 0x0020
    FLEX_STARTED = 0x0021
    RAMP_STARTED = 0x0022
    RAMP_ENDED = 0x0023
    MINIMUM_STARTED = 0x0024
    BRIDGE_STARTED = 0x0025
    BRIDGE_ENDED = 0x0026
    PRIME_STARTED = 0x0027
    PRIMED = 0x0028
    SQUARE_STARTED = 0x0029
    SQUARE_ENDED = 0x0030
    PATIENT_SET = 0x0031
    PATIENT_BOLUS_GIVEN = 0x0032
    PATIENT_BOLUS_REFUSED = 0x0033
    REFILLED = 0x0034
    LOW_MARK_SET = 0x0035
    ALARMS_ACKNOWLEDGED = 0x0036
    SELF_TESTED = 0x0037
    STALL_ENDED = 0x0038
    RESET = 0x0039
    DOSE_LIMIT_SET = 0x0040
    TRIAL_SET = 0x0041
    TRIAL_OVER = 0x0042
    OVER_INFUSION = 0x0043
    UNDER_INFUSION = 0x0044
