"""`rig gage`."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from rig.clock import VirtualClock
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Judgement, Number, Result
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.reports.records import EPOCH_NS, start_body

ONE = Result("", (), Recipe("mean flow error", {}, 0, 1), "%", "PASS", limit=Limit("%", -5.0, 5.0))


def six_runs(folder, noise_percent):
    """Write six runs of three plans by two operators; return their paths."""
    rng = np.random.default_rng(3)
    for number in range(6):
        start = start_body() | {"operator": "AB"[number % 2]}
        clock = VirtualClock(EPOCH_NS)
        with RunRecord.create(folder, f"run-{number}", from_body(Start, start), EPOCH_NS, clock) as record:
            for plan, value in (("slow", -2.0), ("middling", 0.5), ("fast", 3.0)):
                number = Number(
                    value + noise_percent * float(rng.normal()), 0.1, 2.0, 9.0, (), Judgement(0.2, 1.0, 0.0, 0.0)
                )
                record.result("mean flow error", replace(ONE, plan=f"test_rate[{plan}]", number=number))
            record.stop(Stop("FINISHED"))
    return [str(path) for path in sorted(folder.glob("*.rig.db"))]


@pytest.fixture
def repeated(tmp_path):
    return six_runs(tmp_path, 0.1)


def test_a_table_says_what_is_the_rig_s_own(rig, repeated):
    said = rig("gage", *repeated)
    assert said.code == 0, said.out + said.err
    assert said.out.startswith("mean flow error: 3 plan(s) × 2 operator(s) × 3 trials, in %")
    for words in ("repeatability", "reproducibility", "part to part", "ndc", "of the tolerance", "is fit"):
        assert words in said.out


def test_machines_get_the_same_as_json(rig, repeated):
    study = json.loads(rig("gage", *repeated, "--json").out)["study"]
    assert study["gage R&R"]["percent_of_study"] < 30.0
    low, high = study["grr_interval_95"]
    assert low < study["gage R&R"]["s"] < high


def test_one_operator_alone_is_no_study(rig, repeated):
    said = rig("gage", *repeated[::2])
    assert said.code == 1
    assert "reproducibility is not known" in said.out


def test_a_gage_that_tells_too_few_classes_apart_is_not_fit_however_small_its_share(rig, tmp_path):
    # 1.41·√(1 − g²)/g is below 5 from g = 27.1 % of the study on, and 30 % are the most.
    said = rig("gage", *six_runs(tmp_path, 0.51))
    share, classes = re.search(r"not fit: ([0-9.]+) % of", said.out), "distinct categories (ndc): 4;"
    assert (said.code, classes in said.out, 27.1 < float(share[1]) < 30.0) == (1, True, True)
