"""Numbers to decimal text, a whole column at a time: no Python object per number, and every float reads back exactly.

Two ways for floats. Values that are whole multiples of 10⁻ᵏ (what a balance or a converter shows) are written with k
decimals: m·10⁻ᵏ with m below 2⁵³ and 10ᵏ exact is one correctly rounded division, the very one that a reader makes.
All others are written with 17 significant digits, which always read back when they are right to a small part of the
last one; 80-bit arithmetic gives them right to 2⁻⁶⁴, the slack is 0.05 units of the last digit (half a unit is
5·10⁻¹⁷ of the value at worst, half the distance to the next double at least 5.55·10⁻¹⁷).

A column's text is a table of bytes, shape (n, width), one row per number; zero bytes in it are padding.
"""

import numpy as np
from numpy.typing import NDArray

MAX_DECIMALS = 9
_SAMPLE = 64
_EXACT_BELOW = float(2**53)
_WHOLE_BELOW = float(2**63)
_WIDTH = 24  # the longest text of a double: -2.2250738585072014e-308
_LEAST_EXPONENT, _MOST_EXPONENT = -11, 43  # beyond, the power of ten is not exact in 64 bits of mantissa
# One decade inside, so that a logarithm that is off by one stays in the tables.
_LEAST, _MOST = 1e-10, 1e42
_ZERO, _MINUS, _POINT = (ord(char) for char in "0-.")

_GROUPS = np.frombuffer(b"".join(b"%04d" % number for number in range(10_000)), "<u4")
_SUFFIXES = np.frombuffer(
    b"".join(b"e%+03d" % number if number else b"\0" * 4 for number in range(_LEAST_EXPONENT, _MOST_EXPONENT + 1)),
    "<u4",
)
_POWERS = 10 ** np.arange(20, dtype=np.uint64)
_LONG_POWERS = np.array([np.longdouble(10) ** power for power in range(28)], np.longdouble)
# Where the C compiler has no type wider than a double, columns that need 17 digits take Python's own way.
_HAS_LONG = bool(np.finfo(np.longdouble).nmant >= 63)

Cells = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def int_cells(values: NDArray[np.int64]) -> Cells:
    """Write whole numbers, shape (n,)."""
    negative = values < 0
    # The magnitude of the least int64 has no int64, but wraps around to itself and is right as uint64.
    body = _plain(np.abs(values).astype(np.uint64))
    return np.concatenate([_sign(negative), body], axis=1) if negative.any() else body


def float_cells(values: NDArray[np.float64]) -> Cells:
    """Write finite numbers, shape (n,), so that each reads back to the same double."""
    magnitude = np.abs(values)
    found = _decimals(magnitude)
    if found is None:
        return _scientific(values, magnitude)
    decimals, scaled = found
    negative = np.signbit(values)
    parts = [_sign(negative)] if negative.any() else []
    if decimals == 0:
        return np.concatenate([*parts, _plain(scaled)], axis=1)
    whole = scaled // _POWERS[decimals]
    fraction = scaled - whole * _POWERS[decimals]
    point = np.full((len(values), 1), _POINT, np.uint8)
    return np.concatenate([*parts, _plain(whole), point, _padded(fraction, decimals)], axis=1)


def _decimals(magnitude: NDArray[np.float64]) -> tuple[int, NDArray[np.uint64]] | None:
    """Find k such that all values are whole multiples of 10⁻ᵏ, and return k and the multiples."""
    if not len(magnitude):
        return 0, np.empty(0, np.uint64)
    tried = -1
    sample = magnitude[:_SAMPLE]
    # Of numbers that leave room for all decimals, those that do not fit with all of them fit with none fewer.
    if sample.max() < _EXACT_BELOW / 10**MAX_DECIMALS and not _fits(sample, MAX_DECIMALS)[0].all():
        return None
    while True:
        decimals = next((k for k in range(tried + 1, MAX_DECIMALS + 1) if _fits(sample, k)[0].all()), None)
        if decimals is None:
            return None
        fits, scaled = _fits(magnitude, decimals)
        if fits.all():
            return decimals, scaled.astype(np.uint64)
        sample, tried = magnitude[~fits][:_SAMPLE], decimals


