"""What InfluxDB 3 demands of lines beyond what 1.x and 2.x do: it stands in for a 3.x, which was not asked itself.

A table has the tags of its first line, and each of its fields one type for ever (docs of InfluxDB 3 Core, "Write data":
schema on write, immutable tag set). Lines that break that are refused one by one, the others of a body are taken.
"""

import gzip
import json
import re
from dataclasses import dataclass, field

from tests.streaming.faults import Answer

_LINE = re.compile(r"(?P<table>(?:\\.|[^,\\ ])+)(?P<tags>(?:,(?:\\.|[^\\ ])+)?) (?P<fields>.+) (?P<stamp>-?\d+)")
_TAG = re.compile(r",((?:\\.|[^,=\\])+)=((?:\\.|[^,\\])*)")
_FIELD = re.compile(r'((?:\\.|[^,=\\ ])+)=("(?:\\.|[^"\\])*"|[^,]+)(?:,|$)')


@dataclass
class OfV3:
    """The tables that the lines so far have made."""

    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types: dict[tuple[str, str], str] = field(default_factory=dict)
    lines: int = 0

    def rule(self, gzipped: bytes) -> Answer | None:
        """Refuse the lines of a body that 3.x would, as it says that; None where it takes all."""
        refused = []
        for number, line in enumerate(gzip.decompress(gzipped).decode().split("\n")[:-1], 1):
            self.lines += 1
            if why := self._wrong(line):
                refused.append({"original_line": line[:100], "line_number": number, "error_message": why})
        if not refused:
            return None
        body = {"error": "partial write of line protocol occurred", "data": refused}
        return Answer(400, body=json.dumps(body))

    def _wrong(self, line: str) -> str:
        met = _LINE.fullmatch(line)
        if met is None:
            return "no line protocol"
        tags = _TAG.findall(met["tags"])
        if any(not value for _, value in tags):
            return "a tag without a value"
        table, names = met["table"], tuple(sorted(name for name, _ in tags))
        if self.tags.setdefault(table, names) != names:
            return f"the table {table} has the tags {self.tags[table]}, not {names}"
        for name, value in _FIELD.findall(met["fields"]):
            kind = "string" if value[0] == '"' else "integer" if value[-1] == "i" else "float"
            if name in names:
                return f"{name} is a tag and a field"
            if self.types.setdefault((table, name), kind) != kind:
                return f"{name} of {table} is {self.types[table, name]}, not {kind}"
        return ""
