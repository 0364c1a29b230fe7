"""What is seen of a signature in a PDF: a strip in the margin of the first page, which covers nothing of the report."""

import json
from dataclasses import dataclass

import typst

from reports.document.lettering import shown
from reports.evidence.manifest import SIMULATED
from reports.evidence.statements import SignatureSaid
from rig.errors import SigningRefusedError

WIDTH_MM, HEIGHT_MM = 15.0, 88.0
# The margins of a report are 18 mm wide; three strips stand in each, one above the other.
_LEFT_MM, _RIGHT_MM, _LOWEST_MM = 1.5, 193.5, 16.0
_PER_SIDE = 3
MOST = 2 * _PER_SIDE
_PT_PER_MM = 72 / 25.4
_LONGEST = {"who": 60, "when": 96, "what": 70}
_TEMPLATE = """
#let said = json(bytes(sys.inputs.said))
#set page(width: 15mm, height: 88mm, margin: 0.5mm, fill: white)
#set text(size: 5.4pt, hyphenate: false, ligatures: false)
// Each line has its own place: whatever a name is, it pushes no other line out.
#let line(body) = block(width: 85mm, height: 2mm, above: 0mm, below: 0mm, clip: true, body)
#rotate(-90deg, reflow: true, box(width: 87mm, height: 14mm, stroke: 0.4pt, inset: 1mm)[
  #line(strong(said.who))
  #line(said.when)
  #line(said.meaning)
  #line(said.what)
  #line(text(font: "DejaVu Sans Mono", size: 4.6pt, said.hash))
  #line(strong(said.simulated))
])
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from the page's lower left corner."""

    left: int
    low: int
    right: int
    high: int

    def holds(self, left: float, low: float, right: float, high: float) -> bool:
        """Tell whether another one lies within."""
        return self.left <= left <= right <= self.right and self.low <= low <= high <= self.high


def place_of(number: int) -> Box:
    """Return where the strip of a PDF's signature stands, counted from 1; SigningRefusedError where none does."""
    if not 1 <= number <= MOST:
        raise SigningRefusedError(f"a PDF has room for {MOST} signatures, and they are there: sign the bundle alone")
    side, row = divmod(number - 1, _PER_SIDE)
    left = _RIGHT_MM if side else _LEFT_MM
    low = _LOWEST_MM + (_PER_SIDE - 1 - row) * HEIGHT_MM
    return Box(*(round(edge * _PT_PER_MM) for edge in (left, low, left + WIDTH_MM, low + HEIGHT_MM)))


def strip(said: SignatureSaid, run: str) -> bytes:
    """Return the strip as a PDF of one page: signer, time and whose it is, meaning, run and the record's hash."""
    words = {
        "who": f"Signed by {said.signer}"[: _LONGEST["who"]] + f" as {said.role}",
        "when": _cut(f"{said.signed_at_utc}, {said.time_source}", _LONGEST["when"]),
        "meaning": said.meaning,
        "what": _cut(f"run {run}", _LONGEST["what"]) + "; its record ends with",
        "hash": said.records[run],
        "simulated": SIMULATED if said.mocked else "",
    }
    told = json.dumps({name: shown(one) for name, one in words.items()})
    compiler = typst.Compiler(_TEMPLATE.encode(), ignore_system_fonts=True, sys_inputs={"said": told})
    try:
        made = compiler.compile(format="pdf")
    except typst.TypstError as error:
        raise SigningRefusedError(f"what is seen of the signature could not be set: {error}") from error
    if not isinstance(made, bytes):
        raise SigningRefusedError("what is seen of the signature has more than one page")
    return made


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
