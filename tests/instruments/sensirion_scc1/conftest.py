"""A simulated SCC1 cable with its sensor on a real port."""

import pytest

from instruments.sensirion_scc1.driver import Driver
from instruments.sensirion_scc1.twin import Twin
from tests.patience import patient


@pytest.fixture
def twin(laboratory):
    return Twin("flow", Twin.Parameters(gain_percent=0.0), laboratory)


@pytest.fixture
def open_driver(twin, serve, context, closing):
    port = serve(twin)

    def opened(**settings) -> Driver:
        driver = Driver("flow", Driver.Settings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(driver.close)
        return driver

    return opened


@pytest.fixture
def driver(open_driver):
    return open_driver()


@pytest.fixture
def sampling(driver):
    driver.start_sampling()
    return driver
