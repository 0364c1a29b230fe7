"""Numbers, times and verdicts as a person reads them."""

import math

from rig.clock import NS_PER_S, iso_utc
from rig.moments import is_moment
from rig.quantities import endless, in_digits, with_sign

_FINEST_SHARE = 1e-5
# Each verdict has a sign and a word, so that none is told by colour alone.
SIGNS = {"PASS": "✓", "FAIL": "✗", "INCONCLUSIVE": "?", "INVALID": "∅"}

# What InfluxDB and Grafana show of a number is what the page shows of it.
with_uncertainty, signed = in_digits, with_sign


def plain(value: float, digits: int = 4) -> str:
    """Return a number with so many digits that count, without trailing zeros; "∞" and "–" for what has none."""
    if not math.isfinite(value):
        return endless(value)
    if 1e4 <= abs(value) < 1e7:
        return f"{value:.0f}".replace("-", "−")
    mantissa, e, exponent = f"{value:.{digits}g}".replace("-", "−").partition("e")
    return f"{mantissa}·10{_superscript(exponent)}" if e else mantissa


def freedom(dof: float) -> str:
    """Return degrees of freedom; beyond 1000 the number says nothing any more."""
    return "> 1000" if 1000 < dof < math.inf else plain(dof, 3)


def uncertainty(value: float) -> str:
    """Return an uncertainty with two digits that count, trailing zeros kept: 1.0, 0.023, 120."""
    if not math.isfinite(value) or value <= 0 or not 1e-4 <= value < 1e4:
        return plain(value, 2)
    return with_uncertainty(0.0, value)[1]


def share(percent: float) -> str:
    """Return a share in percent, small ones as a bound; that of errors which cancel is below zero."""
    if not math.isfinite(percent):
        return f"{endless(percent)} %"
    if percent == 0 or abs(percent) >= 0.1:
        return f"{percent:.1f} %".replace("-", "−")
    return "< 0.1 %" if percent > 0 else "> −0.1 %"


def chance(probability: float) -> str:
    """Return a probability in percent; what is nearer to 0 or 1 than 0.001 % as a bound, and "–" for none."""
    if not 0.0 <= probability <= 1.0:
        return "–"
    if probability < _FINEST_SHARE:
        return "< 0.001 %"
    if probability > 1 - _FINEST_SHARE:
        return "> 99.999 %"
    decimals = 3 if min(probability, 1 - probability) < 0.001 else 1
    return f"{100 * probability:.{decimals}f} %"


def utc(t_ns: int) -> str:
    """Return UTC nanoseconds as "2026-01-05 08:00:00 UTC"; what is no moment says so."""
    if not is_moment(t_ns):
        return "no moment"
    return f"{iso_utc(t_ns)[:19].replace('T', ' ')} UTC"


def lasting(from_ns: int, to_ns: int) -> str:
    """Return a span of time in its two largest units: "2 d 1 h", "25 h", "3 min 20 s"; "–" where it is none."""
    if not (is_moment(from_ns) and is_moment(to_ns) and from_ns <= to_ns):
        return "–"
    seconds = round((to_ns - from_ns) / NS_PER_S)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts[:2]) or "0 s"


def sign_of(verdict: str) -> str:
    """Return the sign that stands beside a verdict."""
    return SIGNS.get(verdict, "·")


def _superscript(exponent: str) -> str:
    digits = exponent.replace("−", "-").lstrip("+")
    return str(int(digits)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
