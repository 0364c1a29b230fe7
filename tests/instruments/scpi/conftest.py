"""A SCPI device with nothing around it, and a link to it."""

import pytest

from instruments.scpi.queries import ScpiLink
from instruments.scpi.settings import ScpiSettings
from tests.instruments.scpi.bare import Bare
from tests.patience import patient


@pytest.fixture
def bare():
    return Bare()


@pytest.fixture
def connect(context, closing):
    def open_link(port, **settings):
        link = ScpiLink("meter", ScpiSettings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(link.close)
        return link

    return open_link


@pytest.fixture
def link(bare, serve, connect):
    return connect(serve(bare))
