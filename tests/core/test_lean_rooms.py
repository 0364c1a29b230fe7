"""What must stop a pump waits for no heavy library, and depends on none."""

import json
import sys

import pytest

from tests.fixtures.plan_support import ROOT

HEAVY = ("numpy", "scipy", "pydantic", "grpc", "influxdb_client", "uncertainties")
CALL = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


@pytest.mark.parametrize(
    "module",
    [
        "rig.safety.stop",
        "rig.safety.lease",
        "rig.safety.interrupts",
        "rig.safety.insisting",
        "rig.safety.supervisor.__main__",
        "instruments.intrathecal_pump.told",
        "rig.record.words",
        "rig.capabilities",
        "rig.transports",
        "rig.driving",
    ],
)
def test_a_room_that_stops_pumps_reaches_nothing_heavy(children, module):
    done = children.run([sys.executable, "-c", CALL, module, *HEAVY], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
