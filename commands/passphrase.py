"""A passphrase on its way from a person: by the terminal, never shown, never in a word of the command line."""

import getpass
import os
import warnings
from collections.abc import Callable

from rig.errors import NoTerminalError, PassphraseError

_LONGEST = 1024


def asked(prompt: str, descriptor: int | None = None) -> str:
    """Return the passphrase that somebody types, or the first line that a file descriptor gives.

    Raises NoTerminalError where nobody can be asked without what they type being shown.
    """
    if descriptor is not None:
        return _line_of(descriptor)
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except (getpass.GetPassWarning, EOFError, OSError):
            raise NoTerminalError(
                "a passphrase is asked on a terminal, and there is none: start the command in one, or hand the "
                "passphrase over with --passphrase-fd"
            ) from None


def asked_twice(ask: Callable[[str], str]) -> str:
    """Return a new passphrase that was typed twice alike."""
    first = ask("new passphrase: ")
    if ask("once more: ") != first:
        raise PassphraseError("the two passphrases are not the same: nothing was written")
    return first


def _line_of(descriptor: int) -> str:
    data = b""
    try:
        while not data.endswith(b"\n") and len(data) < _LONGEST and (piece := os.read(descriptor, 1)):
            data += piece
        return data.decode().rstrip("\r\n")
    except OSError as error:
        raise PassphraseError(f"no passphrase can be read from descriptor {descriptor}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PassphraseError(f"what descriptor {descriptor} gives is no text") from None
