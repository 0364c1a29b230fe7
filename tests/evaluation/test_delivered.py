"""What a run that was killed is said to have delivered: between first and last reading, in µL and mg."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.delivered import delivered
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS, weighed


def told(folder, name, unit, *values):
    """Return what is said of a run of ten hours on whose balance 20 mg came, with a pump of one channel."""
    with weighed(folder, lambda hour: 500.0 + 2.0 * hour, hours=10, noise_mg=0.0) as record:
        record.descriptor("pump", (Channel(name, unit),), {})
        t_ns = EPOCH_NS + np.arange(len(values)) * HOUR_NS
        record.samples("pump", Block(t_ns, {name: np.array(values)}))
        with record.reader() as reader:
            return delivered(reader)


def test_what_came_is_the_last_reading_less_the_first(tmp_path):
    assert told(tmp_path, "delivered", "µL", 1000.0, 1012.0, 1019.5) == pytest.approx(
        {"pump_ul": 19.5, "balance_mg": 20.0}
    )


def test_a_pump_that_counts_in_another_unit_delivered_the_same(tmp_path):
    assert told(tmp_path, "delivered", "mL", 1.0, 1.012, 1.0195)["pump_ul"] == pytest.approx(19.5)


@pytest.mark.parametrize("name, unit", [("reservoir", "µL"), ("delivered", "kPa")])
def test_of_a_pump_that_counts_no_volume_nothing_is_said(tmp_path, name, unit):
    assert told(tmp_path, name, unit, 1000.0, 1012.0) == pytest.approx({"balance_mg": 20.0})
