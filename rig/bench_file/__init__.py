"""Bench files, limits and requirements: every mistake at once, with its place and what is allowed."""
