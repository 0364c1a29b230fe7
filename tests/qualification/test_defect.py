"""A defect is a class or a function with its words; it finds its own way into the bench file."""

import tomllib

import pytest

from qualification.bench_tables import BenchTables
from qualification.defect import Defect, defects_of, seeded
from rig.bench_file.reading import load_bench_file
from rig.discovery import find_class
from rig.errors import QualificationError
from tests.truth.support import BENCH

HERE = "tests.qualification.examples"
DEFECTS = {one.key: one for one in defects_of(HERE)}


def altered(key, tmp_path):
    tables = BenchTables.read(BENCH)
    DEFECTS[key].seed(tables)
    tables.write(tmp_path / "bench.toml")
    load_bench_file(tmp_path / "bench.toml")  # what is seeded must be what a bench file may say
    return tomllib.loads((tmp_path / "bench.toml").read_text(encoding="utf-8"))


def test_the_defects_of_a_module_come_in_its_order_a_sized_one_for_each_size():
    assert list(DEFECTS) == ["X1", "X2", "X3@+2", "X3@+12", "X4", "X5@+1.5", "X5@-1.5", "X6"]


def test_a_class_stands_for_the_part_that_it_is_derived_from(tmp_path):
    parts = altered("X1", tmp_path)["instruments"]["pump"]["twin"]["parts"]
    assert parts == {"mechanism": f"{HERE}:HalfStrokes", "bolus": f"{HERE}:TwiceTheBolus"}


def test_a_class_that_is_firmware_is_put_in_whole(tmp_path):
    assert altered("X2", tmp_path)["instruments"]["pump"]["twin"]["firmware"] == f"{HERE}:OtherFirmware"


def test_a_function_alters_the_tables_by_its_size(tmp_path):
    assert altered("X3@+12", tmp_path)["instruments"]["pump"]["twin"]["rate_error_percent"] == 12.0


def test_a_challenge_is_scripted_into_the_laboratory(tmp_path):
    scripted = altered("X4", tmp_path)["laboratory"]["challenges"]
    assert scripted == [{"kind": "leak", "at_h": 3.0, "share_percent": 20.0}]


def test_a_class_with_sizes_has_its_size(tmp_path):
    name = altered("X5@-1.5", tmp_path)["instruments"]["pump"]["twin"]["parts"]["mechanism"]
    assert find_class(name, "", "").size == -1.5


def test_a_size_stands_in_the_words_and_is_the_effect():
    one = DEFECTS["X3@+12"]
    assert (one.name, one.doctor, one.effect_percent) == ("+12 % too much", "The patient gets +12 % more.", 12.0)


def test_a_class_that_is_no_part_is_refused():
    with pytest.raises(QualificationError, match="derived from no part"):
        seeded(Defect("X9", "nothing", "Nothing.", "ACC-001"))(type("Stranger", (), {"__module__": HERE}))


@pytest.mark.parametrize(
    "module, said",
    [
        ("tests.qualification.no_defects", "holds no defect"),
        ("tests.qualification.is_not_there", "cannot be imported"),
        ("tests.qualification.defects_that_stop", "stops while it is read: ZeroDivisionError"),
        ("folder/lab_defects.py", "name it as Python does, lab_defects and no path"),
    ],
)
def test_a_module_without_defects_is_named(module, said):
    with pytest.raises(QualificationError, match=said):
        defects_of(module)


@pytest.mark.parametrize(
    "text, said",
    [
        ("[bench", "bench.toml"),
        ('[bench]\nkind = "physical"\nclock = "wall"\n', "never into a real pump"),
        ('[bench]\nkind = "mocked"\nclock = "wall"\n', "no mocked bench on the virtual clock"),
    ],
)
def test_only_a_mocked_bench_is_seeded(tmp_path, text, said):
    path = tmp_path / "bench.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QualificationError, match=said):
        BenchTables.read(path)


def test_a_bench_without_the_instrument_is_told_so(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text('[bench]\nkind = "mocked"\nclock = "virtual"\n', encoding="utf-8")
    with pytest.raises(QualificationError, match="no instrument 'pump'"):
        DEFECTS["X3@+2"].seed(BenchTables.read(path))
