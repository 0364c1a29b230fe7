"""What a twin is to its host.

A twin is a class named `Twin` with the class attributes `hosting` and `Parameters` (a subclass of
`rig.bench_file.tables.TwinParameters`), constructed as `Twin(name, parameters, laboratory)`.

- `hosting = "serial"` or `"tcp"`: a `ByteTwin`. Serial twins also have `baud`: at another rate they stay silent.
- `hosting = "grpc"`: a `GrpcTwin`.
"""

from typing import Any, Protocol


class ByteTwin(Protocol):
    """A twin that speaks in bytes. The host calls it from one thread at a time."""

    hosting: str
    port_format: str

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they come (any cut), return what the instrument answers, b"" while nothing is due."""

    def unsolicited(self) -> bytes:
        """Return what the instrument says by itself by now (streaming readings, alarms), b"" mostly."""

    def hung_up(self) -> None:
        """Forget half a command: the client has closed the port."""


class GrpcTwin(Protocol):
    """A twin that serves gRPC methods."""

    hosting: str

    def add_to(self, server: Any) -> None:
        """Register the twin's servicer with a grpc.Server."""

    def close(self) -> None:
        """Let blocked calls end."""
