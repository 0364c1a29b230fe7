"""`[challenges]`: by what a bench does what plans do to a pump, checked before anything moves."""

import pytest

from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError
from tests.docs.pages import ROOT


@pytest.mark.parametrize(
    "bench, table, said",
    [
        ("physical-example", 'occlusion = { by = "valve" }', "challenges.occlusion.by: found 'valve'; allowed: 'daq'"),
        ("physical-example", 'oclusion = { by = "daq" }', "challenges.oclusion: this key is not known; did you mean"),
        ("physical-example", 'occlusion = { by = "daq" }', "challenges.occlusion.line: missing; say which digital"),
        ("physical-example", 'occlusion = { by = "operator" }', "challenges.occlusion.say: missing; say what the"),
        ("physical-example", 'occlusion = { by = "twin" }', "found 'twin'; a physical bench has none"),
        ("mocked", 'occlusion = { by = "supply" }', "found 'supply'; occlusion is done by daq, operator, twin"),
        ("mocked", 'leak = { by = "daq", line = "port0/line3" }', "challenges.leak.has: share_percent is missing"),
        ("mocked", 'power_cut = { by = "daq", line = "port0/line0" }', "that line moves the interlock relay"),
        ("quick", 'power_cut = { by = "supply" }', "found 'supply'; no supply stands on this bench"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, bench, table, said):
    folder = ROOT / ("tests/fixtures" if bench == "quick" else "benches")
    path = tmp_path / "bench.toml"
    text = (folder / f"{bench}.toml").read_text(encoding="utf-8")
    path.write_text(f"{text}\n[challenges]\n{table}\n", encoding="utf-8")
    with pytest.raises(BenchFileError) as raised:
        load_bench_file(path)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "script, said",
    [
        ('kind = "leak"\nat_h = 1', "laboratory.challenges.0: share_percent is missing; a number above 0, up to 100"),
        ('kind = "leek"\nat_h = 1', "laboratory.challenges.0.kind: found 'leek'; did you mean 'leak'?"),
        ('kind = "occlusion"\nat_h = -1', "laboratory.challenges.0.at_h: found -1"),
    ],
)
def test_a_mistake_in_a_script_is_told_with_its_place(tmp_path, script, said):
    path = tmp_path / "bench.toml"
    text = (ROOT / "tests/fixtures/quick.toml").read_text(encoding="utf-8")
    path.write_text(f"{text}\n[[laboratory.challenges]]\n{script}\n", encoding="utf-8")
    with pytest.raises(BenchFileError) as raised:
        load_bench_file(path)
    assert said in str(raised.value)


def test_the_table_of_the_page_is_without_mistake(tmp_path):
    page = (ROOT / "docs/bench-file.md").read_text(encoding="utf-8")
    table = page.partition("```toml\n[challenges]\n")[2].partition("```")[0]
    path = tmp_path / "bench.toml"
    text = (ROOT / "benches/physical-example.toml").read_text(encoding="utf-8")
    path.write_text(f"{text}\n[challenges]\n{table}", encoding="utf-8")
    assert load_bench_file(path).challenges.occlusion is not None
