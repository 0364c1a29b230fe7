"""Hosts a mocked bench's twins as a process of their own, for any client that speaks the instruments' languages."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

from rig.bench_file.reading import BenchFile
from rig.clock import Deadline, WallClock
from rig.discovery import find_class
from rig.errors import ConnectionFailedError

_LOOK_S = 0.2


def host_until(
    ended: threading.Event,
    bench_file: BenchFile,
    clock: WallClock,
    directory: Path,
    first_tcp_port: int,
    for_s: float | None,
    say: Callable[[str], object],
) -> None:
    """Serve the twins of a bench file until `ended` is set or `for_s` real seconds have passed.

    Serial twins get stable names in `directory`, TCP twins ports from `first_tcp_port` on. A bench file that reaches
    them is written as `directory/bench.toml`. Raises ConnectionFailedError when an endpoint cannot be had.
    """
    directory.mkdir(parents=True, exist_ok=True)
    try:
        host = find_class("instruments.hosting.host:TwinHost", "", "")(
            bench_file, clock, bench_file.bench.seed, directory=directory.resolve(), first_tcp_port=first_tcp_port
        )
    except (OSError, RuntimeError) as error:
        raise ConnectionFailedError(
            "twins", f"an endpoint cannot be had: {error}", advice="choose another --first-tcp-port or --dir"
        ) from error
    try:
        for name, port in host.ports.items():
            say(f"{name}: {port}")
        reach = directory / "bench.toml"
        reach.write_text(reaching(bench_file, host.ports, clock.speed), encoding="utf-8")
        say(f"bench file that reaches them: {reach}")
        deadline = Deadline(for_s if for_s is not None else float("inf"))
        while not deadline.passed() and not ended.wait(_LOOK_S):
            host.laboratory.advance()
    finally:
        host.close()


def reaching(bench_file: BenchFile, ports: dict[str, str], speed: float) -> str:
    """Return a bench file's text for clients of the twins: wall clock at their speed, each instrument with its port.

    What is measured there is simulated, and the file says so: calibrations, reports and dashboards go by it.
    """
    lines: list[str] = []
    skipping = False
    for line in bench_file.text.splitlines():
        header = re.match(r"\s*\[+([^\]]+)\]+", line)
        if header:
            table = header[1].replace('"', "").split(".")
            skipping = table[0] == "laboratory" or "twin" in table[2:3]
            if not skipping:
                lines.append(line)
                if table[0] == "instruments" and len(table) == 2:
                    lines.append(f'port = "{ports[table[1]]}"')
            continue
        if skipping or re.match(r"\s*(epoch|serial_twins|twin)\s*=", line):
            continue
        if re.match(r'\s*kind\s*=\s*"mocked"', line):
            lines += ['kind = "physical"', "simulated = true", f"clock_speed = {speed!r}"]
            continue
        lines.append(re.sub(r'^(\s*clock\s*=\s*)"virtual"', r'\1"wall"', line))
    return "\n".join(lines) + "\n"
