"""Writes a document as TOML in any style: headers, inline tables, dotted and quoted keys, comments, long strings."""

import json
import re
from datetime import date

from hypothesis import strategies as st

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


class Styles:
    """Draws one style for each key, value and table."""

    def __init__(self, draw, *, long_strings=True):
        self._draw = draw
        self._long_strings = long_strings

    def document(self, tables):
        """Return a document's text: what stands above all headers first."""
        above, below = [], []
        for name, table in tables.items():
            style = self._one_of("inline", "dotted", "headers")
            if style == "inline":
                above.append(f"{self._key(name)} = {self._value(table)}")
            elif style == "dotted":
                above += self._dotted([name], table)
            elif name == "instruments":
                for one, keys in table.items():
                    below += self._below_a_header([name, one], keys)
            else:
                below += self._below_a_header([name], table)
        return "\n".join([*above, *below]) + "\n"

    def _below_a_header(self, path, table):
        later = [key for key, value in table.items() if isinstance(value, dict) and self._one_of(True, False)]
        lines = [f"[{'.'.join(map(self._key, path))}]{self._comment()}"]
        for key, value in table.items():
            if key not in later:
                is_table = isinstance(value, dict)
                lines += self._dotted([key], value) if is_table else [f"{self._key(key)} = {self._value(value)}"]
        for key in later:
            lines += self._below_a_header([*path, key], table[key])
        return lines

    def _dotted(self, path, table):
        if not table:
            return [f"{'.'.join(map(self._key, path))} = {{}}"]
        lines = []
        for key, value in table.items():
            if isinstance(value, dict):
                lines += self._dotted([*path, key], value)
            else:
                lines.append(f"{'.'.join(map(self._key, [*path, key]))} = {self._value(value)}{self._comment()}")
        return lines

    def _key(self, name):
        quoted = (json.dumps(name, ensure_ascii=False), f"'{name}'")
        return self._one_of(name, *quoted) if _BARE.match(name) else quoted[0]

    def _value(self, value):
        match value:
            case dict():
                return "{" + ", ".join(f"{self._key(k)} = {self._value(v)}" for k, v in value.items()) + "}"
            case list() | tuple():
                return "[" + ", ".join(map(self._value, value)) + "]"
            case bool():
                return str(value).lower()
            case str():
                escaped = json.dumps(value, ensure_ascii=False)
                return self._one_of(escaped, *self._long(escaped))
            case date():
                return value.isoformat()
        return repr(value)

    def _long(self, escaped):
        return (f'"""\n{escaped[1:-1]}"""',) if self._long_strings else ()

    def _comment(self):
        return self._one_of("", '  # [laboratory] kind = "mocked"')

    def _one_of(self, *choices):
        return self._draw(st.sampled_from(choices))
