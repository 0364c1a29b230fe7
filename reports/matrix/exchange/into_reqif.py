"""The matrix as ReqIF 1.2 (OMG formal/16-07-01): requirements, plans, what verifies what, and verdicts."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from xml.etree import ElementTree as ET

from reports.matrix.exchange.taken import without_odd_signs
from reports.matrix.exchange.xhtml import XHTML, div_of
from reports.matrix.gaps import gaps
from reports.matrix.model import Matrix, PlanRow, RequirementRow, Verdict
from rig.clock import iso_utc
from rig.record.standing import VERDICTS

NAMESPACE = "http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"
NOT_RUN = "not run"
_CHOICES = (*VERDICTS, NOT_RUN)
_LONGEST = 1_000_000
# Attributes of each type, and of which kind they are.
_OF_REQUIREMENTS = {
    "ReqIF.ForeignID": "STRING",
    "ReqIF.Text": "XHTML",
    "Source": "XHTML",
    "Hazard": "XHTML",
    "Method": "XHTML",
    "No plan": "XHTML",
    "Verdict": "ENUMERATION",
    "Verdict on physical benches": "ENUMERATION",
    "Gaps": "XHTML",
}
_OF_PLANS = {
    "Plan": "STRING",
    "Verdict": "ENUMERATION",
    "Verdict on physical benches": "ENUMERATION",
    "Cases": "XHTML",
}
_OF_RELATIONS = {"Verdict": "ENUMERATION"}
_REQUIREMENT, _PLAN, _VERIFIED = "Requirement", "Plan", "verified by"
_TYPES = {
    _REQUIREMENT: ("SPEC-OBJECT-TYPE", _OF_REQUIREMENTS),
    _PLAN: ("SPEC-OBJECT-TYPE", _OF_PLANS),
    _VERIFIED: ("SPEC-RELATION-TYPE", _OF_RELATIONS),
    "Specification": ("SPECIFICATION-TYPE", {}),
}


@dataclass(slots=True)
class _Writer:
    """Elements with the attributes that all of ReqIF's have: an identifier of their own, and when they changed."""

    changed: str
    known: set[str] = field(default_factory=set)

    def identified(self, under: ET.Element, tag: str, key: str, name: str = "", **more: str) -> ET.Element:
        """Add an element that others refer to by its key."""
        said = {"IDENTIFIER": identifier(key), "LAST-CHANGE": self.changed}
        if name:
            said["LONG-NAME"] = without_odd_signs(name)
        return ET.SubElement(under, tag, {**said, **more})

    def object(self, under: ET.Element, key: str, kind: str, name: str, said: Mapping[str, str]) -> None:
        """Add an object of a type with its values by the names of attributes."""
        one = self.identified(under, "SPEC-OBJECT", key, name)
        _values(one, kind, said)
        _refer(one, "TYPE", "SPEC-OBJECT-TYPE-REF", f"type {kind}")

    def specification(self, under: ET.Element, name: str, keys: Iterable[str]) -> None:
        """Add a specification: objects in their order."""
        one = self.identified(under, "SPECIFICATION", f"specification {name}", name)
        children = ET.SubElement(one, "CHILDREN")
        for key in keys:
            place = self.identified(children, "SPEC-HIERARCHY", f"place of {key} in {name}")
            _refer(place, "OBJECT", "SPEC-OBJECT-REF", key)
        _refer(one, "TYPE", "SPECIFICATION-TYPE-REF", "type Specification")


def identifier(key: str) -> str:
    """Return the identifier of what a key names: the same in each export, so that a tool sees what it has already."""
    return f"_{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def as_reqif(found: Matrix, *, written_ns: int) -> str:
    """Return the document; `written_ns` (UTC) is when it was created, and when all in it changed."""
    writer = _Writer(iso_utc(written_ns))
    root = ET.Element("REQ-IF", {"xmlns": NAMESPACE, "xmlns:xhtml": XHTML})
    _head(ET.SubElement(root, "THE-HEADER"), writer.changed)
    content = ET.SubElement(ET.SubElement(root, "CORE-CONTENT"), "REQ-IF-CONTENT")
    _datatypes(ET.SubElement(content, "DATATYPES"), writer)
    _types(ET.SubElement(content, "SPEC-TYPES"), writer)
    objects = ET.SubElement(content, "SPEC-OBJECTS")
    missing: dict[str, list[str]] = {}
    for name, said in _gaps_of(found):
        missing.setdefault(name, []).append(said)
    for row in found.requirements:
        writer.object(objects, _key(row), _REQUIREMENT, row.id, _requirement(row, missing.get(row.id, [])))
    for plan in found.plans:
        writer.object(objects, _key_of_plan(plan), _PLAN, plan.name, _plan(plan))
    relations = ET.SubElement(content, "SPEC-RELATIONS")
    for row in found.requirements:
        for plan in row.plans:
            _verified(relations, writer, row, plan)
    specifications = ET.SubElement(content, "SPECIFICATIONS")
    writer.specification(specifications, "Requirements", map(_key, found.requirements))
    writer.specification(specifications, "Plans", map(_key_of_plan, found.plans))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _head(under: ET.Element, created: str) -> None:
    head = ET.SubElement(under, "REQ-IF-HEADER", {"IDENTIFIER": identifier("header")})
    tool = f"pump-rig {metadata.version('pump-rig')}"
    said = {
        "CREATION-TIME": created,
        "REQ-IF-TOOL-ID": tool,
        "REQ-IF-VERSION": "1.0",
        "SOURCE-TOOL-ID": tool,
        "TITLE": "Requirements, the plans that verify them, and their verdicts",
    }
    for tag, text in said.items():
        ET.SubElement(head, tag).text = text


