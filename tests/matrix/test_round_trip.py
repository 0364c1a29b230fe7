"""What is exported and imported again is the same set of requirements, through every format."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.matrix.as_csv import as_csv
from reports.matrix.exchange.from_csv import requirements_from_csv
from reports.matrix.exchange.from_reqif import requirements_from_reqif
from reports.matrix.exchange.into_reqif import as_reqif
from reports.matrix.exchange.into_toml import changes, updated, written
from reports.matrix.exchange.taken import tidied, without_odd_signs
from reports.matrix.model import matrix
from rig.bench_file.limits import load_requirements
from rig.bench_file.toml import read_toml
from rig.record.bodies.judging import Requirement
from tests.matrix.lines import KEPT, plan, ran

SIGNS = st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from("\n '\"=+-@,;<>&#[]\\µ≤ü"))


def texts(least, most=30):
    """Return texts as requirements.toml holds them: tidied, and without signs that nobody sees."""
    made = st.text(SIGNS, max_size=most).map(lambda text: tidied(without_odd_signs(text)))
    return made.filter(lambda text: len(text) >= least)


IDS = texts(1).filter(lambda text: "\n" not in text)
MORE = st.fixed_dictionaries({}, optional={name: texts(1) for name in ("hazard", "method", "no_plan")})
ONE = st.builds(lambda text, source, more: Requirement(text, source, **more), texts(1), texts(1), MORE)
SETS = st.dictionaries(IDS, ONE, min_size=1, max_size=4)


def whole(requirements):
    """Return a matrix with them in which one is claimed and has run, and another plan claims nothing."""
    first = next(iter(requirements))
    return matrix(requirements, [plan("test_kept", first), plan("test_free")], [ran(1, {KEPT: "PASS"})])


@settings(max_examples=40)
@given(SETS)
def test_through_reqif(tmp_path_factory, requirements):
    path = tmp_path_factory.getbasetemp() / "round.reqif"
    path.write_text(as_reqif(whole(requirements), written_ns=0), encoding="utf-8")
    taken = requirements_from_reqif(path, {}).requirements
    assert [*taken.items()] == [*requirements.items()]


@settings(max_examples=40)
@given(SETS)
def test_through_a_table(tmp_path_factory, requirements):
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_text(as_csv(whole(requirements)), encoding="utf-8", newline="")
    taken = requirements_from_csv(path, {}).requirements
    assert [*taken.items()] == [*requirements.items()]


@settings(max_examples=40)
@given(SETS)
def test_through_the_requirements_file(tmp_path_factory, requirements):
    path = tmp_path_factory.getbasetemp() / "round.toml"
    path.write_text(written(requirements), encoding="utf-8", newline="")
    assert [*load_requirements(path).requirements.items()] == [*requirements.items()]


@settings(max_examples=40)
@given(SETS, SETS, st.booleans())
def test_a_file_that_is_updated_says_what_was_taken(present, wanted, remove_gone):
    found = changes(present, wanted)
    text, kept = updated(f"# ours\n{written(present)}", wanted, found, remove_gone=remove_gone)
    said = {name: Requirement(**one) for name, one in read_toml(text)["requirements"].items()}
    assert said == ({} if remove_gone else present) | wanted
    assert kept
    assert text.startswith("# ours\n")