def _fits(magnitude: NDArray[np.float64], decimals: int) -> tuple[Mask, NDArray[np.float64]]:
    if decimals == 0:
        whole = np.rint(magnitude)
        return (whole == magnitude) & (magnitude < _WHOLE_BELOW), whole
    power = 10.0**decimals
    with np.errstate(over="ignore"):
        scaled = np.rint(magnitude * power)
        return (scaled < _EXACT_BELOW) & (scaled / power == magnitude), scaled


def _scientific(values: NDArray[np.float64], magnitude: NDArray[np.float64]) -> Cells:
    """Write values as d.dddddddddddddddde±dd, 17 digits; the few that have no such text in Python's way."""
    cells = np.zeros((len(values), _WIDTH), np.uint8)
    zero = magnitude == 0
    in_range = (magnitude >= _LEAST) & (magnitude < _MOST) & _HAS_LONG
    mantissa, exponent = _mantissas(np.where(in_range, magnitude, 1.0))
    mantissa[zero] = 0
    first = mantissa // _POWERS[16]
    cells[:, :1] = _sign(np.signbit(values))
    cells[:, 1] = _ZERO + first.astype(np.uint8)
    cells[:, 2] = _POINT
    cells[:, 3:19] = _padded(mantissa - first * _POWERS[16], 16)
    cells[:, 19:23] = _SUFFIXES[exponent - _LEAST_EXPONENT].view(np.uint8).reshape(-1, 4)
    odd = np.flatnonzero(~(in_range | zero))
    for row in odd:
        text = repr(float(values[row])).encode()
        cells[row] = np.frombuffer(text.ljust(_WIDTH, b"\0"), np.uint8)
    # What is padding in all rows is better left out at once.
    begin = 0 if len(odd) or cells[:, 0].any() else 1
    return cells[:, begin:] if len(odd) else cells[:, begin : _WIDTH - 1]


def _mantissas(magnitude: NDArray[np.float64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return whole numbers m of 17 digits and exponents e with value = m·10^(e-16) to 17 digits."""
    exponent = np.floor(np.log10(magnitude)).astype(np.int64)
    mantissa = _scaled(magnitude, exponent)
    # The logarithm may be off by one beside powers of ten.
    wrong = np.flatnonzero((mantissa >= _POWERS[17]) | (mantissa < _POWERS[16]))
    if len(wrong):
        exponent[wrong] += np.where(mantissa[wrong] >= _POWERS[17], 1, -1)
        mantissa[wrong] = _scaled(magnitude[wrong], exponent[wrong])
    return mantissa, exponent


def _scaled(magnitude: NDArray[np.float64], exponent: NDArray[np.int64]) -> NDArray[np.uint64]:
    shift = 16 - exponent
    wide = magnitude.astype(np.longdouble)
    wide *= _LONG_POWERS[np.maximum(shift, 0)]
    if (shift < 0).any():
        wide /= _LONG_POWERS[np.maximum(-shift, 0)]
    return np.rint(wide).astype(np.int64).astype(np.uint64)


def _padded(numbers: NDArray[np.uint64], width: int) -> Cells:
    """Write numbers with leading zeros, shape (n, width)."""
    groups = (width + 3) // 4
    out = np.empty((len(numbers), groups), "<u4")
    rest = numbers
    for place in range(groups - 1, -1, -2):
        upper = rest // _POWERS[8]
        eight = (rest - upper * _POWERS[8]).astype(np.uint32)
        four = eight // np.uint32(10_000)
        out[:, place] = _GROUPS[eight - four * np.uint32(10_000)]
        if place:
            out[:, place - 1] = _GROUPS[four]
        rest = upper
    return out.view(np.uint8)[:, 4 * groups - width :]


def _plain(numbers: NDArray[np.uint64]) -> Cells:
    """Write numbers without leading zeros."""
    lengths = np.maximum(np.searchsorted(_POWERS, numbers, side="right"), 1)
    width = int(lengths.max(initial=1))
    cells = _padded(numbers, width)
    if (lengths == width).all():
        return cells
    return cells * (np.arange(width) >= (width - lengths)[:, None])


def _sign(negative: Mask) -> Cells:
    return (negative * np.uint8(_MINUS))[:, None]
