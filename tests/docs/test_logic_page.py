"""docs/where-logic-lives.md: the witness that the page adds, typed in as it stands, speaks."""

import re

import pytest

from rig.evaluation.case import Case
from rig.evaluation.testimony import Witness
from rig.evaluation.witnesses import witnesses
from rig.record.reader import RecordReader
from tests.docs.pages import DOCS
from tests.truth.support import run

PAGE = (DOCS / "where-logic-lives.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A plan's part of a record of the mocked bench."""
    outcome = run(tmp_path_factory.mktemp("plan"), stabilise_h=0.5, analyse_h=0.5, zero_flow_h=0.5)
    recipe = outcome.flow.recipe
    with RecordReader(outcome.path) as reader:
        yield Case(reader, recipe.from_ns, recipe.to_ns)


def test_the_page_s_witness_speaks_and_does_not_contradict_a_healthy_pump(case):
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(block, names)
    witness = names["WITNESS"]
    assert isinstance(witness, Witness)
    testimony = witness.testify(case)
    assert testimony.said.startswith("the cell went from 3.00 to")
    assert testimony.against == ()


def test_the_page_of_plans_names_every_witness():
    page = (DOCS / "writing-a-plan.md").read_text(encoding="utf-8")
    _, _, after = page.partition("| witness | compares |\n|---|---|\n")
    rows = [row.split(" | ")[0].removeprefix("| ") for row in after.partition("\n\n")[0].splitlines()]
    assert sorted(rows) == sorted(one.name for one in witnesses())
