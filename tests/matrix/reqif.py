"""ReqIF written by hand, as tools write it: types with attributes of any names, objects, and their hierarchy."""

from xml.sax.saxutils import escape, quoteattr

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<REQ-IF xmlns="http://www.omg.org/spec/ReqIF/20110401/reqif.xsd" xmlns:xhtml="http://www.w3.org/1999/xhtml"><THE-HEADER>
<REQ-IF-HEADER IDENTIFIER="h"><CREATION-TIME>2026-01-05T08:00:00Z</CREATION-TIME><REQ-IF-TOOL-ID>a tool</REQ-IF-TOOL-ID>
<REQ-IF-VERSION>1.0</REQ-IF-VERSION><SOURCE-TOOL-ID>a tool</SOURCE-TOOL-ID><TITLE>t</TITLE></REQ-IF-HEADER></THE-HEADER>
<CORE-CONTENT><REQ-IF-CONTENT>
<DATATYPES><DATATYPE-DEFINITION-ENUMERATION IDENTIFIER="e" LAST-CHANGE="x"><SPECIFIED-VALUES>
<ENUM-VALUE IDENTIFIER="e-test" LAST-CHANGE="x" LONG-NAME="Test"/><ENUM-VALUE IDENTIFIER="e-look" LAST-CHANGE="x"
 LONG-NAME="Inspection"/></SPECIFIED-VALUES></DATATYPE-DEFINITION-ENUMERATION></DATATYPES>
"""
FOOT = "</REQ-IF-CONTENT></CORE-CONTENT></REQ-IF>"
USUAL = {"ReqIF.ForeignID": "STRING", "ReqIF.ChapterName": "XHTML", "ReqIF.Text": "XHTML"}


def kind(name, attributes, defaults=()):
    """Return a type of objects; its attributes are found by `name.attribute`."""
    definitions = "".join(
        f"<ATTRIBUTE-DEFINITION-{datatype} IDENTIFIER={quoteattr(f'{name}.{one}')} LONG-NAME={quoteattr(one)}>"
        f"{dict(defaults).get(one, '')}</ATTRIBUTE-DEFINITION-{datatype}>"
        for one, datatype in attributes.items()
    )
    return (
        f"<SPEC-OBJECT-TYPE IDENTIFIER={quoteattr(name)} LONG-NAME={quoteattr(name)}><SPEC-ATTRIBUTES>{definitions}"
        "</SPEC-ATTRIBUTES></SPEC-OBJECT-TYPE>"
    )


def string(of, text):
    return (
        f"<ATTRIBUTE-VALUE-STRING THE-VALUE={quoteattr(text)}><DEFINITION><ATTRIBUTE-DEFINITION-STRING-REF>{of}"
        "</ATTRIBUTE-DEFINITION-STRING-REF></DEFINITION></ATTRIBUTE-VALUE-STRING>"
    )


def xhtml(of, markup):
    return (
        f"<ATTRIBUTE-VALUE-XHTML><DEFINITION><ATTRIBUTE-DEFINITION-XHTML-REF>{of}</ATTRIBUTE-DEFINITION-XHTML-REF>"
        f"</DEFINITION><THE-VALUE>{markup}</THE-VALUE></ATTRIBUTE-VALUE-XHTML>"
    )


def chosen(of, *values):
    refs = "".join(f"<ENUM-VALUE-REF>{one}</ENUM-VALUE-REF>" for one in values)
    return (
        f"<ATTRIBUTE-VALUE-ENUMERATION><VALUES>{refs}</VALUES><DEFINITION><ATTRIBUTE-DEFINITION-ENUMERATION-REF>{of}"
        "</ATTRIBUTE-DEFINITION-ENUMERATION-REF></DEFINITION></ATTRIBUTE-VALUE-ENUMERATION>"
    )


def thing(name, *values, of="Req"):
    """Return an object."""
    return (
        f"<SPEC-OBJECT IDENTIFIER={quoteattr(name)} LAST-CHANGE='x'><VALUES>{''.join(values)}</VALUES>"
        f"<TYPE><SPEC-OBJECT-TYPE-REF>{of}</SPEC-OBJECT-TYPE-REF></TYPE></SPEC-OBJECT>"
    )


def required(name, text, chapter=""):
    """Return an object of the usual type."""
    values = [string("Req.ReqIF.ForeignID", name)] if name else []
    values += [xhtml("Req.ReqIF.Text", f"<xhtml:div>{escape(text)}</xhtml:div>")] if text else []
    values += [xhtml("Req.ReqIF.ChapterName", f"<xhtml:div>{escape(chapter)}</xhtml:div>")] if chapter else []
    return thing(f"o-{name or chapter}", *values)


def place(name, *below, children_first=False):
    """Return a place in a hierarchy."""
    parts = [f"<OBJECT><SPEC-OBJECT-REF>{name}</SPEC-OBJECT-REF></OBJECT>", f"<CHILDREN>{''.join(below)}</CHILDREN>"]
    inside = "".join(reversed(parts) if children_first else parts)
    return f"<SPEC-HIERARCHY IDENTIFIER='p-{name}'>{inside}</SPEC-HIERARCHY>"


def document(*objects, types=(), places=()):
    """Return a document of these objects, of the usual type unless `types` has others."""
    kinds = "".join(types) or kind("Req", USUAL)
    specification = f"<SPECIFICATION IDENTIFIER='s'><CHILDREN>{''.join(places)}</CHILDREN></SPECIFICATION>"
    return (
        f"{HEAD}<SPEC-TYPES>{kinds}</SPEC-TYPES><SPEC-OBJECTS>{''.join(objects)}</SPEC-OBJECTS>"
        f"<SPECIFICATIONS>{specification}</SPECIFICATIONS>{FOOT}"
    )
