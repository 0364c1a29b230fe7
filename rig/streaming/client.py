"""The one place that talks to InfluxDB: writes by the v2 write API of `influxdb-client`, reads by InfluxQL's /query.

Every failure becomes one of three: the server is away (try again), it refuses us (somebody must act), it refuses
points. No error text holds the token, whatever the server or the client put into theirs.
"""

import json
import logging
import re
import ssl
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

from influxdb_client import InfluxDBClient, WriteService  # type: ignore[attr-defined]  # it exports by star only
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError, LocationValueError

from rig.clock import NS_PER_S, machine_utc_ns
from rig.errors import PointsRefusedError, ServerAwayError, ServerRefusedError, StreamingError
from rig.streaming.target import Target

TIMEOUT_S = 20.0
_MAX_SHOWN = 300
_MAX_RETRY_AFTER_S = 3600.0
_DROPPED = re.compile(r"\bdropped=(\d+)")
# What the server has to say about the points, not about us. 413: too many at once.
_ABOUT_POINTS = {400, 413, 422}
_LATER = {408, 425, 429}
_ADVICE = {
    401: "the token is missing, wrong or expired",
    403: "the token may not write to this bucket",
    404: "there is no such bucket, organisation or address",
}


class _Redact(logging.Filter):
    """Keeps the token out of the log: the client logs what a server said, and a server may repeat what it was sent."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the message pass, without the token."""
        if self._token and self._token in record.getMessage():
            record.msg, record.args = record.getMessage().replace(self._token, "(token)"), None
        return True


class InfluxWriter:
    """A connection to a bucket; use as a context manager. Nothing waits longer than `timeout_s` for a sign of life."""

    def __init__(self, target: Target, token: str, timeout_s: float = TIMEOUT_S) -> None:
        self._target = target
        self._token = token
        timeout_ms = round(timeout_s * 1000)
        # No retries in the client: waiting, giving up and telling about it is the sender's.
        self._client: Any = InfluxDBClient(
            target.url,
            token or None,  # type: ignore[arg-type]  # its own default is None
            org=target.org or "-",
            timeout=(timeout_ms, timeout_ms),
            verify_ssl=True,
            ssl_ca_cert=target.ca_file or None,
            retries=False,
        )
        self._redact = _Redact(token)
        logging.getLogger().addFilter(self._redact)
        self._writes: Any = WriteService(self._client.api_client)  # type: ignore[no-untyped-call]  # ships no types

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        logging.getLogger().removeFilter(self._redact)

    def write(self, gzipped: bytes) -> None:
        """Write one compressed body, stamps in ns; returns when the server has taken it.

        Raises ServerAwayError, ServerRefusedError or PointsRefusedError.
        """
        try:
            self._writes.post_write(
                org=self._target.org or "-",
                bucket=self._target.bucket,
                body=gzipped,
                precision="ns",
                content_encoding="gzip",
                content_type="text/plain; charset=utf-8",
            )
        except (ApiException, HTTPError, OSError, ValueError) as error:
            raise self._meaning(error) from None  # its own text may repeat headers

    def query(self, influxql: str) -> list[dict[str, Any]]:
        """Return the series that InfluxQL answers with; raises ServerAwayError, ServerRefusedError, StreamingError."""
        parameters = [("db", self._target.database), ("epoch", "ns"), ("q", influxql)]
        if self._target.retention_policy:
            parameters.append(("rp", self._target.retention_policy))
        try:
            response = self._client.api_client.call_api(
                "/query",
                "GET",
                query_params=parameters,
                header_params={"Accept": "application/json"},
                _preload_content=False,
                _return_http_data_only=True,
            )
            answer = json.loads(response.data)
        except (ApiException, HTTPError, OSError) as error:
            raise self._meaning(error) from None
        except (ValueError, RecursionError):
            raise StreamingError(f"{self._target.url} does not answer /query in InfluxQL's way") from None
        return _series(answer, self._target.url)

    def _meaning(self, error: Exception) -> StreamingError:
        """Return what a failure of the client means for us, in words without secrets."""
        where = self._target.label
        if isinstance(error, LocationValueError):
            return ServerRefusedError(f"{where}: this is no address")
        if not isinstance(error, ApiException):
            return ServerAwayError(f"{where}: no answer ({type(error).__name__})")
        status = int(error.status or 0)
        if status == 0:
            if _is_bad_certificate(error):
                return ServerRefusedError(f"{where}: its certificate is not to be trusted: {self._shown(error.reason)}")
            return ServerAwayError(f"{where}: the encrypted connection broke")
        said = f"{where}: {' '.join([str(status), _ADVICE.get(status, '')]).strip()}: {self._shown(error.message)}"
        if status in _ABOUT_POINTS:
            dropped = _DROPPED.search(str(error.message))
            return PointsRefusedError(self._shown(error.message), int(dropped[1]) if dropped else 0)
        if status in _LATER or status >= 500:
            return ServerAwayError(said, _retry_after_s(error.retry_after))
        return ServerRefusedError(said)

    def _shown(self, message: object) -> str:
        text = message.decode(errors="replace") if isinstance(message, bytes) else str(message)
        if self._token:
            text = text.replace(self._token, "(token)")
        text = " ".join(_said(text).split())
        return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _said(text: str) -> str:
    """Return the message in a server's JSON: InfluxDB 1.x calls it `error`, 2.x and 3.x `message`."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(body, dict):
        return str(body.get("error") or body.get("message") or text)
    return text


def _series(answer: Any, url: str) -> list[dict[str, Any]]:
    try:
        results = answer["results"]
        for result in results:
            if "error" in result:
                raise StreamingError(f"{url} refuses the query: {result['error']}")
        return [series for result in results for series in result.get("series", ())]
    except (KeyError, TypeError, AttributeError):
        raise StreamingError(f"{url} does not answer /query in InfluxQL's way") from None


def _is_bad_certificate(error: BaseException) -> bool:
    """Tell whether the certificate was refused, rather than the connection broken; looks through the causes."""
    seen: BaseException | None = error
    while seen is not None:
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in (seen, *seen.args)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _retry_after_s(header: str | None) -> float:
    """Read Retry-After: seconds or a date; 0 when it says nothing usable."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - machine_utc_ns() / NS_PER_S
        except (TypeError, ValueError):
            return 0.0
    return min(seconds, _MAX_RETRY_AFTER_S) if seconds > 0 else 0.0
