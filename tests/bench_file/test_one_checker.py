"""Bench files, limits and requirements are checked alike: every mistake at once, with place, line, what is allowed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.bench_file.limits import load_limits, load_requirements
from rig.bench_file.places import line_of
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, PlanError, PlanFileError, UnknownLimitError
from tests.bench_file.test_reaching import documents
from tests.bench_file.toml_styles import Styles
from tests.core.bench_support import bench_text
from tests.fixtures.plan_support import LIMITS, REQUIREMENTS, ROOT

LOADERS = (load_bench_file, load_limits, load_requirements)


@pytest.fixture
def file(tmp_path):
    """Write a file; return its path."""

    def write(text):
        path = tmp_path / "a.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def mistakes(file):
    def found(load, text):
        with pytest.raises((BenchFileError, PlanFileError)) as caught:
            load(file(text))
        return list(caught.value.mistakes)

    return found


@pytest.mark.parametrize("load", LOADERS)
def test_a_file_that_is_not_there_is_said(load, tmp_path):
    with pytest.raises((BenchFileError, PlanFileError), match=r"none\.toml: 1 mistake\n  the file cannot be read: "):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize("load", LOADERS)
def test_a_file_that_is_not_there_is_told_with_those_that_are(load, tmp_path):
    (tmp_path / "mocked.toml").touch()
    with pytest.raises((BenchFileError, PlanFileError), match=r"has mocked\.toml; did you mean 'mocked\.toml'\?"):
        load(tmp_path / "mokked.toml")


@pytest.mark.parametrize("load", LOADERS)
def test_a_folder_that_is_not_there_is_said(load, tmp_path):
    with pytest.raises((BenchFileError, PlanFileError), match=r"there is none, nor a folder .*nowhere"):
        load(tmp_path / "nowhere" / "mocked.toml")


@pytest.mark.parametrize("load", LOADERS)
def test_what_is_not_toml_is_said_with_its_line(load, mistakes):
    (line,) = mistakes(load, "a = 1\nb = \n")
    assert line.startswith("not TOML: ")
    assert "line 2" in line


@pytest.mark.parametrize("load", LOADERS)
def test_a_table_nobody_knows_is_told_with_those_there_are(load, mistakes):
    found = mistakes(load, "[nonsense]\n")
    assert any(line.startswith("nonsense: this key is not known; allowed here: ") for line in found)


def test_mistakes_in_limits_are_the_plans_mistakes(file):
    with pytest.raises(PlanError):
        load_limits(file("x = 1"))


def test_every_mistake_of_limits_comes_at_once_with_its_line(mistakes):
    text = LIMITS.replace("zero_flow_hours = 0.5", "zero_flow_hour = 0.5").replace('unit = "g"', "unit = 3")
    where = {
        words: text.split("\n").index(words) + 1 for words in ("[evaporation]", "zero_flow_hour = 0.5", "unit = 3")
    }
    assert mistakes(load_limits, text) == [
        f"evaporation.zero_flow_hours: missing (line {where['[evaporation]']})",
        "evaporation.zero_flow_hour: this key is not known; did you mean 'zero_flow_hours'?; allowed here: "
        f"settle_minutes, zero_flow_hours (line {where['zero_flow_hour = 0.5']})",
        f"limits.in grams.unit: found 3; input should be a valid string (line {where['unit = 3']})",
    ]


def test_a_misspelt_key_of_one_limit_finds_its_neighbour(mistakes):
    (line,) = mistakes(load_limits, LIMITS.replace("upper = 50\n", "uper = 50\n", 1))
    assert line.startswith("limits.wide.uper: this key is not known; did you mean 'upper'?; allowed here: coverage_k, ")


def test_what_is_wrong_with_a_limit_as_a_whole_is_said_in_its_own_words(mistakes):
    (line,) = mistakes(load_limits, LIMITS.replace("lower = 40", "lower = 60"))
    number = LIMITS.split("\n").index('[limits."impossible"]') + 1
    assert line == f"limits.impossible: lower 60 must be below upper 50 (line {number})"


def test_a_misspelt_key_of_a_requirement_finds_its_neighbour(mistakes):
    first, second = mistakes(load_requirements, REQUIREMENTS.replace("source", "sauce"))
    assert first == "requirements.R-1.source: missing (line 1)"
    assert second.startswith("requirements.R-1.sauce: this key is not known; did you mean 'source'?")


def test_a_requirement_states_its_hazard_method_and_why_it_has_no_plan(file):
    stated = {"hazard": "over-dose", "method": "72 h", "no_plan": "no sensor"}
    more = "".join(f'{key} = "{words}"\n' for key, words in stated.items())
    requirement = load_requirements(file(REQUIREMENTS + more)).named("R-1")
    assert {key: getattr(requirement, key) for key in stated} == stated


@pytest.mark.parametrize("key", ["hazard", "method", "no_plan"])
@pytest.mark.parametrize("value", ['""', "3"])
def test_what_a_requirement_states_is_words(mistakes, key, value):
    (line,) = mistakes(load_requirements, f"{REQUIREMENTS}{key} = {value}\n")
    assert line.startswith(f"requirements.R-1.{key}: found ")
    assert line.endswith("(line 4)")


def test_the_public_set_states_all_of_each_requirement():
    requirements = load_requirements(ROOT / "test_plans" / "requirements.toml").requirements
    assert [name for name, what in requirements.items() if not (what.hazard and what.method)] == []


def test_a_misspelt_choice_finds_its_neighbour(mistakes):
    found = mistakes(load_bench_file, bench_text().replace('kind = "mocked"', 'kind = "mocket"'))
    assert "bench.kind: found 'mocket'; did you mean 'mocked'?; allowed: 'mocked' or 'physical' (line 4)" in found


def test_an_instrument_with_two_kinds_of_mistake_tells_both(mistakes):
    text = bench_text().replace('driver = "mettler_mt_sics"\n', 'driver = "mettler_mt_sics"\ncolour = 1\n')
    found = mistakes(load_bench_file, text.replace("due = 2030-01-01", "due = 7.5"))
    places = [line.partition(":")[0] for line in found]
    assert places == ["instruments.balance.calibration.due", "instruments.balance.colour"]


def test_a_key_of_a_table_in_a_list_is_known_by_the_lists_model(mistakes):
    channels = '[{ physical = "ai0", name = "a", unit = "kPa", skale = 2.0 }]'
    daq = '[instruments.daq]\ndriver = "ni_daq"\ncalibration = { id = "c", due = 2030-01-01 }\nchannels = '
    (line,) = mistakes(load_bench_file, f"{bench_text()}{daq}{channels}\n")
    assert line.startswith("instruments.daq.channels.0.skale: this key is not known; did you mean 'scale'?")


def test_a_long_value_is_shown_by_its_beginning(mistakes):
    (line,) = mistakes(load_bench_file, bench_text().replace('"test-bench"', f'"{"X" * 500}"'))
    assert len(line) < 200


def test_a_limit_that_is_not_there_finds_its_neighbour(file):
    with pytest.raises(UnknownLimitError, match=r"there is no limit 'wid'; .*; did you mean 'wide'\?"):
        load_limits(file(LIMITS)).named("wid")


@pytest.mark.parametrize(
    "text, place, line",
    [
        ("[a]\n\n# b = 1\nb = 1\n", ("a", "b"), 4),
        ("[a]\nb = [\n 1,\n 2,\n]\n", ("a", "b", 1), 2),
        ('a.x = """\n[a]\nb = 1\n"""\na.b = 2\n', ("a", "b"), 5),
        ("[[a]]\nb = 1\n[[a]]\nb = 2\n", ("a", 1, "b"), 4),
        ('a = { "b" = 1 }', ("a", "b"), 1),
        ("\n[a]\nc = 1\n", ("a", "b"), 2),
        ("[a]\n", ("b",), 0),
        ("[a]\r\nb = 1\r\nc = 2\r\n", ("a", "c"), 3),
    ],
)
def test_a_place_is_found_whatever_the_style(text, place, line):
    assert line_of(text, place) == line


@settings(max_examples=40)
@given(documents, st.data())
def test_the_line_that_is_named_holds_the_key(document, data):
    text = Styles(data.draw, long_strings=False).document(document)
    instrument = data.draw(st.sampled_from(sorted(document["instruments"])))
    for place in (("bench", "epoch"), ("weighing", "linearity_mg"), ("instruments", instrument, "driver")):
        assert place[-1] in text.split("\n")[line_of(text, place) - 1]
