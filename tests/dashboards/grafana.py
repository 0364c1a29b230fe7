"""What Grafana does to a query on its way to InfluxDB: variables in their formats, the span, the interval."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A variable's value: one, several, or everything by the regular expression that stands for it.
Value = str | Sequence[str]
EVERYTHING = re.compile(".*")
Values = Mapping[str, Value | re.Pattern[str]]

_VARIABLE = re.compile(r"\$\{(\w+):(\w+)\}")
_REGEX_SIGNS = re.compile(r"[\\^$*+?.()|\[\]{}/]")
_INTERVALS_MS = (1_000, 5_000, 10_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000)
_MAX_POINTS = 1_000


@dataclass(frozen=True)
class Span:
    """What the time picker says, in ms since 1970."""

    from_ms: int
    to_ms: int

    def interval_ms(self, least: str = "") -> int:
        """Return the width of one point of a graph about 1,000 wide."""
        least_ms = {"": 1_000, "1h": 3_600_000}[least]
        wanted = max(least_ms, (self.to_ms - self.from_ms) / _MAX_POINTS)
        return next(interval for interval in _INTERVALS_MS if interval >= wanted)


def substituted(query: str, values: Values, span: Span, least_interval: str = "") -> str:
    """Return the text that arrives at the server."""
    interval_ms = span.interval_ms(least_interval)
    text = query.replace("$timeFilter", f"time >= {span.from_ms}ms and time <= {span.to_ms}ms")
    text = text.replace("$__interval_ms", str(interval_ms)).replace("$__interval", f"{interval_ms}ms")
    assert "$" not in _VARIABLE.sub("", text).replace("$/", ""), f"Grafana would not know all of {query}"
    return _VARIABLE.sub(lambda found: formatted(values[found[1]], found[2]), text)


def formatted(value: Value | re.Pattern[str], how: str) -> str:
    """Return a value as `${name:how}` stands in a query."""
    if isinstance(value, re.Pattern):
        return value.pattern  # all: the variable's own expression, as it is
    match how:
        case "regex":
            if isinstance(value, str):
                return _escaped(value)
            return f"({'|'.join(map(_escaped, value))})"
        case "singlequote":
            values = [value] if isinstance(value, str) else value
            return ",".join("'" + one.replace("'", "\\'") + "'" for one in values)
    raise AssertionError(f"no dashboard uses the format {how}")


def _escaped(value: str) -> str:
    return _REGEX_SIGNS.sub(lambda sign: f"\\{sign[0]}", value)
