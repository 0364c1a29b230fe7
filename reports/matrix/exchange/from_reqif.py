"""Requirements from ReqIF (OMG, 1.0 to 1.2, and .reqifz) as DOORS, Polarion, Jama and others write it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from reports.matrix.exchange.columns import listed, placed
from reports.matrix.exchange.from_csv import first_of
from reports.matrix.exchange.into_reqif import NAMESPACE
from reports.matrix.exchange.taken import FIELDS, Taken, Taking
from reports.matrix.exchange.xhtml import pictures_in, text_of
from reports.matrix.exchange.xml_in import documents_in
from rig.errors import PlanError, PlanFileError

_IN = f"{{{NAMESPACE}}}"
# What names a heading, which is no requirement.
_HEADINGS = ("ReqIF.ChapterName", "ReqIF.Name", "Object Heading")


@dataclass(slots=True)
class _Type:
    """A type of objects: its attributes' names and what they are where none is given, and fields' attributes, by id."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def holds_requirements(self) -> bool:
        """Tell whether its objects have an id and a text."""
        return {"id", "text"} <= self.fields.keys()


@dataclass(slots=True)
class _Object:
    """An object: its values by the ids of their attributes, and pictures that stand in them."""

    id: str
    type: _Type
    values: dict[str, str]
    pictures: list[str]

    def said(self, attribute: str) -> str:
        """Return the value of an attribute, "" where there is none."""
        return self.values.get(attribute, self.type.defaults.get(attribute, ""))

    @property
    def heading(self) -> str:
        """Return what it is called as a heading, "" for none."""
        names = {name: one for one, name in self.type.attributes.items()}
        return next((said for one in _HEADINGS if one in names and (said := self.said(names[one]).strip())), "")


class _Document:
    """One ReqIF document, and what is wrong in it."""

    def __init__(self, root: ET.Element, given: Mapping[str, str], only: Collection[str]) -> None:
        self.mistakes: list[str] = []
        self._only = only
        self._content = root.find(f"{_IN}CORE-CONTENT/{_IN}REQ-IF-CONTENT")
        self._enumerated = self._read_enumerations()
        self.types = dict(self._read_types(given))
        self.objects: dict[str, _Object] = {}
        for element in self._all("SPEC-OBJECTS/SPEC-OBJECT"):
            self._read_object(element)

    def in_order(self) -> Iterator[_Object]:
        """Yield each object once: as specifications have them, and then those that stand in none."""
        seen: set[str] = set()
        places = (one for whole in self._all("SPECIFICATIONS/SPECIFICATION") for one in _hierarchy(whole))
        for name in places:
            if name not in self.objects:
                self.mistakes.append(f"a specification refers to the object {name!r}, which is not there")
            elif name not in seen:
                seen.add(name)
                yield self.objects[name]
        yield from (one for name, one in self.objects.items() if name not in seen)

    def _all(self, way: str) -> list[ET.Element]:
        steps = "/".join(f"{_IN}{step}" for step in way.split("/"))
        return [] if self._content is None else self._content.findall(steps)

    def _read_enumerations(self) -> dict[str, str]:
        values = self._all("DATATYPES/DATATYPE-DEFINITION-ENUMERATION/SPECIFIED-VALUES/ENUM-VALUE")
        return {one.get("IDENTIFIER", ""): _named(one) for one in values}

    def _read_types(self, given: Mapping[str, str]) -> Iterator[tuple[str, _Type]]:
        for element in self._all("SPEC-TYPES/SPEC-OBJECT-TYPE"):
            found = _Type(_named(element))
            for definition in element.findall(f"{_IN}SPEC-ATTRIBUTES/*"):
                name = definition.get("IDENTIFIER", "")
                found.attributes[name] = _named(definition)
                for value in definition.findall(f"{_IN}DEFAULT-VALUE/*"):
                    found.defaults[name] = self._value(value)
            if self._only and found.name not in self._only:
                yield element.get("IDENTIFIER", ""), found
                continue
            names = [*found.attributes.values()]
            meant = {one: name for one, name in given.items() if name in names}
            try:
                found.fields = {one: [*found.attributes][at] for one, at in placed(names, meant).items()}
            except PlanError as error:
                self.mistakes.append(f"objects of type {found.name!r}: {error}")
            yield element.get("IDENTIFIER", ""), found

    def _read_object(self, element: ET.Element) -> None:
        name = element.get("IDENTIFIER", "")
        reference = element.find(f"{_IN}TYPE/{_IN}SPEC-OBJECT-TYPE-REF")
        kind = self.types.get(_words(reference))
        if not name or name in self.objects:
            self.mistakes.append(f"the object {name!r} stands there twice" if name else "an object has no IDENTIFIER")
        elif kind is None:
            self.mistakes.append(f"the object {name!r} is of the type {_words(reference)!r}, which is not there")
        else:
            values: dict[str, str] = {}
            pictures: list[str] = []
            for value in element.findall(f"{_IN}VALUES/*"):
                of = _words(value.find(f"{_IN}DEFINITION/*"))
                if of not in kind.attributes:
                    self.mistakes.append(f"the object {name!r} has a value of {of!r}, which its type does not have")
                values[of] = self._value(value)
                pictures += pictures_in(value) if of in kind.fields.values() else []
            self.objects[name] = _Object(name, kind, values, pictures)

    def _value(self, element: ET.Element) -> str:
        """Return a value as text: of an enumeration the names of what is chosen, of formatted text its lines."""
        kind = element.tag.removeprefix(f"{_IN}ATTRIBUTE-VALUE-")
        if kind == "XHTML":
            content = element.find(f"{_IN}THE-VALUE")
            return "" if content is None else text_of(content)
        if kind == "ENUMERATION":
            chosen = [_words(one) for one in element.findall(f"{_IN}VALUES/{_IN}ENUM-VALUE-REF")]
            unknown = [one for one in chosen if one not in self._enumerated]
            self.mistakes += [f"a value is {one!r}, which no enumeration has" for one in unknown]
            return ", ".join(self._enumerated.get(one, one) for one in chosen)
        return element.get("THE-VALUE", "")


