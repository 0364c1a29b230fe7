"""A flow sensor that is set to another liquid than what is pumped is a mistake of the bench file."""

from pathlib import Path

import pytest

from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError

MOCKED = (Path(__file__).parents[2] / "benches" / "mocked.toml").read_text(encoding="utf-8")


def loaded(folder, sensor, density_kg_m3):
    text = MOCKED.replace("[instruments.flow]\n", f'[instruments.flow]\nliquid = "{sensor}"\n')
    text = text.replace("density_kg_m3 = 998.207", f"density_kg_m3 = {density_kg_m3}")
    (folder / "bench.toml").write_text(text, encoding="utf-8")
    return load_bench_file(folder / "bench.toml")


@pytest.mark.parametrize(("sensor", "density_kg_m3"), [("isopropanol", 998.2), ("water", 785.0)])
def test_a_calibration_for_another_liquid_is_a_mistake_that_names_both(tmp_path, sensor, density_kg_m3):
    with pytest.raises(BenchFileError) as caught:
        loaded(tmp_path, sensor, density_kg_m3)
    (said,) = caught.value.mistakes
    assert "instruments.flow.liquid" in said
    assert sensor in said
    assert f"{density_kg_m3:g} kg/m³" in said


@pytest.mark.parametrize(("sensor", "density_kg_m3"), [("water", 1060.0), ("isopropanol", 790.0)])
def test_a_solution_of_the_liquid_is_none(tmp_path, sensor, density_kg_m3):
    assert loaded(tmp_path, sensor, density_kg_m3).liquid.density_kg_m3 == density_kg_m3
