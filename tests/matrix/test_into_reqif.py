"""What is exported is ReqIF by OMG's schema: each identifier once, each reference resolved, nothing required left out.

The schema's own text is not here: what it requires of the elements that are written is told by the tables below
(OMG formal/16-07-01, reqif.xsd 20110401).
"""

import re
from xml.etree import ElementTree as ET

import pytest

from reports.matrix.exchange.into_reqif import NAMESPACE, as_reqif
from tests.matrix.lines import HOSTILE, KEPT, TOLD, found, plan, ran, required

IN = f"{{{NAMESPACE}}}"
XHTML = "{http://www.w3.org/1999/xhtml}"
IDENTIFIED = {"IDENTIFIER", "LAST-CHANGE"}
# What each element must have: attributes, and elements, of which those that others may stand between are in any order.
ATTRIBUTES = {
    "REQ-IF-HEADER": {"IDENTIFIER"},
    "DATATYPE-DEFINITION-STRING": {*IDENTIFIED, "MAX-LENGTH"},
    "DATATYPE-DEFINITION-XHTML": IDENTIFIED,
    "DATATYPE-DEFINITION-ENUMERATION": IDENTIFIED,
    "ENUM-VALUE": IDENTIFIED,
    "EMBEDDED-VALUE": {"KEY", "OTHER-CONTENT"},
    "SPEC-OBJECT-TYPE": IDENTIFIED,
    "SPEC-RELATION-TYPE": IDENTIFIED,
    "SPECIFICATION-TYPE": IDENTIFIED,
    "ATTRIBUTE-DEFINITION-STRING": IDENTIFIED,
    "ATTRIBUTE-DEFINITION-XHTML": IDENTIFIED,
    "ATTRIBUTE-DEFINITION-ENUMERATION": {*IDENTIFIED, "MULTI-VALUED"},
    "ATTRIBUTE-VALUE-STRING": {"THE-VALUE"},
    "SPEC-OBJECT": IDENTIFIED,
    "SPEC-RELATION": IDENTIFIED,
    "SPECIFICATION": IDENTIFIED,
    "SPEC-HIERARCHY": IDENTIFIED,
}
ELEMENTS = {
    "REQ-IF": {"THE-HEADER", "CORE-CONTENT"},
    "ENUM-VALUE": {"PROPERTIES"},
    "ATTRIBUTE-DEFINITION-STRING": {"TYPE"},
    "ATTRIBUTE-DEFINITION-XHTML": {"TYPE"},
    "ATTRIBUTE-DEFINITION-ENUMERATION": {"TYPE"},
    "ATTRIBUTE-VALUE-STRING": {"DEFINITION"},
    "ATTRIBUTE-VALUE-XHTML": {"DEFINITION", "THE-VALUE"},
    "ATTRIBUTE-VALUE-ENUMERATION": {"DEFINITION"},
    "SPEC-OBJECT": {"TYPE"},
    "SPEC-RELATION": {"SOURCE", "TARGET", "TYPE"},
    "SPECIFICATION": {"TYPE"},
    "SPEC-HIERARCHY": {"OBJECT"},
}
SEQUENCES = {
    "REQ-IF-HEADER": ["CREATION-TIME", "REQ-IF-TOOL-ID", "REQ-IF-VERSION", "SOURCE-TOOL-ID", "TITLE"],
    "REQ-IF-CONTENT": ["DATATYPES", "SPEC-TYPES", "SPEC-OBJECTS", "SPEC-RELATIONS", "SPECIFICATIONS"],
}


@pytest.fixture(scope="module")
def root():
    matrix = found(
        ran(1, {KEPT: "PASS", TOLD: "FAIL"}),
        ran(2, {KEPT: "SOMETHING NEW"}, HOSTILE, bench="a\x00b\ufffe", kind="mocked"),
        plans=(plan("test_free"), plan("test_hostile", HOSTILE)),
        requirements=required(HOSTILE, "R-4", hazard="one\ntwo"),
        stale_of=lambda _: {TOLD: ("limit: changed",)},
    )
    return ET.fromstring(as_reqif(matrix, written_ns=1_767_600_000_000_000_000))


def name(element):
    return element.tag.rpartition("}")[2]


def all_of(root, tag):
    return list(root.iter(f"{IN}{tag}"))


