"""Certificates that somebody else wrote: read whole, or refused by one kind of error."""

import warnings
from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning


def from_der(data: bytes) -> x509.Certificate:
    """Return a certificate; raise ValueError for bytes that are none, or one whose names or number cannot be read."""
    return _read(lambda: x509.load_der_x509_certificate(data))


def from_pem(text: str) -> x509.Certificate:
    """Return the certificate of a PEM text; raise ValueError as `from_der` does."""
    return _read(lambda: x509.load_pem_x509_certificate(text.encode()))


def _read(load: Callable[[], x509.Certificate]) -> x509.Certificate:
    try:
        with warnings.catch_warnings():
            # What will be refused some day, such as a negative number, is refused now.
            warnings.simplefilter("error", CryptographyDeprecationWarning)
            one = load()
            # The library reads these when they are asked for, and says then what is wrong with them.
            _ = one.subject, one.issuer, one.serial_number
    except (x509.InvalidVersion, TypeError, UnsupportedAlgorithm, CryptographyDeprecationWarning) as error:
        raise ValueError(f"{error}") from error
    return one
