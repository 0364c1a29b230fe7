"""Ports for tests: one that stays free until it is listened on, and one at which nobody listens."""

import contextlib
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
_LOWEST = 10_000
_HANDED_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def _of_this_process() -> Iterator[int]:
    """Count through the ports below those that the system hands out, from a place of this process's own, for ever.

    Of the others a client's call or another test's server may get one in the moment between its choice and its use.
    """
    lowest_handed_out = int(_HANDED_OUT.read_text().split()[0]) if _HANDED_OUT.exists() else 32_768
    count = max(lowest_handed_out - _LOWEST, 1_000)
    first = os.getpid() * 97 % count
    return (_LOWEST + (first + number) % count for number in itertools.count())


_PORTS = _of_this_process()


def free_port() -> int:
    """Return a port that nobody listens on, and that the system gives to nobody who does not ask for it by number."""
    for port in itertools.islice(_PORTS, 1_000):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((LOOPBACK, port))
            return port
    raise RuntimeError("a thousand ports in a row are taken")


@contextlib.contextmanager
def nobody_listens() -> Iterator[int]:
    """Hold a port that refuses every call: it is taken, so that nobody else comes to listen there meanwhile."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        yield int(taken.getsockname()[1])
