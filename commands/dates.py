"""Dates of the command line: the moment that one begins at, and the one that it ends at."""

import argparse
from datetime import UTC, datetime, timedelta

from rig.moments import moment_within

_DAY = "2026-01-31"


def begin_ns(text: str) -> int:
    """Return a date of the command line as UTC nanoseconds; one without a zone is UTC."""
    return _ns(text, timedelta())


def end_ns(text: str) -> int:
    """Return the moment before which all is that a date means: that day's end, or the time that stands with it."""
    return _ns(text, timedelta(days=1) if len(text) == len(_DAY) else timedelta())


def _ns(text: str, later: timedelta) -> int:
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found {text!r}; a date such as {_DAY} is wanted") from error
    try:
        moment = moment_within(date if date.tzinfo else date.replace(tzinfo=UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found {text!r}; {error}") from error
    return int((moment + later).timestamp()) * 1_000_000_000
