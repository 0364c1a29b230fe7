"""What the numbers on the NI-DAQmx wire mean: error codes, the layout of samples, counts. Pure functions.

Error codes are those of `nidaqmx.error_codes`, written out here so that this module needs no NI package.
"""

import numpy as np
from numpy.typing import NDArray

SAMPLES_NOT_YET_AVAILABLE = -200284
SAMPLES_NO_LONGER_AVAILABLE = -200279
ONBOARD_MEMORY_OVERFLOW = -200361
INVALID_DEVICE = -200220
PHYSICAL_CHANNEL_DOES_NOT_EXIST = -200170
RESOURCE_RESERVED = -50103
INVALID_TASK = -200088
SAMPLE_RATE_TOO_HIGH = -200332

# The device acquired faster than it was read, on the host's side or on its own.
OVERFLOWS = frozenset({SAMPLES_NO_LONGER_AVAILABLE, ONBOARD_MEMORY_OVERFLOW})

_ADVICE = {
    SAMPLES_NOT_YET_AVAILABLE: "check that the sample clock runs and that the sample rate is the one wanted",
    INVALID_DEVICE: "check `device` in the bench file against the names in NI MAX or `nilsdev`",
    PHYSICAL_CHANNEL_DOES_NOT_EXIST: "check the physical channels in the bench file against the device's pinout",
    RESOURCE_RESERVED: "another task holds the device: end the other program, or reset the device in NI MAX",
    INVALID_TASK: "the device server has forgotten the task; it was restarted or another client cleared it: start anew",
    SAMPLE_RATE_TOO_HIGH: "lower `sample_rate_hz` in the bench file, or sample fewer channels",
}
_GENERAL_ADVICE = "look the code up in NI's error reference, and check the device in NI MAX"

COUNTER_MODULUS = 1 << 32


def advice_for(code: int) -> str:
    """Return what an operator can do about an NI-DAQmx error code."""
    return _ADVICE.get(code, _GENERAL_ADVICE)


def unpack_by_channel(buffer: NDArray[np.float64], channels: int, read: int) -> NDArray[np.float64]:
    """Return a view of shape (channels, read) on what a read grouped by channel put into `buffer`.

    A short read leaves its values squashed together at the beginning, whatever the buffer's own shape is.
    """
    return buffer.reshape(-1)[: channels * read].reshape(channels, read)


def wrapped_count_gain(before: int, after: int) -> int:
    """Return by how much a 32-bit counter that only counts up has grown, over at most one wrap."""
    return (after - before) % COUNTER_MODULUS
