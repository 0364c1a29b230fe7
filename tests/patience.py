"""How long tests wait for what will surely come: every deadline of a test is a time scaled by one factor.

A time is written as an idle machine needs it, amply; a machine that is busy with something else may take many times as
long, and that proves nothing about the product. `RIG_TEST_PATIENCE` sets the factor: 1 finds what hangs sooner, 50
suits a machine that has next to nothing to give.
"""

import os

FACTOR = float(os.environ.get("RIG_TEST_PATIENCE", "10"))


def patient(seconds: float) -> float:
    """Return how many seconds to wait for what an idle machine has done within `seconds`."""
    return seconds * FACTOR
