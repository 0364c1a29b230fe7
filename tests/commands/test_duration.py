"""`rig duration`."""

import re

import pytest

from tests.core.bench_support import bench_text
from tests.fixtures.plan_support import LIMITS, ROOT

MOCKED = ROOT / "benches/mocked.toml"


@pytest.fixture
def limits(tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text(LIMITS, encoding="utf-8")
    return file


def test_the_hours_are_said_with_their_probability_and_uncertainty(rig, limits):
    said = rig("duration", MOCKED, "--rate-ul-h", "10", "--limit", "wide", "--limits", limits)
    assert (said.code, said.err) == (0, "")
    assert " h decide 'wide' at 10 µL/h as PASS with probability 0.95; U (k = 2) is then " in said.out


def test_uncertainties_are_told_with_k_2(rig, limits):
    words = ("--limit", "wide", "--limits", limits, "--u-evaporation-mg-h", "1")
    said = rig("duration", MOCKED, "--rate-ul-h", "10", *words).out
    hours, then, after_a_day = map(float, re.findall(r"([0-9.]+) (?:h decide|%)", said))
    # An evaporation known to 1 mg/h is 1.00285 µL/h of 10 µL/h: in a day all else is nothing beside it, and less is so.
    assert hours < 24.0
    assert (after_a_day, then > after_a_day) == (pytest.approx(20.06, rel=0.01), True)


def test_the_projects_own_limits_are_the_default(rig, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert rig("duration", MOCKED, "--rate-ul-h", "10", "--limit", "basal accuracy").code == 0


def test_an_error_beyond_the_limit_is_decided_as_fail(rig, limits):
    words = ("--limit", "wide", "--limits", limits, "--expected-percent", "60")
    assert "as FAIL" in rig("duration", MOCKED, "--rate-ul-h", "10", *words).out


@pytest.mark.parametrize(
    "limit, why",
    [
        ("wides", "there is no limit 'wides'; there are 'wide', 'impossible', 'narrow', 'little', 'in grams'"),
        ("in grams", "needs a bench file with [weighing] and a limit in percent"),
        ("narrow", "no duration"),
    ],
)
def test_a_limit_that_cannot_be_planned_for_is_said(rig, limits, limit, why):
    said = rig("duration", MOCKED, "--rate-ul-h", "10", "--limit", limit, "--limits", limits)
    assert (said.code, said.out) == (2, "")
    assert why in said.err


def test_a_bench_without_a_balance_is_refused(rig, limits, tmp_path):
    text = bench_text(balance=False)
    file = tmp_path / "bench.toml"
    file.write_text(text[: text.index("[weighing]")] + text[text.index("[laboratory]") :], encoding="utf-8")
    said = rig("duration", file, "--rate-ul-h", "10", "--limit", "wide", "--limits", limits)
    assert (said.code, said.out) == (2, "")
    assert "needs a bench file with [weighing]" in said.err


def test_limits_that_are_not_there_are_said(rig, tmp_path):
    said = rig("duration", MOCKED, "--rate-ul-h", "10", "--limit", "wide", "--limits", tmp_path / "none.toml")
    assert said.code == 2
    assert str(tmp_path / "none.toml") in said.err


@pytest.mark.parametrize("probability", ["0", "1", "1.5", "-1", "nan"])
def test_a_probability_that_is_none_is_refused(rig, limits, probability):
    words = ("--limit", "wide", "--limits", limits, f"--probability={probability}")
    said = rig("duration", MOCKED, "--rate-ul-h", "10", *words)
    assert (said.code, said.out) == (2, "")
    assert "probability" in said.err


def test_an_expectation_that_is_no_number_is_refused(rig, limits):
    words = ("--limit", "wide", "--limits", limits, "--expected-percent=nan")
    said = rig("duration", MOCKED, "--rate-ul-h", "10", *words)
    assert (said.code, said.out) == (2, "")
