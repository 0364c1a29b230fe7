"""Dates of the command line are UTC, wherever the machine stands."""

import time

import pytest

from commands.dates import begin_ns, end_ns

# 2026-01-05T00:00:00Z.
DAY_S = 1_767_571_200


@pytest.fixture
def far_from_greenwich(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
@pytest.mark.parametrize(
    "text, begin_s, end_s",
    [
        ("2026-01-05", DAY_S, DAY_S + 86_400),
        ("2026-01-05T08:00", DAY_S + 28_800, DAY_S + 28_800),
        ("2026-01-05T08:00+01:00", DAY_S + 25_200, DAY_S + 25_200),
    ],
)
def test_a_date_without_a_zone_is_utc(text, begin_s, end_s):
    assert (begin_ns(text), end_ns(text)) == (begin_s * 10**9, end_s * 10**9)
