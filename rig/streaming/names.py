"""Names and texts as line protocol carries them: escaped, one line each, and never a surprise for the next line."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rig.channels import Channel

MAX_NAME_CHARS = 200
MAX_TEXT_BYTES = 60_000
NOT_FINITE = "_not_finite"
NO_TAG = "-"
# Keys that mean something else to a server, or are tags or another field of the same point.
RESERVED_FIELDS = frozenset(
    {"time", "run", "bench", "dut", "source", "instrument", "step", "opening", "samples_counted"}
)

# Control characters end lines on some servers, quotes or not: their Unicode pictures stand in for them.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "␡", 0x85: "␤", 0x2028: "␤", 0x2029: "␤"}
# No server's rules for backslashes in names agree with another's.
_NAME_PICTURES = _PICTURES | {ord("\\"): "⧵"}
_SPECIAL = re.compile(r"([,= ])")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_LETTERS = {"µ": "u", "μ": "u", "%": "percent ", "°C": "c", "Ω": "ohm"}


def name_text(name: str) -> str:
    """Return `name` as it stands in the server: pictures for what line protocol cannot carry, cut when very long."""
    text = name.translate(_NAME_PICTURES)
    if len(text) <= MAX_NAME_CHARS:
        return text
    digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8]
    return f"{text[:MAX_NAME_CHARS]}…{digest}"


@lru_cache(maxsize=4096)  # points have the same names over and over
def escape_name(name: str) -> str:
    """Write a tag's value or a key of a tag or field."""
    return _SPECIAL.sub(r"\\\1", name_text(name))


def quote_text(text: str) -> str:
    """Write the value of a text field, in quotes."""
    raw = text.translate(_PICTURES).replace("\\", "\\\\").replace('"', '\\"')
    # Characters outside the BMP and surrogates both count in bytes here: the servers' limit is in bytes.
    size = len(raw.encode(errors="replace"))
    if size <= MAX_TEXT_BYTES:
        return f'"{raw}"'
    head = raw.encode(errors="replace")[:MAX_TEXT_BYTES].decode(errors="ignore").rstrip("\\")
    return f'"{head}… cut from {size} bytes; the record holds them"'


def tag_set(measurement: str, tags: Iterable[tuple[str, str]]) -> str:
    """Write measurement and tags, sorted as servers want them; a tag without a value stands there as `NO_TAG`.

    It is there all the same, because InfluxDB 3 takes the tags of a measurement from the first line it sees of it.
    """
    written = sorted((escape_name(key), escape_name(value or NO_TAG)) for key, value in tags)
    return ",".join([escape_name(measurement), *(f"{key}={value}" for key, value in written)])


def number_tag(number: int) -> str:
    """Return a number as a tag's value, "" for 0."""
    return str(number) if number else ""


def unit_suffix(unit: str) -> str:
    """Return a unit in letters, as it stands at the end of names: `µL/h` is `ul_h`, `1` is nothing."""
    if unit == "1":
        return ""
    for sign, letters in _LETTERS.items():
        unit = unit.replace(sign, letters)
    return _NOT_A_LETTER.sub("_", unit.lower()).strip("_")


def with_unit(stem: str, unit: str) -> str:
    """Return `stem` with its unit at the end, unless it is there already."""
    suffix = unit_suffix(unit)
    return stem if not suffix or stem == suffix or stem.endswith(f"_{suffix}") else f"{stem}_{suffix}"


def field_names(channels: Sequence[Channel]) -> tuple[str, ...]:
    """Return the field of `samples` for each channel of a stream, all different and none reserved (unescaped)."""
    taken: dict[str, int] = {}
    names = []
    for channel in channels:
        stem = name_text(channel.name)
        if stem in RESERVED_FIELDS or stem.startswith("_"):
            stem = f"channel_{stem}"
        name = with_unit(stem, channel.unit)
        if name.endswith(NOT_FINITE):
            name = f"{name}_"  # else it could be taken for the place of another channel's missing values
        while name in taken:
            taken[name] += 1
            name = f"{name}_{taken[name]}"
        taken[name] = 1
        names.append(name)
    return tuple(names)
