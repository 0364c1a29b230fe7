"""What the simulated device answers instead of doing as told."""

from instruments.ni_daq.dialect import NiCode


class DeviceError(Exception):
    """An NI-DAQmx error code and its text."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


def out_of_range(what: str, value: float, least: float, most: float) -> DeviceError:
    """Return NI-DAQmx's error for a property's value that the device does not have."""
    side = f"Minimum Value: {least:.8g}" if value < least else f"Maximum Value: {most:.8g}"
    return DeviceError(
        NiCode.INVALID_ATTRIBUTE_VALUE,
        "Requested value is not a supported value for this property. The property value may be invalid because it "
        f"conflicts with another property.\nProperty: {what}\nRequested Value: {value:.8g}\n{side}",
    )
