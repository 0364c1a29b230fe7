"""TLS to a device server: whom the rig believes, and by what it shows who it is. What keys hold is in no error."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from rig.errors import ConnectionFailedError


@dataclass(frozen=True, slots=True)
class Security:
    """Files in PEM: the authority that signed the server's certificate, and the rig's own certificate and key.

    Empty means none: without any of them the line is not encrypted. `server_name` is the name in the server's
    certificate where that is not the host of the port.
    """

    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = ""
    server_name: str = ""

    @property
    def encrypts(self) -> bool:
        """Tell whether the line is encrypted."""
        return bool(self.ca_file or self.client_cert_file or self.client_key_file)

    def channel(self, instrument: str, port: str, address: str, options: list[tuple[str, Any]]) -> Any:
        """Return a channel to `address`; raises ConnectionFailedError, naming it, for a file that cannot be read."""
        if not self.encrypts:
            return grpc.insecure_channel(address, options)
        named = [("grpc.ssl_target_name_override", self.server_name)] if self.server_name else []
        files = {"ca_file": self.ca_file, "client_key_file": self.client_key_file}
        files["client_cert_file"] = self.client_cert_file
        ca, key, certificate = (_read(instrument, port, which, path) for which, path in files.items())
        return grpc.secure_channel(address, grpc.ssl_channel_credentials(ca, key, certificate), [*options, *named])


def _read(instrument: str, port: str, key: str, path: str) -> bytes | None:
    if not path:
        return None
    try:
        text = Path(path).expanduser().read_bytes()
    except OSError as error:
        why = f"{key} {path!r} cannot be read: {error.strerror}"
        raise ConnectionFailedError(instrument, why, port=port, advice=_FILE_ADVICE) from None
    if b"-----BEGIN " not in text:
        why = f"{key} {path!r} holds nothing in PEM"
        raise ConnectionFailedError(instrument, why, port=port, advice=_FILE_ADVICE)
    return text


_FILE_ADVICE = "write the path of a file in PEM that the user of the run may read, or leave the key out"
