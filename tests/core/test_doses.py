"""A dose that a plan says in a drug's units is a volume, and the record keeps what was said."""

import pytest

from rig.record.bodies.challenges import DoseSaid
from rig.therapy import TherapyError
from tests.core.bench_support import bench_text, opened


def test_a_dose_is_recorded_as_it_was_said(tmp_path):
    with opened(tmp_path, bench_text(balance=False)) as (bench, record):
        rate_ul_h = bench.rate_of("5 mg/day", "25 mg/mL")
        with pytest.raises(TherapyError, match="holds no drug"):
            bench.volume_of("5 mg", "0 mg/mL")
        with record.reader() as reader:
            (said,) = [entry.body for entry in reader.events(DoseSaid)]
    assert rate_ul_h == pytest.approx(5 / 25 * 1000 / 24)
    assert said == DoseSaid("5 mg/day", "25 mg/mL", rate_ul_h)
