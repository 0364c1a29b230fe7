"""What the numbers on the NI-DAQmx wire mean: error codes, the layout of samples, counts. Pure functions.

Error codes are those of `nidaqmx.error_codes`, written out here so that this module needs no NI package.
"""

import re
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class NiCode(IntEnum):
    """The errors that are handled or simulated here, under the maker's own names."""

    PAL_RESOURCE_RESERVED = -50103
    PAL_TRANSFER_ABORTED = -50405
    DEV_ABSENT_OR_UNAVAILABLE_ROUTING = -89130
    DUPLICATED_CHANNEL = -200003
    INPUT_FIFO_OVERFLOW = -200010
    DEVICE_REMOVED = -200045
    INVALID_CHANNEL_NAME_IN_LIST = -200050
    INVALID_ATTRIBUTE_VALUE = -200077
    MIN_NOT_LESS_THAN_MAX = -200082
    INVALID_TASK = -200088
    DUPLICATE_TASK = -200089
    MULTIPLE_COUNTER_INPUT_TASK = -200147
    PHYSICAL_CHAN_DOES_NOT_EXIST = -200170
    HARDWARE_NOT_RESPONDING = -200175
    HW_UNEXPECTEDLY_POWERED_OFF_AND_ON = -200194
    INVALID_DEVICE_ID = -200220
    ACQ_STOPPED_TO_PREVENT_INPUT_BUFFER_OVERWRITE = -200222
    READ_BUFFER_TOO_SMALL = -200229
    SAMPLES_WILL_NEVER_BE_AVAILABLE = -200278
    SAMPLES_NO_LONGER_AVAILABLE = -200279
    SAMPLES_NOT_YET_AVAILABLE = -200284
    DEV_ABSENT_OR_UNAVAILABLE = -200324
    SAMP_RATE_TOO_LOW = -200331
    SAMP_RATE_TOO_HIGH = -200332
    INPUT_FIFO_OVERFLOW_2 = -200361
    ATTRIBUTE_NOT_SETTABLE_WHEN_TASK_IS_RUNNING = -200450
    ATTRIBUTE_NOT_SUPPORTED_IN_TASK_CONTEXT = -200452
    CANNOT_PERFORM_OP_WHEN_TASK_NOT_RUNNING = -200475
    CAN_NOT_PERFORM_OP_WHEN_NO_CHANS_IN_TASK = -200478
    CAN_NOT_PERFORM_OP_WHILE_TASK_RUNNING = -200479
    ONE_CHAN_READ_FOR_MULTI_CHAN_TASK = -200523
    WRITE_NUM_CHANS_MISMATCH = -200524
    MULTI_CHAN_TYPES_IN_TASK = -200559
    WAIT_UNTIL_DONE_DOES_NOT_INDICATE_DONE = -200560
    NO_CHANS_OF_GIVEN_TYPE_IN_TASK = -200611
    CANNOT_WRITE_WHEN_AUTO_START_FALSE_AND_TASK_NOT_RUNNING = -200846
    EVERY_N_SAMPLES_EVENT_NOT_SUPPORTED_FOR_NON_BUFFERED_TASKS = -200848
    EVERY_N_SAMPS_EVENT_INTERVAL_ZERO_NOT_SUPPORTED = -200880
    DONE_EVENT_ALREADY_REGISTERED = -200950
    CANNOT_REGISTER_DA_QMX_SOFTWARE_EVENT_WHILE_TASK_IS_RUNNING = -200960
    EVERY_N_SAMPS_ACQ_INTO_BUFFER_EVENT_ALREADY_REGISTERED = -200966
    EVERY_N_SAMPS_TRANSFERRED_FROM_BUFFER_EVENT_NOT_SUPPORTED_BY_DEVICE = -200980
    EVERY_N_SAMPLES_ACQ_INTO_BUFFER_EVENT_NOT_SUPPORTED_BY_DEVICE = -200981
    AUTO_START_READ_NOT_ALLOWED_EVENT_REGISTERED = -200984
    CANNOT_UNREGISTER_DA_QMX_SOFTWARE_EVENT_WHILE_TASK_IS_RUNNING = -200986
    DEV_CANNOT_BE_ACCESSED = -201003
    NETWORK_STATUS_CONNECTION_LOST = -201390
    CHASSIS_COMMUNICATION_INTERRUPTED = -201423


