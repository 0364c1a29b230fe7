"""What pytest loads wherever the rig is installed (`pytest11`): the plugins of fixtures/, in their order."""

import pytest

from pump_rig.owners import NamesTakenError, demand_our_own


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the rig's plugins; without a look at whose `fixtures` this is, somebody else's would be loaded.

    pytest calls this when it has loaded this module. Were they named in `pytest_plugins`, it would look for each one
    in the metadata of every installed distribution first, which takes a fifth of a second of every session.
    """
    del parser
    try:
        demand_our_own()
    except NamesTakenError as error:
        raise pytest.UsageError(str(error)) from error
    from fixtures import PLUGINS

    for name in PLUGINS:
        pluginmanager.import_plugin(name)
