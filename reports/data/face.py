"""The document as bytes: UTF-8, the same for the same run on any machine."""

import json

from reports.data.document import document_of
from reports.facts.run_facts import Run
from rig.plain_text import plain_text


def render(run: Run) -> bytes:
    """Return the document of a run as JSON.

    What a terminal would obey, or what is not seen, stands as JSON's own escapes, so that nobody who looks at the file
    is misled, and a program reads the text as it was.
    """
    text = json.dumps(document_of(run), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{plain_text(text)}\n".encode()
