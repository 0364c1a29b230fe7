"""The chart library is the one that was chosen, byte for byte."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISION = (ROOT / "docs/decisions/0005-charts-with-uplot.md").read_text(encoding="utf-8")
WRITTEN = dict(re.findall(r"^\| `([\w.]+)` \| `([0-9a-f]{64})` \|$", DECISION, re.MULTILINE))


@pytest.mark.parametrize("name", ["uPlot.iife.min.js", "uPlot.min.css", "LICENSE"])
def test_third_party_file_is_what_the_decision_names(name):
    data = (ROOT / "reports/page/assets/uplot" / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == WRITTEN[name]


def test_nothing_else_came_along():
    assert {path.name for path in (ROOT / "reports/page/assets/uplot").iterdir()} == set(WRITTEN)
