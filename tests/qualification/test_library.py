"""The library of seeded defects: each can be seeded, says what it is, and violates what some plan claims."""

import re
import tomllib

import pytest

from qualification.bench_tables import BenchTables
from qualification.defect import defects_of
from qualification.library import FAMILIES
from rig.bench_file.reading import load_bench_file
from tests.truth.support import BENCH, ROOT

DEFECTS = [one for family in FAMILIES for one in defects_of(f"qualification.library.{family}")]
REQUIREMENTS = tomllib.loads((ROOT / "test_plans" / "requirements.toml").read_text(encoding="utf-8"))["requirements"]
PLANS = [path.relative_to(ROOT).as_posix() for path in (ROOT / "test_plans").glob("test_*.py")]


def test_no_two_have_one_key():
    keys = [one.key for one in DEFECTS]
    assert sorted(keys) == sorted(set(keys))


def test_all_together_make_a_bench_file_each(tmp_path):
    for one in DEFECTS:
        tables = BenchTables.read(BENCH)
        one.seed(tables)
        tables.write(tmp_path / "bench.toml")
        load_bench_file(tmp_path / "bench.toml")


@pytest.mark.parametrize("one", DEFECTS, ids=lambda one: one.key)
def test_a_defect_says_what_it_is(one):
    assert one.violates in REQUIREMENTS
    assert one.doctor.endswith(".")
    assert one.control or one.says
    assert one.effect_percent is not None or one.effect
    assert all(re.compile(words) for words in one.says)
    assert all(any(plan.startswith(path) for path in PLANS) for plan in one.plans)
