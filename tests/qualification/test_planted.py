"""Mistakes that are planted in the rig's own code: each has its place, and is there when the rig is imported."""

import os
import subprocess
import sys

import pytest

from qualification.mistakes import source_of, told_against
from qualification.planted import PLANTED, Mistake
from qualification.planting import VARIABLE
from rig.errors import QualificationError
from tests.truth.support import ROOT

DENSITY = "from rig.metrology.weighing.gravimetry import z_factor; print(z_factor(37.0, 22.0, 1013.25, 50.0))"


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: one.key)
def test_a_mistake_has_its_place_and_its_room_of_tests(one):
    source = source_of(one.module).read_text(encoding="utf-8")
    assert one.planted(source) != source
    compile(one.planted(source), one.module, "exec")
    assert all((ROOT / place).exists() for place in one.tests)


def test_no_two_have_one_key():
    assert len({one.key for one in PLANTED}) == len(PLANTED) >= 30


def test_a_planted_mistake_is_in_the_rig_that_is_imported():
    command = [sys.executable, "-c", f"import qualification.planting; {DENSITY}"]
    told = subprocess.run(
        command, cwd=ROOT, env=os.environ | {VARIABLE: "M01"}, capture_output=True, text=True, check=True, timeout=120
    )
    # Of water at 37 °C a milligram is 1.0077 µL, at 20 °C 1.0029 (ISO 8655-6).
    assert float(told.stdout) == pytest.approx(1.0029, abs=1e-4)


def test_a_mistake_whose_place_is_gone_is_no_mistake():
    lost = Mistake("M99", "nowhere", "rig.quantities", "what stands nowhere", "", ())
    with pytest.raises(ImportError, match=r"M99: 'what stands nowhere' stands 0 times in rig\.quantities"):
        lost.planted(source_of("rig.quantities").read_text(encoding="utf-8"))


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(QualificationError, match=r"rig\.nowhere"):
        source_of("rig.nowhere")


@pytest.mark.parametrize("code", [1, 7, 8, 9])
def test_a_plan_that_fails_by_anybodys_fault_has_noticed_a_mistake(code):
    assert told_against(code)


@pytest.mark.parametrize("code", [0, 2, 3, 4, 5, -9])
def test_a_session_that_passed_or_could_not_run_has_noticed_nothing(code):
    assert not told_against(code)
