"""Streaming beside a bare sender of the same bodies, in turns.

The bare sender posts bodies that are ready, one after the other on one connection of Python's own HTTP client: nothing
read, nothing encoded, nothing noted. They are the very bodies that streaming sends to such a server, byte for byte. The
streaming reads the record, encodes and wraps all of it anew, sends it and moves its cursor: all that it ever does.
"""

import http.client
import os
import statistics
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from rig.clock import stopwatch_ns
from rig.record.reader import RecordReader
from rig.streaming.client import InfluxWriter
from rig.streaming.cursor import Cursor
from rig.streaming.encoder import GZIP_LEVEL, GZIP_LEVEL_HERE, Body, RecordEncoder
from rig.streaming.state import EncoderState
from rig.streaming.streamer import Streamer
from rig.streaming.target import Target

ROUNDS = 5
STREAMED, BARE = "stream", "bare"


def beside_bare(server: str, record: Path, url: str, values: int, measured_s: float) -> Iterator[Row]:
    """Stream a record of `values`, which were `measured_s` in the making, and send the same bodies bare.

    Each has a database of its own, and who goes first changes with each of the rounds: what a server does afterwards of
    what one has sent is as much in the way of either.
    """
    target = Target(url, f"{STREAMED}/autogen", "lab")
    bodies = list(all_bodies(record, GZIP_LEVEL_HERE if target.here else GZIP_LEVEL))
    turns = (lambda: send_bare(url, bodies), lambda: send_streamed(record, target))
    for turn in turns:  # the first time a server makes its files
        turn()
    ratios, rates = [], []
    for number in range(ROUNDS):
        took_s = [0.0, 0.0]
        for which in (0, 1) if number % 2 else (1, 0):
            begun_ns = stopwatch_ns()
            turns[which]()
            took_s[which] = (stopwatch_ns() - begun_ns) / 1e9
        bare_s, stream_s = took_s
        ratios.append(bare_s / stream_s)
        rates.append(values / stream_s)
    # Where others ask for the processors they are measured too: the streaming needs more of these than the bare sender.
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} turns, {load}"
    rate = statistics.median(rates)
    size = sum(len(body.gzipped) for body in bodies) / 1e6
    said = f"{spread}; {rate / 1e6:.2g} M values/s, {len(bodies)} bodies of {size / len(bodies):.2g} MB"
    name = f"rate of streaming into {server} by that of a bare sender"
    yield Row(name, statistics.median(ratios), "times", "≥ 0.9", said)
    yield Row(f"catching up with {server}", measured_s * rate / values, "× real time", "≥ 20", "8 channels at 1 kHz")


def all_bodies(record: Path, gzip_level: int) -> Iterator[Body]:
    """Yield what streaming sends of a record."""
    with RecordReader(record) as reader:
        encoder = RecordEncoder(reader, EncoderState(), gzip_level)
        while (group := encoder.next_group()) is not None:
            yield from group.bodies


def send_bare(url: str, bodies: list[Body]) -> None:
    """Post bodies that are ready, one after the other on one connection."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    path = f"/api/v2/write?org=lab&bucket={BARE}%2Fautogen&precision=ns"
    for body in bodies:
        connection.request("POST", path, body.gzipped, {"Content-Encoding": "gzip", "Content-Type": "text/plain"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            raise RuntimeError(f"the server answered {answer.status}")
    connection.close()


def send_streamed(record: Path, target: Target) -> None:
    """Send a record from its beginning to its last point, cursor and all."""
    with Cursor(record, target.key, "") as cursor, InfluxWriter(target, "") as writer:
        if not Streamer(record, cursor, writer, target, print, 60.0).send():
            raise RuntimeError(cursor.progress.reason)
        cursor.path.unlink()
