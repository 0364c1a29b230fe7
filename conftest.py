"""The pytest side of the rig lives in fixtures/."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.helpers",
    "fixtures.requirements",
    "fixtures.outcomes",
    "fixtures.streaming",
    "fixtures.session",
    "fixtures.on_the_bench",
    "fixtures.terminal",
    "fixtures.verify",
    "fixtures.status_line",
]
