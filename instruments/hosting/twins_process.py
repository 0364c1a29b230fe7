"""Hosts a mocked bench's twins as a process of their own, for any client that speaks the instruments' languages."""

import contextlib
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import tomli_w
from filelock import FileLock, Timeout

from instruments.hosting.host import TwinHost, place_of_error
from rig.bench_file.reading import BenchFile
from rig.clock import Deadline, WallClock
from rig.errors import BenchFileError, ConnectionFailedError, ExportError

_LOOK_S = 0.2
_LAST_PORT = 65_535
_LOCK = ".rig-twins.lock"
_HEAD = "# Reaches the twins that `rig twins` hosts from {!r}: written anew each time.\n\n"
# What only a mocked bench may say.
_OF_MOCKED_BENCHES = ("epoch", "serial_twins")


def host_until(
    ended: threading.Event,
    bench_file: BenchFile,
    clock: WallClock,
    directory: Path,
    first_tcp_port: int,
    for_s: float | None,
    say: Callable[[str], object],
) -> bool:
    """Serve the twins of a bench file until `ended` is set or `for_s` real seconds have passed.

    Serial twins get stable names in `directory`, TCP twins ports from `first_tcp_port` on (0: any that are free). A
    bench file that reaches them is written as `directory/bench.toml`. A twin whose own code raises is told of at once,
    the others live on; returns whether all did. Raises BenchFileError for a bench that is not mocked,
    ConnectionFailedError when an endpoint cannot be had or others are hosted in the folder, and ExportError when the
    bench file cannot be written.
    """
    with _alone_in(directory, bench_file):
        host = _host(bench_file, clock, directory, first_tcp_port)
        try:
            return _serve(host, ended, bench_file, clock, directory, for_s, say)
        finally:
            host.close()


def _serve(
    host: TwinHost,
    ended: threading.Event,
    bench_file: BenchFile,
    clock: WallClock,
    directory: Path,
    for_s: float | None,
    say: Callable[[str], object],
) -> bool:
    for name, port in host.ports.items():
        say(f"{name}: {port}")
    reach = directory / "bench.toml"
    try:
        reach.write_text(reaching(bench_file, host.ports, clock.speed), encoding="utf-8")
    except OSError as error:
        raise ExportError(f"{reach} could not be written: {error}") from error
    say(f"bench file that reaches them: {reach}")
    deadline = Deadline(for_s if for_s is not None else float("inf"))
    told: set[str] = set()
    while not deadline.passed() and not ended.wait(_LOOK_S):
        for failure in host.failures():
            if failure not in told:
                told.add(failure)
                say(f"{failure}; nobody answers on its port any more")
        try:
            host.laboratory.advance()
        except Exception as error:  # noqa: BLE001 - firmware under test may raise anything, and the laboratory lives by it
            say(
                f"the laboratory failed, and its twins end: {type(error).__name__}: {error}, at {place_of_error(error)}"
            )
            return False
    return not told


@contextlib.contextmanager
def _alone_in(directory: Path, bench_file: BenchFile) -> Iterator[None]:
    """Hold a folder, so that no other process takes its names away; freed by the system when this one dies."""
    _demand_mocked(bench_file)
    lock = FileLock(directory / _LOCK, timeout=0)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise _no_endpoint(f"another process hosts twins in {directory}") from error
    except OSError as error:
        raise _no_endpoint(str(error)) from error
    try:
        yield
    finally:
        lock.release()


def _host(bench_file: BenchFile, clock: WallClock, directory: Path, first_tcp_port: int) -> TwinHost:
    # Looked at before anything is opened: gRPC would take port 65 539 for port 3.
    last = first_tcp_port + len(bench_file.instruments) - 1
    if last > _LAST_PORT:
        raise _no_endpoint(f"counting up from {first_tcp_port} leads to port {last}")
    try:
        return TwinHost(
            bench_file, clock, bench_file.bench.seed, directory=directory.resolve(), first_tcp_port=first_tcp_port
        )
    except (OSError, RuntimeError) as error:
        raise _no_endpoint(str(error)) from error


def _demand_mocked(bench_file: BenchFile) -> None:
    if not bench_file.mocked:
        raise BenchFileError(
            str(bench_file.path), [f"bench.kind: found {bench_file.bench.kind!r}; only a mocked bench has twins"]
        )


def _no_endpoint(why: str) -> ConnectionFailedError:
    return ConnectionFailedError(
        "twins", f"an endpoint cannot be had: {why}", advice="choose another --first-tcp-port or --dir"
    )


def reaching(bench_file: BenchFile, ports: dict[str, str], speed: float) -> str:
    """Return a bench file's text for clients of the twins: wall clock at their speed, each instrument with its port.

    What is measured there is simulated, and the file says so: calibrations, reports and dashboards go by it. All else
    is as in the bench file, whatever style of TOML that is written in.
    """
    document = tomllib.loads(bench_file.text)
    document.pop("laboratory", None)
    bench = {key: value for key, value in document["bench"].items() if key not in _OF_MOCKED_BENCHES}
    document["bench"] = bench | {"kind": "physical", "clock": "wall", "simulated": True, "clock_speed": speed}
    by_others = {verb: table for verb, table in document.pop("challenges", {}).items() if table.get("by") != "twin"}
    if by_others:
        document["challenges"] = by_others
    document["instruments"] = {
        name: {key: value for key, value in table.items() if key != "twin"} | {"port": ports[name]}
        for name, table in document["instruments"].items()
    }
    return _HEAD.format(bench_file.path.name) + tomli_w.dumps(document)
