"""`rig requirements`: which plans claim what, by their sources alone, and what nobody claims."""

import json

import pytest

from tests.commands.required import PLAN_OF_R1, require, write


def claimed(laboratory, asked, source):
    """Return what is claimed in a plan file, by function."""
    require(laboratory, "R-3")
    write(laboratory, source)
    rows = json.loads(asked("--json").out)["requirements"]
    return {one["id"]: [plan["plan"].partition("::")[2] for plan in one["plans"]] for one in rows if one["plans"]}


def test_a_requirement_without_a_plan_is_said_first(laboratory, asked):
    require(laboratory, "R-3")
    said = asked()
    assert said.code == 1
    assert said.out.startswith("R-3: no plan claims it, and no_plan gives no reason: R-3 holds.\n")


def test_a_reason_for_no_plan_is_refuted_by_a_plan(laboratory, asked):
    write(laboratory, PLAN_OF_R1.replace("R-1", 'R-1", "R-2'))
    said = asked()
    assert (said.code, said.out.splitlines()[0]) == (1, "R-2: has a plan; take no_plan out: nothing here sees air")


def test_a_plan_that_claims_no_requirement_there_is_gets_its_neighbour_named(laboratory, asked):
    write(laboratory, PLAN_OF_R1.replace("R-1", 'R-1", "R-11'))
    said = asked()
    assert said.code == 1
    line = said.out.splitlines()[0]
    assert line.endswith("test_rate.py:5: test_rate claims 'R-11', which is no requirement; did you mean 'R-1'?")


def test_a_plan_without_a_requirement_is_found(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + "\ndef test_more(bench):\n    bench.dwell(hours=1)\n")
    said = asked()
    assert (said.code, said.out.splitlines()[0].endswith("test_rate.py:8: test_more claims no requirement")) == (
        1,
        True,
    )


def test_a_test_of_helpers_is_no_plan(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + "\ndef test_helper():\n    assert True\n")
    assert asked().code == 0


@pytest.mark.parametrize(
    "source, expected",
    [
        (
            'pytestmark = pytest.mark.requirement("R-1", "R-3")\ndef test_a(): ...',
            {"R-1": ["test_a"], "R-3": ["test_a"]},
        ),
        ('pytestmark = [pytest.mark.slow, pytest.mark.requirement("R-1")]\ndef test_a(): ...', {"R-1": ["test_a"]}),
        ('class TestRate:\n    @mark.requirement("R-3")\n    def test_a(self): ...', {"R-3": ["TestRate::test_a"]}),
        ('@mark.requirement("R-3")\nclass TestRate:\n    def test_a(self): ...', {"R-3": ["TestRate::test_a"]}),
        ('NAME = "R-3"\nkept = mark.requirement(NAME)\n@kept\ndef test_a(): ...', {"R-3": ["test_a"]}),
        (
            '@mark.parametrize("x", [1, param(2, marks=mark.requirement("R-3"))])\ndef test_a(x): ...',
            {"R-3": ["test_a"]},
        ),
        ('again = [again]\n@again\n@mark.requirement("R-1")\ndef test_a(): ...', {"R-1": ["test_a"]}),
    ],
)
def test_markers_are_found_wherever_they_stand(laboratory, asked, source, expected):
    assert claimed(laboratory, asked, source) == expected


def test_a_marker_that_only_running_would_tell_is_said(laboratory, asked):
    write(laboratory, PLAN_OF_R1.replace('requirement("R-1")', "requirement(helper())"))
    said = asked()
    assert said.code == 1
    assert "test_rate: write what it claims as text: @pytest.mark.requirement('ID', …)" in said.out


def test_no_plan_is_run(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + '\nraise RuntimeError("it was run")\n')
    assert asked().code == 0


def test_a_plan_file_that_is_no_python_hides_no_other(laboratory, asked):
    write(laboratory, "def test_broken(:\n", "plans/test_broken.py")
    said = asked()
    assert (said.code, "R-1  -  The rate is kept." in said.out) == (1, True)
    assert "test_broken.py:1: it is no Python" in said.err


def test_a_folder_of_plans_that_is_not_there_is_an_error(asked, laboratory):
    said = asked(plans=("none",))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"rig: there is no folder {laboratory / 'none'}")


def test_the_catalogue_claims_only_what_is_required(rig, tmp_path):
    assert "which is no requirement" not in rig("requirements", "--runs", tmp_path).out
