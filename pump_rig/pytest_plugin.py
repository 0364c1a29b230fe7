"""What pytest loads wherever the rig is installed (`pytest11`): the plugins of fixtures/, in their order."""

import pytest

from pump_rig.owners import NamesTakenError, demand_our_own


def _plugins() -> tuple[str, ...]:
    """Return the rig's plugins; without a look at whose `fixtures` this is, somebody else's would be loaded."""
    try:
        demand_our_own()
    except NamesTakenError as error:
        raise pytest.UsageError(str(error)) from error
    from fixtures import PLUGINS

    return PLUGINS


pytest_plugins = _plugins()
