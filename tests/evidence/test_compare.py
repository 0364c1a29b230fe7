"""Two runs beside each other: what differs is named, what does not is said to be equal."""

import json

import pytest

from reports.evidence.compare import compare_runs
from tests.evidence.conftest import SOURCES, written

SHIFTED = 1.0 + 1e-13


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return written(tmp_path_factory.mktemp("first") / "runs", "physical")


def differing(first, second):
    return {one.aspect: one.differences for one in compare_runs(first, second) if not one.equal}


def test_a_run_that_was_made_alike_is_equal_in_everything(first, tmp_path):
    assert differing(first, written(tmp_path / "runs", "physical")) == {}


def test_a_value_that_differs_in_a_digit_that_no_report_shows_differs(first, tmp_path):
    found = differing(first, written(tmp_path / "runs", "physical", tell=lambda value: value * SHIFTED))
    ((value,),) = found.values()
    assert list(found) == ["values"]
    assert value.place == "test_plan.py::test_rate: mean flow error"
    assert value.first.partition(";")[0] == value.second.partition(";")[0]


PARTS = {
    "plans": {"plan_sources": [{"file": "test_plan.py", "sha256": "ce" * 32, "text": "def test_rate(): ...\n"}]},
    "bench file": {"bench_file": {"file": "table.toml", "sha256": "ac" * 32, "text": "[bench]\nname = 'b'\n"}},
    "versions": {"provenance": {**SOURCES["provenance"], "packages": {"numpy": "2.3"}}},
    "limits": {"limits": {"evaporation": {"zero_flow_hours": 5.0, "settle_minutes": 0.0}}},
    "pump and bench": {"dut": {"model": "ITP-1", "serial": "<script>"}},
    "requirements": {"requirements": {"requirements": {"R-1": {"text": "something", "source": "a test"}}}},
    "files judged by": {"judged_by": [{"file": "limits.toml", "sha256": "aa" * 32, "text": "x\n"}]},
}


@pytest.mark.parametrize("aspect", PARTS)
def test_what_was_changed_is_what_differs(first, tmp_path, aspect):
    assert list(differing(first, written(tmp_path / "runs", "physical", **PARTS[aspect]))) == [aspect]


def test_a_line_of_a_plan_that_changed_is_shown_on_both_sides(first, tmp_path):
    found = differing(first, written(tmp_path / "runs", "physical", **PARTS["plans"]))
    (plan,) = found["plans"]
    assert (plan.first.splitlines()[1:], plan.second.splitlines()[1:]) == (
        ["def test_rate(pump): ..."],
        ["def test_rate(): ..."],
    )


def test_the_command_says_by_its_exit_code_whether_all_is_equal(rig, first, tmp_path):
    other = written(tmp_path / "runs", "physical", **PARTS["versions"])
    assert rig("compare", first, first).code == 0
    said = rig("compare", first, other)
    assert said.code == 1
    assert said.out.startswith("versions: 1 of ")
    assert "    - 2.2\n    + 2.3\n" in said.out


def test_as_json_it_is_the_same(rig, first, tmp_path):
    other = written(tmp_path / "runs", "physical", **PARTS["versions"])
    said = json.loads(rig("compare", "--json", first, other).out)
    assert said["equal"] is False
    assert [one for one in said["aspects"] if not one["equal"]] == [
        {
            "aspect": "versions",
            "equal": False,
            "compared": said["aspects"][8]["compared"],
            "differences": [{"place": "packages.numpy", "first": "2.2", "second": "2.3"}],
        }
    ]