# The device acquired faster than it was read, on the host's side or on its own.
OVERFLOWS = frozenset(
    {
        NiCode.SAMPLES_NO_LONGER_AVAILABLE,
        NiCode.ACQ_STOPPED_TO_PREVENT_INPUT_BUFFER_OVERWRITE,
        NiCode.INPUT_FIFO_OVERFLOW,
        NiCode.INPUT_FIFO_OVERFLOW_2,
    }
)

# The device, its chassis or the server's memory of its tasks is gone: it must be opened anew.
LOST = frozenset(
    {
        NiCode.INVALID_TASK,
        NiCode.PAL_TRANSFER_ABORTED,
        NiCode.DEV_ABSENT_OR_UNAVAILABLE_ROUTING,
        NiCode.DEVICE_REMOVED,
        NiCode.HARDWARE_NOT_RESPONDING,
        NiCode.HW_UNEXPECTEDLY_POWERED_OFF_AND_ON,
        NiCode.DEV_ABSENT_OR_UNAVAILABLE,
        NiCode.DEV_CANNOT_BE_ACCESSED,
        NiCode.NETWORK_STATUS_CONNECTION_LOST,
        NiCode.CHASSIS_COMMUNICATION_INTERRUPTED,
    }
)
_GONE_ADVICE = "check the device's power and its cable; NI MAX or `nilsdev` shows whether it is there"

_ADVICE: dict[int, str] = {
    NiCode.SAMPLES_NOT_YET_AVAILABLE: "check that the sample clock runs and that the sample rate is the one wanted",
    NiCode.INVALID_DEVICE_ID: "check `device` in the bench file against the names in NI MAX or `nilsdev`",
    NiCode.PHYSICAL_CHAN_DOES_NOT_EXIST: "check the physical channels in the bench file against the device's pinout",
    NiCode.PAL_RESOURCE_RESERVED: "another task holds the device: end the other program, or reset the device in NI MAX",
    NiCode.INVALID_TASK: "the device server has forgotten the task, because it was restarted, the device was reset or "
    "another client cleared it: start anew",
    NiCode.INVALID_ATTRIBUTE_VALUE: "compare sample_rate_hz, convert_rate_hz, the ends of the ranges and the terminals "
    "in the bench file with what the device has",
    NiCode.SAMP_RATE_TOO_LOW: "raise `sample_rate_hz` in the bench file",
    NiCode.SAMP_RATE_TOO_HIGH: "lower `sample_rate_hz` in the bench file, or sample fewer channels",
}
_GENERAL_ADVICE = "look the code up in NI's error reference, and check the device in NI MAX"

COUNTER_MODULUS = 1 << 32
_WITH_DEVICE = re.compile(r"([^/]+)/(?:ai|_?ctr|port)\d+(?:/line\d+)?$")
_COUNT_SLACK_S = 1.0


def advice_for(code: int) -> str:
    """Return what an operator can do about an NI-DAQmx error code."""
    return _ADVICE.get(code, _GONE_ADVICE if code in LOST else _GENERAL_ADVICE)


def unpack_by_channel(buffer: NDArray[np.float64], channels: int, read: int) -> NDArray[np.float64]:
    """Return a view of shape (channels, read) on what a read grouped by channel put into `buffer`.

    A short read leaves its values squashed together at the beginning, whatever the buffer's own shape is.
    """
    return buffer.reshape(-1)[: channels * read].reshape(channels, read)


def counted_gain(before: int, after: int, elapsed_s: float, most_rate_hz: float) -> int | None:
    """Return by how much a 32-bit counter that only counts up has grown, over at most one wrap; None for no such count.

    It cannot grow by more than edges can come in the time, with `_COUNT_SLACK_S` for when in its exchange each count
    was taken. A count that fell has wrapped only if it was in the last sixteenth of its range and the way over the top
    is as short: else its counter began anew.
    """
    gain = (after - before) % COUNTER_MODULUS
    most = most_rate_hz * (max(0.0, elapsed_s) + _COUNT_SLACK_S)
    if after < before:
        most = min(most, COUNTER_MODULUS / 16)
    return gain if gain <= most else None


def full_name(device: str, place: str) -> str:
    """Return a channel or line with its device: ai0, ctr0 and port0/line0 are this device's, Dev2/ctr0 is not."""
    return place if _WITH_DEVICE.match(place) else f"{device}/{place}"


def device_of(device: str, place: str) -> str:
    """Return the device that has a channel or line; this one for what is no such name."""
    met = _WITH_DEVICE.match(place)
    return met[1] if met else device


def line_task(instrument: str, device: str, line: str) -> str:
    """Return the name of a digital line's task: what opens the relay without the driver finds the run's own by it."""
    return f"{instrument}-{full_name(device, line).replace('/', '-')}"
