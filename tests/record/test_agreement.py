"""What a result about agreement keeps of each witness, as the claim itself writes it."""

import pytest

from rig.evaluation import testimony
from rig.evaluation.witnesses import Evidence
from rig.record.bodies.agreement import AGREEMENT, NOT_ASKED, HeardWitness, heard_in
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Result

SAID = {
    "pump's log": testimony.Testimony("2 lines"),
    "pump's clock": testimony.Testimony("it gains 505 ppm", ("it gains 505 ppm; 100 are allowed", "it leapt: by 60 s")),
    "motor": testimony.Testimony(not_asked="nothing counts the motor's edges"),
}


def result_of(testimonies, function=AGREEMENT):
    details = {name: one.said or f"{NOT_ASKED}{one.not_asked}" for name, one in testimonies.items()}
    reasons = Evidence(testimonies).against
    return Result("plan", (), Recipe(function, {}, 0, 1), "", "FAIL", reasons=reasons, details=details)


@pytest.mark.parametrize(
    "expected",
    [
        HeardWitness("pump's log", "2 lines"),
        HeardWitness("pump's clock", "it gains 505 ppm", SAID["pump's clock"].against),
        HeardWitness("motor", "", not_asked="nothing counts the motor's edges"),
    ],
    ids=["agrees", "contradicts twice", "not asked"],
)
def test_each_witness_is_told_with_what_it_said(expected):
    assert expected in heard_in(result_of(SAID))


def test_any_other_result_has_no_witnesses():
    assert heard_in(result_of(SAID, function="mean flow error")) == ()
