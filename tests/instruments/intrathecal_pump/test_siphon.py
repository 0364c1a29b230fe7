"""A pump that siphons: what flows without a stroke reaches the beaker, and the pump's own books know nothing of it."""

import numpy as np
import pytest

from instruments.hosting.pty_host import PtyHost
from instruments.intrathecal_pump.driver import Driver, PumpSettings
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import VirtualClock
from rig.driving import DriverContext
from tests.patience import patient

EPOCH_NS = 1_767_600_000_000_000_000


@pytest.fixture
def infused(closing):
    """Let a pump infuse for a while and rest for as long; return what it says that it gave and what arrived, in µL."""

    def infuse(*, rate_ul_h, hours, **keys):
        clock = VirtualClock(EPOCH_NS)
        laboratory = Laboratory(Parameters(pump_power="battery", **keys), clock, seed=1)
        pump = PumpParameters(clock_drift_ppm=0, stroke_variation_percent=0)
        host = PtyHost("pump", Twin("pump", pump, laboratory))
        closing.callback(host.close)
        context = DriverContext(clock, lambda _: None)
        driver = Driver("pump", PumpSettings(port=host.port, timeout_s=patient(0.2), tries=3), context)
        closing.callback(driver.close)
        driver.set_link_watchdog(seconds=600)
        driver.run_continuous(rate_ul_h=rate_ul_h)
        for twelfth in range(2 * hours * 12):
            if twelfth == hours * 12:
                driver.stop()
            clock.wait_s(300)
            driver.read_block()
        arrived_ul = laboratory.beaker.arrived_ul(np.asarray([laboratory.advance()], np.int64))
        return driver.status().delivered_ul, float(arrived_ul[0])

    return infuse


def test_a_siphons_liquid_is_not_in_the_pumps_books(infused):
    siphoning, tight = (infused(rate_ul_h=40.0, hours=5, siphon_ul_h=ul_h) for ul_h in (1.0, 0.0))
    assert siphoning[0] == tight[0]


def test_a_siphon_adds_its_flow_while_the_pump_runs_and_while_it_rests(infused):
    _, arrived_ul = infused(rate_ul_h=40.0, hours=5, siphon_ul_h=1.0)
    # 5 h of 40 µL/h, 10 h of 1 µL/h; a stroke of 0.5 µL more or less.
    assert arrived_ul == pytest.approx(210.0, abs=0.51)


def test_a_siphon_at_a_standstill_adds_its_flow_after_the_stop(infused):
    _, arrived_ul = infused(rate_ul_h=40.0, hours=5, siphon_stopped_ul_h=1.0)
    # Strokes come every 45 s; of the 5 h of rest the first 5 min count as running.
    assert arrived_ul == pytest.approx(200.0 + 5.0 - 5 / 60, abs=0.51)
