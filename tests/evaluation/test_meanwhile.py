"""What pump and line show while another volume comes than was programmed is said beside the contradiction."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.meanwhile import meanwhile
from rig.samples import Block
from tests.evaluation.happenings import ns
from tests.evaluation.steady import RATE_UL_H, case_of

STANDS = "; by its own count the pump stood still"
_S = np.arange(0.0, 25 * 3600.0, 60.0)


def counts(stands_from_h=25.0, stands_to_h=25.0):
    """Return what the pump counts each minute of the delivery: nothing in a span, µL at its rate before and behind."""

    def record_them(record):
        counted = RATE_UL_H * (np.minimum(_S / 3600.0, stands_from_h) + np.maximum(_S / 3600.0 - stands_to_h, 0.0))
        record.descriptor("pump", (Channel("delivered", "µL"),), {})
        record.samples("pump", Block(np.asarray([ns(s) for s in _S], np.int64), {"delivered": counted}))

    return record_them


def pressure(peak_kpa, at_h, unit="kPa"):
    """Return the line's pressure each minute of the delivery: 1 kPa, and a peak for a minute."""

    def record_it(record):
        kpa = np.where(np.abs(_S - 3600.0 * at_h) < 30.0, peak_kpa, 1.0)
        record.descriptor("daq", (Channel("line_pressure", unit),), {})
        record.samples("daq", Block(np.asarray([ns(s) for s in _S], np.int64), {"line_pressure": kpa}))

    return record_it


def said(folder, from_h, to_h, *tells):
    return case_of(folder, lambda case: meanwhile(case, ns(3600.0 * from_h), ns(3600.0 * to_h)), tells=tells)


@pytest.mark.parametrize(
    ("from_h", "to_h", "words"),
    [(10.1, 10.9, STANDS), (10.1, 11.5, ""), (5.0, 6.0, ""), (10.1, 10.13, "")],
    ids=["while it stands", "not all of it", "while it runs", "too short to tell"],
)
def test_a_count_that_stands_is_said(tmp_path, from_h, to_h, words):
    assert said(tmp_path, from_h, to_h, counts(10.0, 11.0)) == words


@pytest.mark.parametrize(
    ("peak_kpa", "at_h", "words"),
    [
        (107.0, 9.5, "; the pressure in the line had reached 107 kPa, as in front of an occlusion"),
        (107.0, 8.5, ""),
        (49.0, 9.5, ""),
    ],
    ids=["shortly before", "long before", "as a high rate drives"],
)
def test_a_pressure_that_no_rate_drives_is_said(tmp_path, peak_kpa, at_h, words):
    assert said(tmp_path, 10.0, 11.0, pressure(peak_kpa, at_h)) == words


def test_a_pressure_in_another_unit_is_no_reason_to_say_less(tmp_path):
    assert said(tmp_path, 10.1, 10.9, counts(10.0, 11.0), pressure(107.0, 10.0, unit="V")) == STANDS


def test_where_nothing_tells_of_it_nothing_is_said(tmp_path):
    assert said(tmp_path, 10.0, 11.0) == ""
