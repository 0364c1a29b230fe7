"""Requirements are read from ReqIF as tools write it; what is broken or hostile is said by its element."""

import zipfile

import pytest

from reports.matrix.exchange.from_reqif import requirements_from_reqif
from rig.errors import PlanFileError
from tests.matrix.reqif import USUAL, chosen, document, kind, place, required, string, thing, xhtml

TWO = (required("R-1", "Rates are kept."), required("R-2", "Air is told."))


@pytest.fixture
def read(tmp_path):
    """Read a document; `given` names attributes by field."""

    def call(text, name="export.reqif", given=None, **more):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return requirements_from_reqif(path, given or {}, **more)

    return call


@pytest.fixture
def mistakes(read):
    """Return the mistakes that reading a document raises."""

    def call(*words, **more):
        with pytest.raises(PlanFileError) as raised:
            read(*words, **more)
        return raised.value.mistakes

    return call


def texts(taken):
    return {name: said.text for name, said in taken.requirements.items()}


def test_the_usual_attributes_are_found_and_the_file_is_the_source(read):
    taken = read(document(*TWO))
    assert texts(taken) == {"R-1": "Rates are kept.", "R-2": "Air is told."}
    assert taken.requirements["R-1"].source == "export.reqif"
    assert taken.stated == {"id", "text"}


@pytest.mark.parametrize("children_first", [False, True])
def test_the_order_is_that_of_the_hierarchy_and_what_stands_in_none_comes_last(read, children_first):
    objects = (required("R-0", "nowhere"), *TWO, required("R-3", "above"))
    places = (place("o-R-3", place("o-R-2", place("o-R-1")), children_first=children_first),)
    assert [*read(document(*objects, places=places)).requirements] == ["R-3", "R-2", "R-1", "R-0"]


def test_headings_and_types_without_id_and_text_are_passed_over_and_said(read):
    types = (kind("Req", USUAL), kind("Link", {"Name": "STRING"}))
    objects = (
        *TWO,
        required("R-9", "", chapter="Rates"),
        required("", "What this chapter is about.", chapter="Air"),
        required("R-10", ""),
        thing("l", string("Link.Name", "a link"), of="Link"),
    )
    taken = read(document(*objects, types=types))
    assert [*taken.requirements] == ["R-1", "R-2"]
    assert taken.passed_over == (
        "1 objects of type 'Link' have no id and text",
        "2 headings",
        "1 objects say nothing: R-10",
    )


def test_attributes_of_any_names_are_read_where_they_are_named(read):
    types = (kind("Req", {"No.": "INTEGER", "Soll": "STRING", "Wie": "ENUMERATION"}),)
    value = string("Req.No.", "42"), string("Req.Soll", "hält"), chosen("Req.Wie", "e-test", "e-look")
    given = {"id": "No.", "text": "Soll", "method": "Wie"}
    (said,) = read(document(thing("o", *value), types=types), given=given).requirements.values()
    assert (said.text, said.method) == ("hält", "Test, Inspection")


def test_only_objects_of_the_types_that_are_named_are_taken(read):
    types = (kind("Req", USUAL), kind("Note", USUAL))
    note = thing("n", string("Note.ReqIF.ForeignID", "N-1"), xhtml("Note.ReqIF.Text", "a note"), of="Note")
    assert [*read(document(*TWO, note, types=types), only=["Req"]).requirements] == ["R-1", "R-2"]


def test_what_an_object_does_not_say_is_what_its_type_says(read):
    default = '<DEFAULT-VALUE><ATTRIBUTE-VALUE-STRING THE-VALUE="the standard"/></DEFAULT-VALUE>'
    types = (kind("Req", {**USUAL, "Source": "STRING"}, {"Source": default}),)
    assert read(document(*TWO, types=types)).requirements["R-1"].source == "the standard"


@pytest.mark.parametrize(
    "markup, text",
    [
        ("<xhtml:div>one<xhtml:br/>two</xhtml:div>", "one\ntwo"),
        ("<xhtml:div>\n   one\n   word  more </xhtml:div>", "one word more"),
        ("<xhtml:p>one</xhtml:p><xhtml:p>two <xhtml:b>bold</xhtml:b>.</xhtml:p>", "one\n\ntwo bold."),
        ("<xhtml:ul><xhtml:li>one</xhtml:li><xhtml:li>two</xhtml:li></xhtml:ul>", "one\ntwo"),
        ("<xhtml:pre>one\n  two</xhtml:pre>", "one\ntwo"),
        ("<xhtml:table><xhtml:tr><xhtml:td>a</xhtml:td><xhtml:td>b</xhtml:td></xhtml:tr></xhtml:table>", "a b"),
        ("<xhtml:div>2 &lt; 3 &amp; &#8804; 5 µL</xhtml:div>", "2 < 3 & ≤ 5 µL"),
    ],
)
def test_formatted_text_becomes_its_lines(read, markup, text):
    one = thing("o", string("Req.ReqIF.ForeignID", "R-1"), xhtml("Req.ReqIF.Text", markup))
    assert texts(read(document(one))) == {"R-1": text}


