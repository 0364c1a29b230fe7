"""Sample interval, periods and observation windows of a test: plan data, checked before anything is measured.

Source: the test conditions of IEC 60601-2-24, borrowed for implantable pumps, which are outside that standard. Its
printed 2012 edition leaves the sample interval blank, so that S is always demanded here.
"""

import math
from dataclasses import dataclass

from rig.errors import WindowError

# Minutes such as 0.1 are not exact in binary; anything beyond rounding is no multiple.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All in minutes: sample interval S, start-up period from 0, analysis period and observation windows P.

    Raises WindowError for anything that is not positive and finite, not a multiple of S, or a window longer than the
    analysis period.
    """

    interval_min: float
    startup_min: float
    analysis_start_min: float
    analysis_min: float
    windows_min: tuple[float, ...]

    def __post_init__(self) -> None:
        if not 0.0 < self.interval_min < math.inf:
            raise WindowError(f"sample interval S of {self.interval_min!r} min: a positive one is demanded")
        self.intervals(self.startup_min, "start-up period")
        self.intervals(self.analysis_start_min, "start of the analysis period", least=0)
        analysis = self.intervals(self.analysis_min, "analysis period")
        if not self.windows_min:
            raise WindowError("no observation window: a trumpet curve needs at least one")
        for window_min in self.windows_min:
            if self.intervals(window_min, "observation window") > analysis:
                raise WindowError(
                    f"observation window of {window_min:g} min in an analysis of {self.analysis_min:g} min"
                )

    def intervals(self, minutes: float, what: str, least: int = 1) -> int:
        """Return how many sample intervals `minutes` are; raise WindowError when that is not a whole number."""
        n = minutes / self.interval_min
        if not math.isfinite(n) or abs(n - round(n)) > _ROUNDING * max(n, 1.0) or round(n) < least:
            raise WindowError(
                f"{what} of {minutes!r} min is not a multiple of the sample interval {self.interval_min} min"
            )
        return round(n)

    @property
    def samples(self) -> int:
        """Return how many samples, from t = 0 on, the start-up and the analysis period need."""
        end_min = max(self.startup_min, self.analysis_start_min + self.analysis_min)
        return self.intervals(end_min, "end of the analysis period") + 1


def volumetric(interval_min: float) -> Schedule:
    """Return the schedule of volumetric and syringe pumps: start-up 2 h, analysis in the second hour."""
    return Schedule(
        interval_min=interval_min,
        startup_min=120.0,
        analysis_start_min=60.0,
        analysis_min=60.0,
        windows_min=(2.0, 5.0, 11.0, 19.0, 31.0),
    )


def ambulatory(interval_min: float) -> Schedule:
    """Return the schedule of ambulatory pumps of type 1 (continuous): stabilisation 24 h, analysis the next 25 h."""
    return Schedule(
        interval_min=interval_min,
        startup_min=24.0 * 60.0,
        analysis_start_min=24.0 * 60.0,
        analysis_min=25.0 * 60.0,
        windows_min=(15.0, 60.0, 150.0, 330.0, 570.0, 930.0),
    )
