"""A port of pyserial's own kind, `scripted://NAME`, behind which something of the test answers: no thread, no waiting.

The stack above it is the product's as it ships, pyserial's and PyVISA's part included.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import serial

FAR_ENDS: dict[str, Callable[[bytes], bytes]] = {}
PACKAGE = "tests.fuzz.handlers"


class UnpluggedError(Exception):
    """The far end has nothing more to say, for good."""


@contextmanager
def answering(name: str, far_end: Callable[[bytes], bytes]) -> Iterator[str]:
    """Let `far_end` answer what is written to the port that this gives; raises UnpluggedError there for a dead port."""
    FAR_ENDS[name] = far_end
    if PACKAGE not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(PACKAGE)
    try:
        yield f"scripted://{name}"
    finally:
        del FAR_ENDS[name]
