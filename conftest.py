"""The pytest side of the rig lives in fixtures/."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.requirements",
    "fixtures.streaming",
    "fixtures.bench",
    "fixtures.terminal",
    "fixtures.verify",
    "fixtures.status_line",
]
