"""What every page keeps to: nothing in its data or texts is read as markup, and its own scripts alone are run."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from rig.plain_text import plain_text

# In JSON inside HTML no character may be read as markup: "</script>" and "<!--" end or confuse the element.
_MARKUP = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
# Halves of letters, which no encoding has.
_HALVES = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}


def embedded(data: Any) -> Markup:
    """Return data as JSON that can stand in a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_MARKUP | _HALVES))  # noqa: S704 - nothing in it can be read as markup any more


def seen(value: object) -> object:
    """Return what a template writes of a value: no text of a device or a file reorders or hides what stands there."""
    return plain_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def policy(scripts: Sequence[str]) -> str:
    """Return a page's content security policy: our own scripts by their hashes, and no connection to anywhere."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:"
