"""requirements.toml keeps its comments, its order and what an import says nothing of."""

import pytest

from reports.matrix.exchange.into_toml import changes, updated
from reports.matrix.exchange.taken import Taken, completed
from rig.bench_file.toml import read_toml
from rig.record.bodies.judging import Requirement

FILE = '''# What plans trace to.

[requirements."R-1"]
text = "Rates are kept." # the label says so
source = "a label"
hazard = "over-dose"

# --- Air ---

[requirements.R-2]
text = """
[requirements."R-9"]
Air is told."""
source = 'a label'

# --- Last ---
[requirements.'R-3']
text = "Alarms sound."
source = "a label"
'''


def present():
    return {name: Requirement(**said) for name, said in read_toml(FILE)["requirements"].items()}


def said(text):
    return {name: Requirement(**one) for name, one in read_toml(text)["requirements"].items()}


def test_what_is_new_changed_and_gone_is_told_and_blanks_change_nothing():
    wanted = {
        "R-1": Requirement("Rates  are\nkept.", "a label", "over-dose"),
        "R-2": present()["R-2"],
        "R-4": Requirement("x", "y"),
    }
    found = changes(present(), {**wanted, "R-1": Requirement("Rates  are kept. ", "a label", "over-dose")})
    assert (found.new, found.changed, found.gone) == (("R-4",), {}, ("R-3",))
    assert changes(present(), wanted).changed == {"R-1": ("text",)}


def test_comments_and_what_does_not_change_stay_to_the_letter():
    wanted = {**present(), "R-3": Requirement("Alarms sound at once.", "a label"), "R-4": Requirement("x", "y")}
    text, kept = updated(FILE, wanted, changes(present(), wanted), remove_gone=False)
    head, _, _ = FILE.partition("[requirements.'R-3']")
    assert kept
    assert text.startswith(head)
    assert said(text) == wanted


def test_what_is_gone_stays_unless_it_is_to_be_removed():
    wanted = {"R-1": present()["R-1"], "R-3": present()["R-3"]}
    found = changes(present(), wanted)
    assert updated(FILE, wanted, found, remove_gone=False)[0] == FILE
    text, kept = updated(FILE, wanted, found, remove_gone=True)
    assert (said(text), kept) == (wanted, True)
    assert "# --- Last ---" in text


def test_a_file_of_another_form_is_written_anew():
    text = 'requirements = { "R-1" = { text = "a", source = "b" } } # ours\n'
    wanted = {"R-1": Requirement("c", "b")}
    new, kept = updated(text, wanted, changes(said(text), wanted), remove_gone=False)
    assert (said(new), kept) == (wanted, False)


@pytest.mark.parametrize("stated, hazard", [({"id", "text"}, "over-dose"), ({"id", "text", "hazard"}, "")])
def test_a_file_takes_away_only_what_it_has_a_place_for(stated, hazard):
    taken = Taken({"R-1": Requirement("Rates are kept.", "export.csv")}, frozenset(stated))
    assert completed(taken, present())["R-1"] == Requirement("Rates are kept.", "a label", hazard)
