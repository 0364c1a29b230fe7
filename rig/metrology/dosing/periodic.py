"""Deliveries that repeat: the period found from data, whatever the strokes look like, and the flow over whole periods.

Where single strokes are drowned in noise or smeared by the line's compliance, the period still stands out of the
spectrum of the delivered volume. Averages over one whole period at each end of a record have no phase.

Sources: Rife and Boorstyn, IEEE Trans. Inf. Theory 20 (1974) 591-598 (least variance of a frequency); Bissig et al.,
Biomed. Eng. 60 (2015) 301-316 (averages over whole strokes).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import SeriesError
from rig.metrology.readings.checked import FloatArray, as_series, check_series, reading_noise
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H

FEWEST_PERIODS = 8
"""Slow drift fills the first lines of the spectrum, and a tapered line is four wide: the eighth is clear of them."""

# A transform of so many points takes some milliseconds and holds 32,768 periods.
_MOST_POINTS = 1 << 17
# Neighbouring lines of the spectrum that make the floor a line must stand out of, and by how much: the largest of a
# hundred thousand lines of noise alone stands 14 times above a mean estimated so, and 21 times in one of sixty records.
_FLOOR_LINES = 65
_STANDS_OUT = 30.0
# The median of an exponential, which the power of a line of noise is, in units of its mean.
_LOG_2 = math.log(2.0)
# Twice what Nyquist asks for: with two, a faster pump looks like a slower one.
_READINGS_PER_PERIOD = 4
# The taper costs this much of a frequency's sharpness: 1.25 by its integrals for the power at the very frequency; with
# that of the nearest line and √ln 2 it is 1.4 by simulation (intervals scatter by 0.93 to 1.1 of what is told).
_TAPER = 1.4
# A sharp stroke makes a wave of stroke/π. One of less than half of it is smeared beyond use, or a faster pump seen
# too seldom: an alias with 4 readings in its period has at most a third.
_LEAST_WAVE = 0.5


@dataclass(frozen=True, slots=True)
class Cycle:
    """The period of a delivery (s) and what one period brings (µL), each with its standard uncertainty.

    `flow` is the mean flow in µL/h over whole periods. `strength` says how many times the line in the spectrum stands
    above its surroundings.
    """

    interval_s: float
    u_interval_s: float
    stroke_ul: float
    u_stroke_ul: float
    flow: Budget
    strength: float


def find_cycle(t_s: ArrayLike, volume_ul: ArrayLike, *, max_gap_s: float | None = None) -> Cycle:
    """Return the cycle of cumulative volumes (n,) µL at `t_s` (n,) seconds, corrected for evaporation.

    At least 8 periods and 4 readings in each are needed; of more than 131,072 readings neighbours are averaged first,
    so that short periods want a part of a long record. Raises SeriesError as `check_series` does, and when no period
    stands out of the noise or the one that does cannot be the pump's.
    """
    t, v = as_series(t_s, volume_ul, "volume", 4 * FEWEST_PERIODS)
    facts = check_series(t, v, "volume", max_gap_s=max_gap_s)
    grid_s, rest = _detrended(t, v)
    line_hz, strength = _strongest_line(rest, facts.span_s)
    frequency_hz, wave_ul = _refined(grid_s, rest, line_hz, facts.span_s)
    interval_s = 1.0 / frequency_hz
    # Rife and Boorstyn, with the strength as the line's power over that of the noise; and stamps that are not exact.
    u_noise_s = _TAPER * interval_s**2 * math.sqrt(1.5 * _LOG_2 / strength) / (math.pi * facts.span_s)
    u_interval_s = math.hypot(u_noise_s, facts.mean_interval_s / (facts.span_s / interval_s) ** 1.5)
    flow = flow_over_periods(t, v, interval_s)
    stroke_ul = flow.value * interval_s / S_PER_H
    if wave_ul < _LEAST_WAVE * stroke_ul / math.pi:
        raise SeriesError(
            f"a period of {interval_s:.4g} s would bring {stroke_ul:.3g} µL, but shows a wave of {wave_ul:.2g} µL: "
            "it is smeared, or the pump is faster and read too seldom"
        )
    u_stroke_ul = stroke_ul * math.hypot(u_interval_s / interval_s, flow.u / flow.value) if flow.value else 0.0
    return Cycle(interval_s, u_interval_s, stroke_ul, u_stroke_ul, flow, strength)


def flow_over_periods(t_s: ArrayLike, volume_ul: ArrayLike, interval_s: float) -> Budget:
    """Return the mean flow in µL/h between the means over the first and over the last `interval_s`, with its budget.

    Components are the noise of both means and what a period cut between two readings leaves; evaporation, density and
    calibration belong to the volumes. Raises SeriesError when two whole periods do not fit.
    """
    t, v = as_series(t_s, volume_ul, "volume", 4)
    if not 0.0 < 2.0 * interval_s <= t[-1] - t[0]:
        raise SeriesError(f"two whole periods of {interval_s!r} s do not fit into {float(t[-1] - t[0]):.6g} s")
    first, last = t < t[0] + interval_s, t > t[-1] - interval_s
    n = int(min(np.count_nonzero(first), np.count_nonzero(last)))
    hours = float(t[last].mean() - t[first].mean()) / S_PER_H
    gained = float(v[last].mean() - v[first].mean())
    stroke_ul = gained / hours * interval_s / S_PER_H
    return combine(
        gained / hours,
        "µL/h",
        [
            Component("noise of the means", "A", gained, reading_noise(v) * math.sqrt(2.0 / n), "µL", 1.0 / hours),
            Component(
                "period cut by the readings",
                "B",
                0.0,
                abs(stroke_ul) / n / math.sqrt(6.0),
                "µL",
                1.0 / hours,
                shape="triangular",
            ),
        ],
    )


def _detrended(t: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return at most 131,072 regular times and the volumes there less a line, tapered to nothing at both ends."""
    size = max(1, t.size // _MOST_POINTS)
    whole = t.size // size * size
    mean_t, mean_v = (part[:whole].reshape(-1, size).mean(axis=1) for part in (t, v))
    grid_s = np.linspace(mean_t[0], mean_t[-1], mean_t.size)
    volume = np.interp(grid_s, mean_t, mean_v)
    centred = grid_s - grid_s.mean()
    # Sums by numpy and not by BLAS, whose order of summation may change with its number of threads.
    slope = float(np.sum(centred * volume)) / float(np.sum(centred**2))
    return grid_s, (volume - volume.mean() - slope * centred) * np.hanning(grid_s.size)


def _strongest_line(rest: FloatArray, span_s: float) -> tuple[float, float]:
    """Return frequency (Hz) and strength of the strongest line that stands out of the spectrum around it."""
    from scipy.ndimage import median_filter  # takes long to import, which every session of plans would wait for

    power = np.abs(np.fft.rfft(rest)) ** 2
    floor = median_filter(power, size=min(_FLOOR_LINES, power.size // 2), mode="nearest") / _LOG_2
    out = (power > _STANDS_OUT * floor) & (power > 1e-20 * power.sum())
    out[:FEWEST_PERIODS] = False
    if not out.any():
        raise SeriesError(f"no period of {span_s / FEWEST_PERIODS:.4g} s or less stands out of the noise")
    line = int(np.argmax(np.where(out, power, 0.0)))
    if line * _READINGS_PER_PERIOD > rest.size:
        raise SeriesError(
            f"a period of {span_s / line:.4g} s is read too seldom: {_READINGS_PER_PERIOD} readings needed"
        )
    return line / span_s, float(power[line] / floor[line]) if floor[line] > 0.0 else math.inf


def _refined(grid_s: FloatArray, rest: FloatArray, frequency_hz: float, span_s: float) -> tuple[float, float]:
    """Return the frequency (Hz) within one line at which the tapered volumes are most of a wave, and its amplitude."""
    from scipy.optimize import minimize_scalar  # takes long to import, which every session of plans would wait for

    since_s = grid_s - grid_s[0]

    def minus_power(trial_hz: float) -> float:
        return -float(abs(np.sum(np.exp(-2j * np.pi * trial_hz * since_s) * rest)))

    found = minimize_scalar(
        minus_power,
        bounds=(frequency_hz - 1.0 / span_s, frequency_hz + 1.0 / span_s),
        method="bounded",
        options={"xatol": 1e-4 / span_s},
    )
    return float(found.x), -4.0 * float(found.fun) / (grid_s.size - 1)
