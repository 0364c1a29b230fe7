"""TOML that no editor would write is refused like any other mistake."""

import pytest

from rig.bench_file.limits import load_limits, load_requirements
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, PlanFileError


@pytest.mark.parametrize("load", [load_bench_file, load_limits, load_requirements])
@pytest.mark.parametrize(
    "text, why",
    [
        ("a = " + "[" * 100_000, "not TOML: values lie in each other deeper than anybody writes them"),
        ("a = " + "9" * 5000, "not TOML: Exceeds the limit"),
        ("a = " + "{ b = " * 10_000, "not TOML: values lie in each other"),
    ],
)
def test_what_tomllib_itself_stumbles_over_is_said(load, text, why, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((BenchFileError, PlanFileError), match=why):
        load(path)
