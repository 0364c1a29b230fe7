"""The pytest side of the rig lives in fixtures/; where the rig is installed, its entry point has loaded it already."""

from fixtures import PLUGINS

pytest_plugins = PLUGINS
