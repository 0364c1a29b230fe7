"""`rig clear`: a latched bench is cleared in somebody's name, and that name stays."""

from uuid import uuid4

import pytest

from rig.safety.latch import latch, latch_path, latched


@pytest.fixture
def bench():
    """A bench that an interlock has latched."""
    name = f"clear-{uuid4().hex[:8]}"
    latch(name, "interlock most_rate_ul_h tripped", "run r")
    yield name
    latch_path(name).unlink()


def test_it_is_cleared_in_the_operators_name(rig, bench):
    said = rig("clear", bench, "--operator", "A. Operator")
    assert (said.code, latched(bench)) == (0, None)
    assert "by run r: interlock most_rate_ul_h tripped" in said.out
    assert "cleared by A. Operator: rig clear" in rig("clear", bench, "--history").out


def test_nobody_clears_it_without_a_name(rig, bench, monkeypatch):
    monkeypatch.delenv("RIG_OPERATOR", raising=False)
    said = rig("clear", bench)
    assert said.code == 2
    assert "--operator NAME" in said.err
    assert latched(bench) is not None


def test_a_bench_that_is_not_latched_is_said(rig):
    said = rig("clear", f"clear-{uuid4().hex[:8]}", "--operator", "A. Operator")
    assert (said.code, said.out) == (1, "")
    assert "is not latched" in said.err
