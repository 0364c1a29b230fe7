"""A device that is gone, or was reset by somebody else, is lost: it is opened anew and measures on."""

from dataclasses import replace

import nidaqmx.system
import pytest

from instruments.ni_daq.dialect import LOST
from rig.errors import ConnectionLostError
from rig.record.bodies.absences import SamplingGap


@pytest.mark.parametrize("code", sorted(LOST))
def test_an_error_that_says_so_is_a_lost_connection_with_its_code(sampling, twin, clock, code):
    clock.wait_s(1)
    twin.malfunction = replace(twin.malfunction, refuse=int(code))
    with pytest.raises(ConnectionLostError, match=rf"\({int(code)}\)") as caught:
        sampling.read_block()
    assert "look the code up" not in caught.value.advice


@pytest.fixture
def reset(ni):
    """Reset the device as another program does."""
    return nidaqmx.system.System.remote(ni).devices["Dev1"].reset_device


def test_a_device_that_another_program_has_reset_is_lost(sampling, reset, clock):
    clock.wait_s(1)
    reset()
    for verb in (sampling.read_block, sampling.count_edges, lambda: sampling.set_interlock(closed=False)):
        with pytest.raises(ConnectionLostError, match="does not exist"):
            verb()


def test_it_is_opened_anew_and_measures_on(sampler, reset, clock):
    sampler, record = sampler
    reset()
    clock.wait_s(240)
    with record.reader() as reader:
        (gap,) = [entry.body for entry in reader.events(SamplingGap)]
        stamps = reader.series("daq", gap.to_ns, clock.now_ns() + 1).t_ns
    assert (gap.back, len(stamps) > 0) == (True, True)