def test_a_picture_is_said_to_be_left_behind(read):
    markup = '<xhtml:div>As drawn. <xhtml:object data="a.png" type="image/png">a drawing</xhtml:object></xhtml:div>'
    taken = read(document(thing("o", string("Req.ReqIF.ForeignID", "R-1"), xhtml("Req.ReqIF.Text", markup))))
    assert texts(taken) == {"R-1": "As drawn. a drawing"}
    assert taken.passed_over == ("R-1: the picture a.png is not taken over",)


def test_an_archive_is_read_with_all_that_is_reqif_in_it(read, tmp_path):
    with zipfile.ZipFile(tmp_path / "export.reqifz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.reqif", document(TWO[1]))
        archive.writestr("a.reqif", document(TWO[0]))
        archive.writestr("pictures/a.png", b"\x89PNG")
    assert [*requirements_from_reqif(tmp_path / "export.reqifz", {}).requirements] == ["R-1", "R-2"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "export.reqif: it is no XML: no element found"),
        ("<REQ-IF>", "export.reqif: it is no XML: no element found"),
        ("<RIF xmlns='http://automotive-his.de/rif'/>", "its root is '{http://automotive-his.de/rif}RIF'; ReqIF"),
        ("<?xml version='1.0' encoding='klingon'?><REQ-IF/>", "it is no XML: unknown encoding"),
        (b"\xff<REQ-IF/>", "it is no XML"),
        (b"PK\x03\x04 no archive", "the archive cannot be unpacked"),
        ("<a>" * 300, "elements lie in each other deeper than 200"),
        (document(), "no object in it is a requirement"),
        (document(required("", "text")), "object 'o-': it has no id"),
        (document(required("R\u202e-1", "text")), "its id holds U+202E, which nobody sees: take it out"),
        (document(required("R" * 500, "text")), "its id has 500 characters, and 200 are allowed: is it the id?"),
        (document(required("R-1", "a"), required("R-1", "a")), "the object 'o-R-1' stands there twice"),
        (document(thing("o", of="None")), "the object 'o' is of the type 'None', which is not there"),
        (document(thing("o", string("Req.X", "x"))), "the object 'o' has a value of 'Req.X', which its type does not"),
        (document(*TWO, places=(place("o-R-7"),)), "a specification refers to the object 'o-R-7', which is not there"),
        (
            document(thing("o", chosen("Req.ReqIF.Text", "e-none"))),
            "a value is 'e-none', which no enumeration has",
        ),
        (
            document(thing("o"), types=(kind("Req", {"Name": "STRING"}),)),
            "no type of objects has an id and a text among its attributes, which are 'Name': name them with --column",
        ),
        (
            document(thing("o"), types=(kind("Req", {"ID": "STRING", "id": "STRING", "Text": "STRING"}),)),
            "objects of type 'Req': 2 columns may be id: 'ID', 'id'; say --column id=NAME",
        ),
    ],
)
def test_what_is_broken_is_said_by_its_element(mistakes, text, said):
    assert any(said in one for one in mistakes(text)), mistakes(text)


def test_one_id_with_two_texts_names_both_objects(mistakes):
    again = thing("o-2", string("Req.ReqIF.ForeignID", "R-1"), xhtml("Req.ReqIF.Text", "<xhtml:div>x</xhtml:div>"))
    (said,) = mistakes(document(*TWO, again))
    assert said == "object 'o-2': R-1 stands at object 'o-R-1' already, with another text"


def test_every_mistake_is_said_at_once(mistakes):
    assert len(mistakes(document(required("", "a"), thing("o", of="None"), places=(place("none"),)))) == 3


def test_an_attribute_and_a_type_that_are_named_and_not_there_are_said(mistakes):
    said = mistakes(document(*TWO), given={"method": "Wie"}, only=["Req", "Reqs"])
    assert said[0].startswith("no object has an attribute 'Wie' for method; there are 'ReqIF.ForeignID'")
    assert said[1] == "there is no type 'Reqs' of objects; there are 'Req'"


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/hostname">',
        "",
    ],
)
def test_a_document_type_is_refused_before_any_entity_is_read(mistakes, entities):
    text = document(*TWO).replace("<REQ-IF ", f"<!DOCTYPE r [{entities}]><REQ-IF ", 1).replace("Air", "&b;")
    assert mistakes(text) == ("export.reqif: it has a document type (DOCTYPE), which no ReqIF has: it is not read",)


def test_an_archive_that_unpacks_to_more_than_anybody_exports_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.reqifz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.reqif", b" " * (64 * 1024 * 1024 + 1))
    with pytest.raises(PlanFileError, match=r"a\.reqif has more than 64 MB"):
        requirements_from_reqif(tmp_path / "bomb.reqifz", {})


def test_an_archive_without_reqif_is_said(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.reqifz", "w") as archive:
        archive.writestr("a.txt", "")
    with pytest.raises(PlanFileError, match=r"no file in the archive ends in \.reqif"):
        requirements_from_reqif(tmp_path / "a.reqifz", {})