def by_name(root, kind):
    """Return the objects of a type by their names, each with its values by attribute."""
    names = {one.get("IDENTIFIER"): one.get("LONG-NAME") for one in root.iter() if one.get("IDENTIFIER")}
    return {
        one.get("LONG-NAME"): {names[value.findtext(f"{IN}DEFINITION/*")]: said(value, names) for value in one[0]}
        for one in all_of(root, "SPEC-OBJECT")
        if names[one.findtext(f"{IN}TYPE/*")] == kind
    }


def said(value, names):
    if value.tag.endswith("ENUMERATION"):
        return names[value.findtext(f"{IN}VALUES/*")]
    return value.get("THE-VALUE") or "|".join(value.find(f"{IN}THE-VALUE").itertext())


def test_each_identifier_stands_once_and_is_a_name_of_xml(root):
    found_ids = [one.get("IDENTIFIER") for one in root.iter() if one.get("IDENTIFIER")]
    assert len(found_ids) == len(set(found_ids)) > 40
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", one, re.ASCII) for one in found_ids)


def test_each_reference_leads_to_an_element_of_its_kind(root):
    kinds = {one.get("IDENTIFIER"): name(one) for one in root.iter() if one.get("IDENTIFIER")}
    references = [one for one in root.iter() if name(one).endswith("-REF")]
    assert len(references) > 40
    assert [(name(one), one.text) for one in references if f"{kinds.get(one.text)}-REF" != name(one)] == []


def test_nothing_that_is_required_is_left_out(root):
    for one in root.iter():
        assert ATTRIBUTES.get(name(one), set()) <= set(one.keys()), name(one)
        assert ELEMENTS.get(name(one), set()) <= {name(child) for child in one}, name(one)


def test_what_has_an_order_stands_in_it(root):
    for tag, order in SEQUENCES.items():
        assert [[name(child) for child in one] for one in all_of(root, tag)] == [order]
    assert all_of(root, "REQ-IF-VERSION")[0].text == "1.0"


def test_times_are_those_of_xml_and_formatted_text_is_one_block(root):
    times = {one.get("LAST-CHANGE") for one in root.iter()} - {None}
    assert times == {all_of(root, "CREATION-TIME")[0].text}
    assert re.fullmatch(r"2026-01-05T08:00:00(\.\d+)?Z", times.pop())
    assert {tuple(child.tag for child in one) for one in all_of(root, "THE-VALUE")} == {(f"{XHTML}div",)}


def test_a_requirement_has_its_words_and_verdicts(root):
    objects = by_name(root, "Requirement")
    assert list(objects)[:2] == ["R-1", "R-2"]
    assert objects["R-2"]["ReqIF.ForeignID"] == "R-2"
    assert objects["R-2"]["ReqIF.Text"] == "R-2 holds."
    assert (objects["R-2"]["Verdict"], objects["R-2"]["Verdict on physical benches"]) == ("FAIL", "FAIL")
    assert objects["R-2"]["Gaps"].startswith("failing: R-2: test_told FAIL in run-001|")
    assert (objects["R-4"]["Verdict"], objects["R-4"]["Hazard"]) == ("not run", "one|two")


def test_a_verdict_of_another_version_is_none_that_was_decided(root):
    assert by_name(root, "Requirement")["R-1"]["Verdict"] == "INCONCLUSIVE"


def test_each_plan_verifies_what_it_claims(root):
    names = {one.get("IDENTIFIER"): one.get("LONG-NAME") for one in root.iter() if one.get("IDENTIFIER")}
    pairs = [
        (names[one.findtext(f"{IN}SOURCE/*")], names[one.findtext(f"{IN}TARGET/*")].partition("::")[2])
        for one in all_of(root, "SPEC-RELATION")
    ]
    assert pairs[:3] == [("R-1", "test_kept"), ("R-2", "test_kept"), ("R-2", "test_told")]
    assert {plan.partition("::")[2] for plan in by_name(root, "Plan")} >= {"test_free", "test_kept"}


def test_the_same_things_have_the_same_identifiers_in_the_next_export(root):
    later = ET.fromstring(as_reqif(found(ran(3, {KEPT: "PASS"})), written_ns=0))
    ids = [
        {one.get("LONG-NAME"): one.get("IDENTIFIER") for one in all_of(each, "SPEC-OBJECT")} for each in (root, later)
    ]
    assert ids[1].items() <= ids[0].items()


def test_a_sign_that_has_no_place_in_xml_is_told(root):
    (cases,) = (said["Cases"] for plan, said in by_name(root, "Plan").items() if plan.endswith("::test_kept"))
    assert r"a\u0000b\ufffe" in cases
