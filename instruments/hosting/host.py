"""Hosts all twins of a mocked bench around one laboratory."""

import sys
import traceback
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from instruments.hosting.challenged import Challenged
from instruments.hosting.tcp_host import TcpHost
from instruments.hosting.wire import Wire
from instruments.plant.laboratory import Laboratory, Parameters
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.clock import Clock


class _Host(Protocol):
    @property
    def port(self) -> str: ...

    def close(self) -> None: ...


@runtime_checkable
class PortMoves(Protocol):
    """A host whose port is not always the same."""

    def port_now(self) -> str:
        """Return the port once the host has done what the script of its wire asks for by now."""


def place_of_error(error: BaseException) -> str:
    """Return where an error was raised: file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


class TwinHost:
    """The twins of one bench file, each on its endpoint; `ports` maps instrument names to ports, `wires` to wires.

    `directory` gives pseudo-terminals stable names below it, `first_tcp_port` gives TCP and gRPC twins consecutive
    port numbers in the order of the bench file; without them endpoints are whatever the system hands out.
    """

    def __init__(
        self,
        bench_file: BenchFile,
        clock: Clock,
        seed: int,
        *,
        directory: Path | None = None,
        first_tcp_port: int = 0,
    ) -> None:
        self._bench_file = bench_file
        self._clock = clock
        parameters = bench_file.laboratory
        if not isinstance(parameters, Parameters):
            raise TypeError(f"bench {bench_file.bench.name} is not a mocked bench")
        # On the virtual clock nothing that happens may depend on how long after the epoch the twins come to life.
        later_ns = clock.now_ns() - bench_file.epoch_ns if clock.virtual else 0
        self.laboratory = Laboratory(parameters, clock, seed, later_ns=later_ns)
        self._hosts: dict[str, _Host] = {}
        self.wires: dict[str, Wire] = {}
        serial_over_tcp = bench_file.bench.serial_twins == "tcp" or sys.platform == "win32"
        # The pump under test is the first that the laboratory meets: it is the one on the line.
        under_test_first = sorted(bench_file.instruments, key=lambda entry: entry.role != "pump")
        twins = {one.name: one.twin(one.name, one.twin_parameters, self.laboratory) for one in under_test_first}
        try:
            for number, entry in enumerate(bench_file.instruments):
                link = directory / entry.name if directory is not None else None
                tcp_port = first_tcp_port + number if first_tcp_port else 0
                self._serve(entry, twins[entry.name], link, tcp_port, over_tcp=serial_over_tcp)
        except BaseException:
            self.close()  # the endpoints before the one that cannot be had
            raise

    def _serve(self, entry: InstrumentEntry, twin: Any, link: Path | None, tcp_port: int, *, over_tcp: bool) -> None:
        faults = getattr(entry.twin_parameters, "faults", ())
        wire = self.wires[entry.name] = Wire(self._clock, [keys.fault() for keys in faults])
        if twin.hosting == "grpc":
            # Takes long to import: only who has a DAQ waits for it.
            from instruments.hosting.grpc_host import GrpcHost

            self._hosts[entry.name] = GrpcHost(entry.name, twin, tcp_port, wire=wire)
        elif twin.hosting == "tcp" or over_tcp:
            self._hosts[entry.name] = TcpHost(entry.name, twin, tcp_port, wire=wire)
        else:
            from instruments.hosting.pty_host import PtyHost  # termios exists on POSIX only

            self._hosts[entry.name] = PtyHost(entry.name, twin, link, wire=wire)

    @property
    def plant(self) -> Challenged:
        """Return what a plan may do to these twins."""
        under_test = next((entry.name for entry in self._bench_file.instruments if entry.role == "pump"), "")
        return Challenged(self.laboratory, self.wires.get(under_test))

    @property
    def ports(self) -> dict[str, str]:
        """Return each twin's port, in the form its driver takes."""
        return {name: host.port for name, host in self._hosts.items()}

    def port_of(self, name: str) -> str:
        """Return a twin's port as it is now: a terminal that was unplugged comes back under another name."""
        host = self._hosts[name]
        return host.port_now() if isinstance(host, PortMoves) else host.port

    def failures(self) -> tuple[str, ...]:
        """Return a line for each twin whose own code raised: what its driver sees is only silence."""
        failed = {name: getattr(host, "failure", None) for name, host in self._hosts.items()}
        return tuple(
            f"the twin of {name} failed: {type(error).__name__}: {error}, at {place_of_error(error)}"
            for name, error in failed.items()
            if error is not None
        )

    def close(self) -> None:
        """End all twins; safe to repeat."""
        for host in self._hosts.values():
            host.close()
        self._hosts = {}
