"""Which moments there are: what counts ns since 1970 in 64 bits ends in April 2262, and a run needs room before it."""

from datetime import UTC, date, datetime

FIRST, LAST = date(1970, 1, 1), date(2261, 12, 31)
LAST_NS = int(datetime(2262, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000_000 - 1
ALLOWED = f"a date from {FIRST} to {LAST} is wanted: what counts nanoseconds since 1970 knows no other"


def date_within(day: date) -> date:
    """Return a date that a moment can lie on; raise ValueError for any other."""
    if not FIRST <= day <= LAST:
        raise ValueError(ALLOWED)
    return day


def moment_within(moment: datetime) -> datetime:
    """Return a moment with its zone; raise ValueError before 1970 or after 2261, in UTC."""
    try:
        date_within(moment.astimezone(UTC).date())
    except OverflowError as error:  # the zone leads out of the years that there are
        raise ValueError(ALLOWED) from error
    return moment


def is_moment(t_ns: int) -> bool:
    """Tell whether so many UTC ns are a moment that everything here can show."""
    return 0 <= t_ns <= LAST_NS