def _datatypes(under: ET.Element, writer: _Writer) -> None:
    writer.identified(under, "DATATYPE-DEFINITION-STRING", "datatype STRING", "String", **{"MAX-LENGTH": str(_LONGEST)})
    writer.identified(under, "DATATYPE-DEFINITION-XHTML", "datatype XHTML", "Formatted text")
    verdicts = writer.identified(under, "DATATYPE-DEFINITION-ENUMERATION", "datatype ENUMERATION", "Verdict")
    values = ET.SubElement(verdicts, "SPECIFIED-VALUES")
    for number, verdict in enumerate(_CHOICES):
        one = writer.identified(values, "ENUM-VALUE", f"verdict {verdict}", verdict)
        properties = ET.SubElement(one, "PROPERTIES")
        ET.SubElement(properties, "EMBEDDED-VALUE", {"KEY": str(number), "OTHER-CONTENT": verdict})


def _types(under: ET.Element, writer: _Writer) -> None:
    for name, (tag, attributes) in _TYPES.items():
        kind = writer.identified(under, tag, f"type {name}", name)
        if not attributes:
            continue
        definitions = ET.SubElement(kind, "SPEC-ATTRIBUTES")
        for attribute, datatype in attributes.items():
            more = {"MULTI-VALUED": "false"} if datatype == "ENUMERATION" else {}
            key = f"attribute {attribute} of {name}"
            one = writer.identified(definitions, f"ATTRIBUTE-DEFINITION-{datatype}", key, attribute, **more)
            _refer(one, "TYPE", f"DATATYPE-DEFINITION-{datatype}-REF", f"datatype {datatype}")


def _values(under: ET.Element, kind: str, said: Mapping[str, str]) -> None:
    _, attributes = _TYPES[kind]
    values = ET.SubElement(under, "VALUES")
    for name, text in said.items():
        if not text:
            continue
        datatype = attributes[name]
        one = ET.SubElement(values, f"ATTRIBUTE-VALUE-{datatype}")
        plain = without_odd_signs(text)
        if datatype == "XHTML":
            ET.SubElement(one, "THE-VALUE").append(div_of(plain))
        elif datatype == "STRING":
            one.set("THE-VALUE", plain)
        _refer(one, "DEFINITION", f"ATTRIBUTE-DEFINITION-{datatype}-REF", f"attribute {name} of {kind}")
        if datatype == "ENUMERATION":
            _refer(one, "VALUES", "ENUM-VALUE-REF", f"verdict {_choice(text)}")


def _choice(verdict: str) -> str:
    """Return a verdict that the enumeration has; one of another version is none that was decided."""
    return verdict if verdict in _CHOICES else "INCONCLUSIVE"


def _refer(under: ET.Element, tag: str, reference: str, key: str) -> None:
    ET.SubElement(ET.SubElement(under, tag), reference).text = identifier(key)


def _verified(under: ET.Element, writer: _Writer, row: RequirementRow, plan: PlanRow) -> None:
    key = f"{_key(row)} verified by {_key_of_plan(plan)}"
    one = writer.identified(under, "SPEC-RELATION", key, _VERIFIED)
    _values(one, _VERIFIED, {"Verdict": plan.standing or NOT_RUN})
    _refer(one, "SOURCE", "SPEC-OBJECT-REF", _key(row))
    _refer(one, "TARGET", "SPEC-OBJECT-REF", _key_of_plan(plan))
    _refer(one, "TYPE", "SPEC-RELATION-TYPE-REF", f"type {_VERIFIED}")


def _requirement(row: RequirementRow, missing: Iterable[str]) -> Mapping[str, str]:
    return {
        "ReqIF.ForeignID": row.id,
        "ReqIF.Text": row.said.text,
        "Source": row.said.source,
        "Hazard": row.said.hazard,
        "Method": row.said.method,
        "No plan": row.said.no_plan,
        "Verdict": row.standing or NOT_RUN,
        "Verdict on physical benches": row.physical_standing or NOT_RUN,
        "Gaps": "\n".join(missing),
    }


def _plan(plan: PlanRow) -> Mapping[str, str]:
    return {
        "Plan": plan.name,
        "Verdict": plan.standing or NOT_RUN,
        "Verdict on physical benches": plan.physical_standing or NOT_RUN,
        "Cases": "\n".join(_case(each) for each in plan.counting),
    }


def _case(each: Verdict) -> str:
    bench = f"mocked bench {each.run.bench}" if each.dut.mocked else f"bench {each.run.bench}"
    stale = f"; stale: {', '.join(each.stale)}" if each.stale else ""
    begun = iso_utc(each.run.begun_utc_ns)
    return f"{each.verdict}: {each.name}, {each.dut.name}, {bench}, {each.run.run_id}, begun {begun}{stale}"


def _gaps_of(found: Matrix) -> Iterator[tuple[str, str]]:
    for gap in gaps(found):
        yield gap.requirement, f"{gap.kind.value}: {gap.said}"


def _key(row: RequirementRow) -> str:
    return f"requirement {row.id}"


def _key_of_plan(plan: PlanRow) -> str:
    return f"plan {plan.name}"
