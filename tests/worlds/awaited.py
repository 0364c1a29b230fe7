"""Worlds that the evaluation does not hold yet. Their rows must keep the same; the runner tells what they fail."""

AWAITED: dict[str, str] = {}
