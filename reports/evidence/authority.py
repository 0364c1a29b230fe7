"""Asking a time stamping authority over HTTP (RFC 3161, 3.4), within a time that it cannot stretch."""

import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.parse import urlsplit

from reports.evidence.time_stamp import Stamp, demand_stamp_on, read_stamp, request_for, token_of
from rig.errors import TimeStampError
from rig.plain_text import plain_text

PATIENCE_S = 20.0
# A clock may be off, and an authority's answer takes a while; more is a mistake of one of them.
MOST_APART_S = 300.0
_MOST_BYTES = 256 * 1024
_NONCE_BITS = 64


@dataclass(frozen=True, slots=True)
class Authority:
    """A time stamping authority by its address. `patience_s` is how long it may take for an answer, in s."""

    url: str
    patience_s: float = PATIENCE_S

    def __post_init__(self) -> None:
        """Raise TimeStampError for an address that is none of HTTP, or that holds a secret."""
        try:
            parts = urlsplit(self.url)
        except ValueError as error:
            raise TimeStampError(f"no authority's address: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TimeStampError(f"{self.where}: an authority's address begins with http:// or https://")
        if parts.username is not None or parts.password is not None:
            raise TimeStampError(f"{self.where}: a password in an authority's address would be written down with it")

    @property
    def where(self) -> str:
        """Return the address as it is shown: its host and path, nothing that could be a secret."""
        parts = urlsplit(self.url)
        return plain_text(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")[:200]

    def stamp(self, data: bytes, now_ns: Callable[[], int]) -> tuple[bytes, Stamp]:
        """Return a time stamp on bytes, as it came and as read; `now_ns` gives UTC ns by this computer's clock.

        Raises TimeStampError where none comes in time, where it is refused, does not hold, is on something else,
        answers another question, or is of another time than this computer's.
        """
        nonce = secrets.randbits(_NONCE_BITS)
        with self._named():
            token = token_of(self._answer(request_for(data, nonce)))
            stamp = read_stamp(token)
            demand_stamp_on(stamp, data)
            _demand_answers(stamp, nonce)
            _demand_now(stamp, now_ns())
        return token, stamp

    def answer(self, request: bytes, now_ns: Callable[[], int]) -> bytes:
        """Return what is answered to somebody else's request, once a time stamp of now is in it.

        What it is on, and which request it answers, is for them to see. Raises TimeStampError as `stamp` does.
        """
        with self._named():
            answer = self._answer(request)
            _demand_now(read_stamp(token_of(answer)), now_ns())
        return answer

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except TimeStampError as error:
            raise TimeStampError(f"{self.where}: {error}; nothing was signed") from error

    def _answer(self, request: bytes) -> bytes:
        """Return what the authority answers. A thread asks, for whoever sends a byte now and then holds who waits."""
        found: list[bytes | TimeStampError] = []
        asking = threading.Thread(target=lambda: found.append(self._asked(request)), daemon=True)
        asking.start()
        asking.join(self.patience_s)
        if not found:
            raise TimeStampError(f"no answer within {self.patience_s:g} s")
        if isinstance(found[0], TimeStampError):
            raise found[0]
        return found[0]

    def _asked(self, request: bytes) -> bytes | TimeStampError:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        asked = urllib.request.Request(self.url, request, headers)  # noqa: S310 - http and https alone, see above
        try:
            with urllib.request.urlopen(asked, timeout=self.patience_s) as reply:  # noqa: S310
                answer: bytes = reply.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            error.close()
            return TimeStampError(f"it answers with HTTP status {error.code}")
        except (OSError, HTTPException, ValueError) as error:
            return TimeStampError(f"it could not be asked: {plain_text(str(error))[:200]}")
        if len(answer) > _MOST_BYTES:
            return TimeStampError(f"it answers with more than {_MOST_BYTES} bytes")
        return answer


def _demand_answers(stamp: Stamp, nonce: int) -> None:
    if stamp.nonce != nonce:
        raise TimeStampError("the time stamp answers another request than ours")


def _demand_now(stamp: Stamp, now_ns: int) -> None:
    now = datetime.fromtimestamp(now_ns / 1e9, UTC)
    apart_s = abs((stamp.at - now).total_seconds())
    if apart_s > MOST_APART_S:
        raise TimeStampError(
            f"the authority says that it is {stamp.at.isoformat()}, this computer {now.isoformat()}: one of the two "
            f"clocks is wrong by {apart_s:.0f} s; see to this computer's first"
        )
