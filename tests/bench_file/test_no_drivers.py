"""A class that is no driver is refused by name, and never made: a bench file is no way to run anything."""

import pytest

from rig.discovery import find_driver
from rig.errors import DiscoveryError


@pytest.mark.parametrize("name", ["subprocess:Popen", "pathlib:Path", "builtins:object"])
def test_it_is_refused(name):
    with pytest.raises(DiscoveryError, match="is no driver: the class lacks capability"):
        find_driver(name)
