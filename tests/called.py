"""The `rig` command as a person meets it: words in, exit code and both outputs out."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Said:
    """What a command ended with and said."""

    code: int
    out: str
    err: str


@pytest.fixture
def rig(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call the command in this process; what its parser refuses is an exit code too."""
    # Only who calls a command waits for it.
    from commands.main import main

    def call(*words: object) -> Said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as refused:
            code = refused.code if isinstance(refused.code, int) else 2
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call
