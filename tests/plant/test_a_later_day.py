"""A laboratory that begins whole days later has all chance in common with the one of the same seed."""

import numpy as np

from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import VirtualClock
from tests.plant.worlds import EPOCH_NS

DAY_NS = 86_400_000_000_000
DISTURBED = Parameters(draught_mg=0.5, evaporation_walk_percent_rt_h=5, vessel_displaces_ml=40, balance_tempco_mg_k=0.1)


def indicated(days, *, told=True):
    later_ns = days * DAY_NS
    lab = Laboratory(DISTURBED, VirtualClock(EPOCH_NS + later_ns), 1, later_ns=later_ns if told else 0)
    t_ns = EPOCH_NS + later_ns + np.arange(0, 40 * 3_600_000_000_000, 600_000_000_000)
    return lab.beaker.indicated_mg(t_ns).tolist()


def test_what_is_weighed_is_the_same_to_the_last_bit():
    assert indicated(3) == indicated(0)


def test_else_it_is_the_calendars():
    assert indicated(3, told=False) != indicated(0)
