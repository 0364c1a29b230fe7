"""One way to know what was delivered: its volume, and its mean rate over the time that was asked for."""

import pytest

from rig.clock import NS_PER_S
from rig.safety.volume_path import VolumePath


def test_a_mean_rate_over_a_day_is_known_to_a_stream_that_is_read_each_second():
    path = VolumePath("pump", over_s=86_400)
    for second in range(90_000):
        path.read(second * NS_PER_S, second * 0.01)
    assert path.rate_ul_h() == pytest.approx(36.0)


def test_a_volume_between_two_readings_lies_between_them():
    path = VolumePath("pump", over_s=60)
    path.read(0, 5.0)
    path.read(10 * NS_PER_S, 7.0)
    assert path.at(5 * NS_PER_S) == pytest.approx(1.0)


def test_what_is_not_a_number_shows_nothing():
    path = VolumePath("pump", over_s=60)
    path.read(0, 5.0)
    path.read(NS_PER_S, float("nan"))
    assert path.volume_ul == 0.0
