"""What a server has refused of a run, in words for a person: how many points, why, and what to do about it."""

from collections.abc import Sequence

from rig.clock import iso_utc
from rig.errors import StreamingError
from rig.streaming.cursor import Refused
from rig.streaming.reconcile import Queries
from rig.streaming.sender import is_too_old
from rig.streaming.target import Target

AGAIN = "when that is mended: rig sync --again; which points: rig sync --refused"


def said_of(refused: Sequence[Refused], sent: int, target: Target, queries: Queries) -> str:
    """Return it; "" where nothing was refused. The server is asked what it keeps where points are too old for it."""
    if not refused:
        return ""
    gone = sum(one.points for one in refused)
    words = f"{gone} of {gone + sent} points refused, first reason: {refused[0].reason}"
    old = [one for one in refused if is_too_old(one.reason)]
    if old:
        words += (
            f" ({_span(old)}{_kept(target, queries)}; a bucket that keeps them takes them, and what a mocked bench "
        )
        words += "measures is stamped from its epoch on)"
    return f"{words}; {AGAIN}"


def _span(refused: Sequence[Refused]) -> str:
    """Return from when to when refused lines are stamped."""
    stamps = [int(word) for one in refused if (word := one.what.rpartition(" ")[2]).lstrip("-").isdigit()]
    if not stamps:
        return "too old for the server"
    return f"stamped {iso_utc(min(stamps))[:16]} to {iso_utc(max(stamps))[:16]} UTC"


def _kept(target: Target, queries: Queries) -> str:
    """Return what the server says that it keeps; "" where it does not say that."""
    database = target.database.replace('"', '\\"')
    try:
        answered = queries.query(f'SHOW RETENTION POLICIES ON "{database}"')
        policies = [dict(zip(series["columns"], row, strict=True)) for series in answered for row in series["values"]]
        named = [one for one in policies if one.get("name") == target.retention_policy]
        meant = (named or [one for one in policies if one.get("default")])[0]
        name, duration = str(meant["name"]), str(meant["duration"])
    except (StreamingError, KeyError, IndexError, TypeError, ValueError):
        return ""
    return f", the policy {name} keeps {duration}"
