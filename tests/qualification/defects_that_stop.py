"""A module of defects with a mistake of its author's in it."""

SIZE_PERCENT = 100.0 / 0.0
