"""Who the device is, and whether it is the one that the bench file means and can sample as fast as that says."""

from typing import TYPE_CHECKING

from instruments.ni_daq.products import most_rate_hz
from instruments.ni_daq.settings import LEAST_RATE_HZ, MOST_RATE_HZ, DaqSettings
from rig.capabilities import Identity
from rig.driving import Reporter
from rig.errors import ConnectionFailedError

if TYPE_CHECKING:
    from instruments.ni_daq.connection import Connection

MAKER = "National Instruments"
_RATE_ADVICE = "write a rate in the bench file that the device has on so many channels, or sample fewer channels"
_NAME_ADVICE = (
    "write the name that the device has in NI MAX as `device` in the bench file, or before the counter, line or input "
    "that is another's"
)


def identity_of(connection: "Connection", reporter: Reporter, settings: DaqSettings) -> Identity:
    """Return what the device and its driver say.

    Raises OutOfRangeError for a sample rate that is none or that the device does not have on so many channels, and
    ConnectionFailedError where a device of the bench file is missing or the product is another.
    """
    rate_hz, channels = settings.sample_rate_hz, len(settings.channels)
    reporter.check_range("sample_rate_hz", rate_hz, LEAST_RATE_HZ, MOST_RATE_HZ, "Hz", _RATE_ADVICE)
    with connection.calling("asking for the devices"):
        system = connection.system()
        version = system.driver_version
        names = list(system.devices.device_names)
        for needed in settings.devices:
            if needed not in names:
                said = f"there is no device {needed!r}; there are {', '.join(names) or 'none'}"
                raise reporter.error(ConnectionFailedError, said, _NAME_ADVICE)
        device = system.devices[settings.device]
        product = device.product_type
        serial = f"{device.serial_num:08X}"
    reporter.demand("product", product, settings.product)
    most_hz = most_rate_hz(product, channels)
    if most_hz is not None:
        what = f"sample_rate_hz ({product}, {channels} channels)"
        reporter.check_range(what, rate_hz, LEAST_RATE_HZ, most_hz, "Hz", _RATE_ADVICE)
    return Identity(MAKER, product, serial, f"NI-DAQmx {'.'.join(map(str, version))}")
