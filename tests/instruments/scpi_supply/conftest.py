"""Supplies on real sockets."""

import pytest

from instruments.scpi_supply.driver import Driver
from instruments.scpi_supply.twin import Twin
from tests.patience import patient


@pytest.fixture
def connect(context, closing):
    def open_driver(port, **settings):
        driver = Driver("supply", Driver.Settings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(driver.close)
        return driver

    return open_driver


@pytest.fixture
def twin_of(laboratory):
    """Return a supply with three outputs, of which the second feeds the pump."""

    def build(kind=Twin, **parameters):
        return kind("supply", Twin.Parameters(**{"outputs": 3, "pump_output": 2, **parameters}), laboratory)

    return build
