"""The pytest side of the rig lives in fixtures/."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.requirements",
    "fixtures.outcomes",
    "fixtures.streaming",
    "fixtures.session",
    "fixtures.instruments",
    "fixtures.terminal",
    "fixtures.verify",
    "fixtures.status_line",
]