def requirements_from_reqif(
    path: Path, given: Mapping[str, str], *, source: str = "", only: Collection[str] = ()
) -> Taken:
    """Return the requirements of a .reqif or .reqifz file in the order of its specifications.

    Those are the objects of types that have an id and a text among their attributes; `given` are attributes of the
    user's own naming by field, `source` stands where an object names none ("": the file's name), `only` names the types
    whose objects are taken (none: all). Headings are passed over: what has a chapter's name, and no id or no text.
    Raises PlanFileError with every mistake and the element that it is in.
    """
    taking = Taking()
    stated: set[str] = set()
    passed_over: list[str] = []
    for name, root in documents_in(path):
        if root.tag != f"{_IN}REQ-IF":
            wrong = f"{name}: its root is {root.tag!r}; ReqIF ({NAMESPACE}) is wanted: export it as ReqIF 1.0 to 1.2"
            raise PlanFileError(str(path), [wrong])
        document = _Document(root, given, only)
        _take(document, taking, passed_over, source or path.name)
        stated |= {one for kind in document.types.values() if kind.holds_requirements for one in kind.fields}
        _check_named(document, given, only)
        taking.mistakes += document.mistakes
    if taking.mistakes:
        raise PlanFileError(str(path), first_of(taking.mistakes))
    if not taking.requirements:
        raise PlanFileError(str(path), ["no object in it is a requirement"])
    return Taken(taking.requirements, frozenset(stated) & frozenset(FIELDS), tuple(passed_over))


def _check_named(document: _Document, given: Mapping[str, str], only: Collection[str]) -> None:
    """Note where no type of objects has an id and a text, or none has what the user named."""
    names = dict.fromkeys(name for kind in document.types.values() for name in kind.attributes.values())
    for one, name in given.items():
        if name not in names:
            document.mistakes.append(f"no object has an attribute {name!r} for {one}; there are {listed(names)}")
    types = dict.fromkeys(kind.name for kind in document.types.values())
    for name in only:
        if name not in types:
            document.mistakes.append(f"there is no type {name!r} of objects; there are {listed(types)}")
    if document.objects and not any(kind.holds_requirements for kind in document.types.values()):
        document.mistakes.append(
            f"no type of objects has an id and a text among its attributes, which are {listed(names)}: name them with "
            "--column id=NAME --column text=NAME"
        )


def _take(document: _Document, taking: Taking, passed_over: list[str], source: str) -> None:
    others: dict[str, int] = {}
    headings: list[str] = []
    without_text: list[str] = []
    for one in document.in_order():
        said = {key: one.said(attribute) for key, attribute in one.type.fields.items()}
        if not one.type.holds_requirements:
            others[one.type.name] = others.get(one.type.name, 0) + 1
        elif one.heading and not (said["id"].strip() and said["text"].strip()):
            headings.append(one.heading)
        elif not any(text.strip() for key, text in said.items() if key != "id"):
            without_text.append(said["id"].strip() or one.id)
        else:
            taking.take(f"object {one.id!r}", said, source)
            passed_over += [f"{said['id'].strip()}: the picture {name} is not taken over" for name in one.pictures]
    passed_over += [f"{count} objects of type {kind!r} have no id and text" for kind, count in others.items()]
    if headings:
        passed_over.append(f"{len(headings)} headings")
    if without_text:
        passed_over.append(f"{len(without_text)} objects say nothing: {', '.join(without_text)}")


def _hierarchy(above: ET.Element) -> Iterator[str]:
    """Yield the identifiers of the objects below an element, each before those below it, whatever stands first."""
    for place in above.findall(f"{_IN}CHILDREN/{_IN}SPEC-HIERARCHY"):
        yield _words(place.find(f"{_IN}OBJECT/{_IN}SPEC-OBJECT-REF"))
        yield from _hierarchy(place)


def _named(element: ET.Element) -> str:
    """Return what a person calls it, its identifier where it has no name."""
    return element.get("LONG-NAME") or element.get("IDENTIFIER") or ""


def _words(element: ET.Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
