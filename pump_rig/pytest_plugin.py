"""What pytest loads wherever the rig is installed (`pytest11`): the plugins of fixtures/, in their order."""

from fixtures import PLUGINS

pytest_plugins = PLUGINS
