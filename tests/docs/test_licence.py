"""What the package says of its licence is so, and what it ships of others comes with theirs."""

import tomllib

from tests.docs.pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_licence_is_the_one_that_the_package_names():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_licence_in_the_tree_is_shipped():
    rooms = ("rig", "commands", "instruments", "fixtures", "reports")
    found = [ROOT / "LICENSE", *(path for room in rooms for path in (ROOT / room).rglob("LICENSE*"))]
    assert sorted(PROJECT["license-files"]) == sorted(str(path.relative_to(ROOT)) for path in found)
