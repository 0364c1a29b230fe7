"""What a server's answer means: it has taken the points, wants to be asked later, refuses points, or refuses us.

Servers differ in how they say one thing: InfluxDB 1.x tells a partial write as 400 or as 500, 3.x lists the lines,
a proxy answers for a server that it did not reach.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from rig.clock import NS_PER_S, machine_utc_ns
from rig.errors import PointsRefusedError, ServerAwayError, ServerRefusedError, StreamingError

TAKEN = 204
LONGEST_SHOWN = 300
MAX_RETRY_AFTER_S = 3600.0
# 1.x: dropped=3; 2.x: dropped 3 points outside retention policy.
_DROPPED = re.compile(r"\bdropped[= ](\d+)")
# What the server has to say about the points, not about us. 413: too many at once.
_OF_POINTS = {400, 413, 422}
_LATER = {408, 425, 429}
# A point's own fault, whatever the status.
_ABOUT_POINTS = re.compile(
    r"partial write|field type conflict|unable to parse|beyond retention|max-\w+-per-|tag value|line protocol",
    re.IGNORECASE,
)
# The fault of address, bucket or policy, whatever the status: no point of any batch would be taken.
_ABOUT_US = re.compile(
    r"HTTP request (was sent )?to (an? )?HTTPS"
    r"|(retention policy|database|bucket|organization|org)\b.*\bnot (be )?found",
    re.IGNORECASE,
)
_WANTS_TLS = re.compile(r"HTTP request (was sent )?to (an? )?HTTPS", re.IGNORECASE)
_READ, _WRITE = "read", "write"
_ADVICE = {
    401: "the token is missing, wrong or expired",
    404: "there is no such bucket, organisation or address",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer: its status, what it said (without secrets) and its headers, by names in small letters."""

    status: int
    said: str
    headers: Mapping[str, str]


def of_write(where: str, answer: Answer) -> StreamingError | None:
    """Return what an answer to a write means; None when the points are taken, which only 204 says."""
    if answer.status == TAKEN:
        return None
    if 200 <= answer.status < 300:
        return (
            _points(answer) if _lines(answer.said) or _ABOUT_POINTS.search(answer.said) else _not_taken(where, answer)
        )
    if _ABOUT_US.search(answer.said):
        return ServerRefusedError(_sentence(where, answer, _WRITE))
    if answer.status in _OF_POINTS or (answer.status >= 500 and _ABOUT_POINTS.search(answer.said)):
        return _points(answer)
    return _about_us(where, answer, _WRITE)


def wants_tls(answer: Answer) -> bool:
    """Tell whether it is the answer in plain text of a server that speaks TLS alone."""
    return _WANTS_TLS.search(answer.said) is not None


def of_query(where: str, answer: Answer) -> StreamingError | None:
    """Return what an answer to a query means; None for one that is to be read."""
    if 200 <= answer.status < 300:
        return None
    if answer.status in _OF_POINTS:
        return StreamingError(_sentence(where, answer, _READ))
    return _about_us(where, answer, _READ)


def _about_us(where: str, answer: Answer, doing: str) -> StreamingError:
    if answer.status in _LATER or answer.status >= 500:
        return ServerAwayError(
            _sentence(where, answer, doing), retry_after_s(answer.headers.get("retry-after")), status=answer.status
        )
    if 300 <= answer.status < 400:
        return ServerRefusedError(
            f"{where}: {answer.status}: it redirects to {_target(answer)}: name that address, it is not followed"
        )
    return ServerRefusedError(_sentence(where, answer, doing))


def _not_taken(where: str, answer: Answer) -> ServerRefusedError:
    return ServerRefusedError(
        f"{where}: {answer.status} instead of {TAKEN}, by which a server says that it has taken points: is this a "
        f"proxy or a login page? {shown(answer.said)}"
    )


def _points(answer: Answer) -> PointsRefusedError:
    lines = _lines(answer.said)
    reason = next(iter(lines.values()), "") or _message(answer.said)
    dropped = _DROPPED.search(answer.said)
    return PointsRefusedError(shown(reason), int(dropped[1]) if dropped else 0, lines)


def _lines(said: str) -> dict[int, str]:
    """Return the lines that InfluxDB 3 refuses, by number from 1, with its reasons; empty where it names none."""
    try:
        listed = json.loads(said)["data"]
        return {
            int(one["line_number"]): shown(str(one["error_message"])) for one in listed if int(one["line_number"]) > 0
        }
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}


def _message(said: str) -> str:
    """Return the message in a server's JSON: InfluxDB 1.x and 3.x call it `error`, 2.x `message`."""
    try:
        body: Any = json.loads(said)
    except (ValueError, RecursionError):
        return said
    if isinstance(body, dict):
        return str(body.get("error") or body.get("message") or said)
    return said


def _sentence(where: str, answer: Answer, doing: str) -> str:
    advice = f"the token may not {doing} this bucket" if answer.status == 403 else _ADVICE.get(answer.status, "")
    return f"{where}: {' '.join(filter(None, (str(answer.status), advice)))}: {shown(_message(answer.said))}"


def _target(answer: Answer) -> str:
    """Return where a redirect leads, without what may be secret in it."""
    parts = urlsplit(answer.headers.get("location", ""))
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.removesuffix("/api/v2/write").removesuffix("/query")
    return shown(f"{parts.scheme}://{host}{path}" if host else path) or "an address that it does not say"


def shown(text: str) -> str:
    """Return what a server said in one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def retry_after_s(header: str | None) -> float:
    """Read Retry-After: seconds or a date; 0 when it says nothing usable."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - machine_utc_ns() / NS_PER_S
        except (TypeError, ValueError):
            return 0.0
    return min(seconds, MAX_RETRY_AFTER_S) if seconds > 0 else 0.0
