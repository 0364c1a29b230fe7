"""What was taken from another tool's file, and the texts in it as requirements.toml holds them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from rig.plain_text import plain_text
from rig.record.bodies.judging import Requirement

FIELDS = ("id", *(one.name for one in fields(Requirement)))
"""What a requirement has; all but id and text may be missing in a file."""

LONGEST_ID = 200
_LINE_ENDS = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
# What XML has no place for, and no other text needs.
_NO_LETTER = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Taken:
    """The requirements of a file, in its order.

    `stated` are the fields that the file has a place for: of another one it says nothing. `passed_over` says what in
    the file is no requirement, or was not taken over, a line each.
    """

    requirements: dict[str, Requirement]
    stated: frozenset[str]
    passed_over: tuple[str, ...] = ()


@dataclass(slots=True)
class Taking:
    """Requirements while they are taken: where each id was found, and all that is wrong so far."""

    mistakes: list[str] = field(default_factory=list)
    requirements: dict[str, Requirement] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)

    def take(self, place: str, said: Mapping[str, str], source: str) -> None:
        """Take what stands at a place of the file, by field; `source` is for what states none."""
        texts = {name: tidied(text) for name, text in said.items()}
        wrong = [*_mistakes_of(texts)]
        if wrong:
            self.mistakes += [f"{place}: {one}" for one in wrong]
            return
        name = texts.pop("id")
        found = Requirement(**{"source": source, **{key: text for key, text in texts.items() if text}})
        if name not in self.requirements:
            self.requirements[name], self._places[name] = found, place
        elif found != self.requirements[name]:
            others = ", ".join(differing(self.requirements[name], found))
            self.mistakes.append(f"{place}: {name} stands at {self._places[name]} already, with another {others}")


def tidied(text: str) -> str:
    """Return a text as it is kept: one blank between words, lines without blanks round them, none empty at its ends."""
    lines = (" ".join(line.split()) for line in _LINE_ENDS.split(text))
    return "\n".join(lines).strip("\n")


def without_odd_signs(text: str) -> str:
    r"""Return a text in which nothing is unseen, reorders letters or has no place in XML: such signs as `\u202e`."""
    return _NO_LETTER.sub(lambda found: f"\\u{ord(found[0]):04x}", plain_text(text))


def differing(one: Requirement, other: Requirement) -> list[str]:
    """Return the names of the fields in which two requirements differ; how their blanks are set makes no difference."""
    return [name for name in FIELDS[1:] if tidied(getattr(one, name)) != tidied(getattr(other, name))]


def completed(found: Taken, present: Mapping[str, Requirement]) -> dict[str, Requirement]:
    """Return what was taken, with what is present already of the fields that the file says nothing of."""
    left_out = [name for name in FIELDS[1:] if name not in found.stated]
    return {
        name: replace(said, **{one: getattr(present[name], one) for one in left_out}) if name in present else said
        for name, said in found.requirements.items()
    }


def _mistakes_of(texts: Mapping[str, str]) -> Iterable[str]:
    name = texts.get("id", "")
    if not name:
        yield "it has no id"
    if not texts.get("text"):
        yield "it has no text"
    if "\n" in name:
        yield "its id has more than one line"
    if len(name) > LONGEST_ID:
        yield f"its id has {len(name)} characters, and {LONGEST_ID} are allowed: is it the id?"
    for key, text in texts.items():
        odd = next((sign for sign in text if sign != "\n" and without_odd_signs(sign) != sign), "")
        if odd:
            yield f"its {key} holds U+{ord(odd):04X}, which nobody sees: take it out"
