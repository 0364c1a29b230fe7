"""What stands on every printed page, so that a sheet taken out of a report still says where it belongs."""

import re
from collections.abc import Sequence

from reports.facts.run_facts import Run
from reports.words.numbers import utc

_FONT = 'font: 8pt system-ui, "DejaVu Sans", sans-serif; color: #566273'
_MOCKED_FONT = 'font: 600 8pt system-ui, "DejaVu Sans", sans-serif; color: #7a4b00'
_MOCKED = "MOCKED BENCH: pump and instruments are simulated"
# More names of runs do not fit into a margin.
_MOST_IDS = 2
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:_-]")


def running_header(runs: Sequence[Run]) -> str:
    """Return the style rule of the pages' margins: which runs, when they began, and whether the bench was mocked."""
    run = runs[0]
    left = (_MOCKED, _MOCKED_FONT) if run.mocked else ("Dose accuracy report", _FONT)
    ids = ", ".join(one.run_id for one in runs[:_MOST_IDS])
    if len(runs) > _MOST_IDS:
        ids += f" and {len(runs) - _MOST_IDS} more runs"
    right = f"{ids} · {utc(min(one.begin_ns for one in runs))}"
    return f"@page {{ @top-left {{ {_box(*left)} }} @top-right {{ {_box(right, _FONT)} }} }}"


def _box(text: str, font: str) -> str:
    return f'content: "{css_text(text)}"; {font}'


def css_text(text: str) -> str:
    """Return text as it may stand in a string of a style sheet within a page: nothing in it ends string or element."""
    return _NOT_PLAIN.sub(lambda found: f"\\{ord(found[0]):x} ", text)
