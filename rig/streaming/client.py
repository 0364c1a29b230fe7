"""The one place that talks to InfluxDB: writes by the v2 write API of `influxdb-client`, reads by InfluxQL's /query.

Every failure becomes one of three: the server is away (try again), it refuses us (somebody must act), it refuses
points; which, `answers.py` knows. No error text holds the token, whatever the server or the client put into theirs.
"""

import json
import logging
import re
import ssl
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from influxdb_client import InfluxDBClient  # type: ignore[attr-defined]  # it exports by star only
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError, LocationValueError
from urllib3.util import make_headers

from rig.errors import ServerAwayError, ServerRefusedError, StreamingError
from rig.streaming.answers import Answer, of_query, of_write, shown, wants_tls
from rig.streaming.target import Target

TIMEOUT_S = 20.0
WRITE = "/api/v2/write"
_PROBE_MS = (2_000, 2_000)
# What TLS finds where somebody answers in plain text.
_NO_TLS = re.compile(r"wrong.version.number|unknown.protocol|http.request|record.layer.failure", re.IGNORECASE)


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
            _in_a_header(token) or None,  # type: ignore[arg-type]  # its own default is None
            org=target.org or "-",
            timeout=(timeout_ms, timeout_ms),
            verify_ssl=True,
            ssl_ca_cert=target.ca_file or None,
            retries=False,
            **_proxy_to(target.url),
        )
        self._redact = _Redact(token)
        logging.getLogger().addFilter(self._redact)
        self._ca_is_read = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        logging.getLogger().removeFilter(self._redact)

    def write(self, gzipped: bytes) -> None:
        """Write one compressed body, stamps in ns; returns when the server has taken it, which it says by 204 alone.

        Raises ServerAwayError, ServerRefusedError or PointsRefusedError.
        """
        self._demand_ca()
        try:
            response = self._client.api_client.call_api(
                WRITE,
                "POST",
                query_params=[("org", self._target.org or "-"), ("bucket", self._target.bucket), ("precision", "ns")],
                header_params={
                    "Accept": "application/json",
                    "Content-Encoding": "gzip",
                    "Content-Type": "text/plain; charset=utf-8",
                },
                body=gzipped,
                _preload_content=False,
                _return_http_data_only=True,
            )
            answer = self._answer(response.status, response.data, response.headers)
        except ApiException as error:
            if not error.status:
                raise self._unanswered(error) from None
            answer = self._answer(error.status, error.body, error.headers)
        except (HTTPError, OSError, ValueError) as error:
            raise self._unanswered(error) from None  # its own text may repeat headers
        if (meaning := of_write(self._target.label, answer)) is not None:
            raise meaning

    def query(self, influxql: str) -> list[dict[str, Any]]:
        """Return the series that InfluxQL answers with; raises ServerAwayError, ServerRefusedError, StreamingError."""
        self._demand_ca()
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
        except ApiException as error:
            if not error.status:
                raise self._unanswered(error) from None
            said = self._answer(error.status, error.body, error.headers)
            raise of_query(self._target.label, said) or StreamingError(self._target.label) from None
        except (HTTPError, OSError) as error:
            raise self._unanswered(error) from None
        except (ValueError, RecursionError):
            raise StreamingError(f"{self._target.url} does not answer /query in InfluxQL's way") from None
        return _series(answer, self._target.url)

    def _demand_ca(self) -> None:
        """Raise ServerRefusedError when the file of the laboratory's own certificates cannot be used."""
        path = self._target.ca_file
        if not path or self._ca_is_read:
            return
        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            why = error.strerror or type(error).__name__
            raise ServerRefusedError(
                f"{self._target.label}: ca_file {path} cannot be used ({why}): PEM certificates are wanted"
            ) from None
        self._ca_is_read = True

    def _answer(self, status: Any, body: Any, headers: Any) -> Answer:
        said = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
        if self._token:
            said = said.replace(self._token, "(token)")
        return Answer(int(status), said, {str(key).lower(): str(value) for key, value in dict(headers or {}).items()})

    def _asks_for_tls(self) -> str:
        """Return what a server says that speaks TLS alone, "" for any other.

        It says so to the head of a request, and may have hung up before it has read a body: then nobody hears it.
        """
        try:
            self._client.api_client.call_api(
                "/ping", "GET", _preload_content=False, _return_http_data_only=True, _request_timeout=_PROBE_MS
            )
        except ApiException as error:
            said = self._answer(error.status or 0, error.body, error.headers)
            return shown(said.said) if wants_tls(said) else ""
        except (HTTPError, OSError, ValueError):
            return ""
        return ""

    def _unanswered(self, error: Exception) -> StreamingError:
        """Return what it means that no answer came, in words without secrets."""
        where = self._target.label
        if isinstance(error, LocationValueError):
            return ServerRefusedError(f"{where}: this is no address")
        if not isinstance(error, ApiException):
            if self._target.url.startswith("http://") and (said := self._asks_for_tls()):
                return ServerRefusedError(f"{where}: write https://: {said}")
            return ServerAwayError(f"{where}: no answer ({type(error).__name__})")
        if _is_bad_certificate(error):
            return ServerRefusedError(f"{where}: its certificate is not to be trusted: {shown(str(error.reason))}")
        if _NO_TLS.search(str(error.reason)):
            return ServerRefusedError(f"{where}: nobody speaks TLS there: write http://, or the port that does")
        return ServerAwayError(f"{where}: the encrypted connection broke")


def _in_a_header(token: str) -> str:
    """Return a token as a header carries it: UTF-8, which InfluxDB reads, in the signs that HTTP's library writes."""
    return token.encode("utf-8").decode("latin-1")


def _proxy_to(url: str) -> dict[str, Any]:
    """Return what leads to a server by the proxy that the environment names for it (`HTTPS_PROXY`, `NO_PROXY` …)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return {}  # no address: writing there says so
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return {}
    named = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    plain = f"{named.scheme}://{named.netloc.rpartition('@')[2]}"
    if not named.username:
        return {"proxy": plain}
    who = f"{unquote(named.username)}:{unquote(named.password or '')}"
    return {"proxy": plain, "proxy_headers": make_headers(proxy_basic_auth=who)}


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
