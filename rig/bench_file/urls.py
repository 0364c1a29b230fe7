"""Ports that are URLs: whether host and number can be told apart, before anybody tries to reach them."""

from urllib.parse import urlsplit

# Of these a port of a bench file is host and number; other packages' drivers may have schemes of their own.
_OF_HOSTS = ("socket", "rfc2217", "grpc")
_HIGHEST = (1 << 16) - 1


def check_url(port: str) -> None:
    """Raise ValueError, which says what is allowed, for `socket://`, `rfc2217://` or `grpc://` without host or number.

    Whatever else a port may be is left alone.
    """
    scheme, separator, rest = port.partition("://")
    if not separator or scheme.lower() not in _OF_HOSTS:
        return
    where = rest.partition("/")[0].partition("?")[0]
    example = f"{scheme}://192.0.2.7:4001, or {scheme}://[2001:db8::7]:4001 for IPv6"
    if "[" not in where and where.count(":") > 1:
        raise ValueError(f"an address of IPv6 stands in brackets, its port behind them: {example}")
    try:
        host, number = urlsplit(port).hostname, urlsplit(port).port
    except ValueError:
        host, number = where, None
    if not host:
        raise ValueError(f"no host is named; allowed: {example}")
    check_number(number)


def check_number(number: int | None) -> None:
    """Raise ValueError for what is no number of a TCP port; None where there is none."""
    if number is None or not 0 < number <= _HIGHEST:
        raise ValueError(f"a TCP port is a number from 1 to {_HIGHEST}")
