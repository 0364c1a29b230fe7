"""Where to stream to, from environment and bench file, and the secret that opens it, which is never kept or shown.

The environment goes before the bench file: RIG_INFLUX_URL, RIG_INFLUX_BUCKET, RIG_INFLUX_ORG, RIG_INFLUX_CA_FILE;
RIG_INFLUX=off switches streaming off. The token comes from RIG_INFLUX_TOKEN, the file RIG_INFLUX_TOKEN_FILE or
`token_file`, or the system's key store (`keyring_service`, user `rig`), in this order.
"""

import hashlib
import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from rig.bench_file.toml import read_toml
from rig.errors import StreamingError
from rig.record.bodies.start import Start

SWITCH = "RIG_INFLUX"
TOKEN = "RIG_INFLUX_TOKEN"  # noqa: S105 - the name of a variable
KEYRING_USER = "rig"
_FROM_ENVIRONMENT = {
    "url": "RIG_INFLUX_URL",
    "bucket": "RIG_INFLUX_BUCKET",
    "org": "RIG_INFLUX_ORG",
    "token_file": "RIG_INFLUX_TOKEN_FILE",
    "ca_file": "RIG_INFLUX_CA_FILE",
}
_PATHS = ("token_file", "ca_file")
_MAX_TOKEN_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Target:
    """A bucket on a server. Without a token in it: safe to show and to record."""

    url: str
    bucket: str
    org: str = ""
    token_file: str = ""
    keyring_service: str = ""
    ca_file: str = ""

    @property
    def label(self) -> str:
        """Return how people name it."""
        return f"{self.url} {self.bucket}"

    @property
    def key(self) -> str:
        """Return eight digits that stand for this server, organisation and bucket in file names."""
        return hashlib.sha256("\n".join((self.url, self.org, self.bucket)).encode()).hexdigest()[:8]

    @property
    def database(self) -> str:
        """Return the database by which InfluxQL knows the bucket."""
        return self.bucket.partition("/")[0]

    @property
    def retention_policy(self) -> str:
        """Return the retention policy by which InfluxQL knows the bucket, "" for the default one."""
        return self.bucket.partition("/")[2]

    @property
    def here(self) -> bool:
        """Tell whether it is on this machine."""
        return _is_here(urlsplit(self.url).hostname or "")

    @property
    def warning(self) -> str:
        """Return what is unsafe about this target, "" for nothing."""
        if self.here or self.url.startswith("https:"):
            return ""
        return f"{self.url} is not encrypted: token and data can be read on the way; use https://"


def find_target(start: Start, environment: Mapping[str, str]) -> Target | None:
    """Return where the run that began with `start` is to be streamed; None when nobody asks for it.

    Raises StreamingError that names the variable or key that is wrong.
    """
    if environment.get(SWITCH, "").lower() == "off":
        return None
    named: dict[str, object] = _led_from(start.bench_folder, _bench_table(start))
    given = {key: environment[variable] for key, variable in _FROM_ENVIRONMENT.items() if environment.get(variable)}
    if "url" in given and named.get("url") != given["url"]:
        # A token must not go to another server than the one it was written down for.
        for key in ("token_file", "keyring_service", "org"):
            named.pop(key, None)
    named |= given
    if "url" not in named:
        return None
    # Only a run that is to be streamed waits for what checks its addresses.
    from pydantic import ValidationError

    from rig.bench_file.tables import InfluxSection

    try:
        section = InfluxSection.model_validate(named)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(part) for detail in error.errors() for part in detail["loc"]}))
        raise StreamingError(
            f"the InfluxDB to stream to is not well named: look at {wrong} in the environment (RIG_INFLUX_…) and in "
            "the bench file's [influxdb]; url is like https://host:8086, without user, password or query"
        ) from None  # its text repeats what was given, which may hold a password
    return Target(**(section.model_dump() | {"url": section.url.rstrip("/")}))


def read_token(target: Target, environment: Mapping[str, str]) -> str:
    """Return the token for `target`, "" when none is configured; raises StreamingError when it cannot be had."""
    if environment.get(TOKEN):
        return _checked(environment[TOKEN], TOKEN)
    if target.token_file:
        try:
            with Path(target.token_file).expanduser().open("rb") as file:
                raw = file.read(_MAX_TOKEN_BYTES + 1)
        except OSError as error:
            raise StreamingError(f"the token file {target.token_file} cannot be read: {error.strerror}") from error
        return _checked(raw.decode(errors="replace"), target.token_file)
    if target.keyring_service:
        return _checked(_from_keyring(target.keyring_service), f"the key store ({target.keyring_service})")
    return ""


def _bench_table(start: Start) -> Mapping[str, object]:
    """Return the [influxdb] table of the bench file that a run's start holds."""
    try:
        table = read_toml(start.bench_file.text).get("influxdb", {})
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise StreamingError(f"the bench file in the record cannot be read: {error}") from error
    return table if isinstance(table, dict) else {}


def _led_from(folder: str, table: Mapping[str, object]) -> dict[str, object]:
    """Return the table with its paths leading from the bench file's folder; those of the environment do not."""
    paths = {key: table[key] for key in _PATHS if isinstance(table.get(key), str) and table[key]}
    return {**table, **{key: str(Path(folder) / Path(str(path)).expanduser()) for key, path in paths.items()}}


def _checked(raw: str, place: str) -> str:
    token = raw.removeprefix("\ufeff").strip()  # some editors begin a file with a byte-order mark
    if not token or len(token) > _MAX_TOKEN_BYTES or not token.isprintable() or "\ufffd" in token:
        raise StreamingError(f"what {place} holds is no token: one line of printable UTF-8 is wanted")
    return token


def _from_keyring(service: str) -> str:
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise StreamingError("the key store needs the extra: pip install 'pump-rig[keyring]'") from error
    try:
        token = keyring.get_password(service, KEYRING_USER)
    except keyring.errors.KeyringError as error:
        raise StreamingError(f"the key store did not give the token of {service}: {type(error).__name__}") from error
    if token is None:
        raise StreamingError(f"the key store has no token: set it with `keyring set {service} {KEYRING_USER}`")
    return str(token)


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
