"""What a flow cable may hold when it is opened."""

import contextlib

from instruments.sensirion_scc1.driver import Driver
from rig.transports import ByteStream
from tests.patience import patient


def test_what_stands_before_the_first_frame_in_the_cable_is_no_fault(twin, serve, context, closing):
    port = serve(twin)
    with contextlib.closing(ByteStream("noise", port, baud=115_200)) as another:
        another.write(bytes.fromhex("00 02 01 04 01 eb 8d 00"))  # of another driver, at the wrong port
    driver = Driver("flow", Driver.Settings(port=port, timeout_s=patient(0.1)), context)
    closing.callback(driver.close)
    assert driver.identify().firmware.startswith("SCC1")
