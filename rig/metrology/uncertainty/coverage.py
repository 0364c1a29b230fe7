"""The coverage factor, one convention for all: guard bands, expanded uncertainties and intervals.

A factor k stands for the risk that it leaves on one side of a normal distribution. Where the uncertainty is itself
known from few readings, Student's t takes the normal's place and k grows until it leaves the same risk. Source:
JCGM 100:2008 (GUM), G.3.2 (Student's t) and G.4.1 with its note 1: effective degrees of freedom are seldom whole, and
the factor is then interpolated or the number is cut to the next lower one. It is interpolated here, exactly, by the
distribution with a real number of degrees; cutting would take a whole degree from a 7 that rounding left as 6.999….
"""

import math

from rig.errors import MetrologyError
from rig.metrology.readings.demands import fraction

LEVEL_OF_K_2 = math.erf(math.sqrt(2.0))
"""What ± 2 standard deviations of a normal distribution hold, commonly rounded to 95.45 %."""


def student_factor(k: float, dof: float) -> float:
    """Return the factor that leaves with Student's t of `dof` degrees the risk that `k` leaves with a normal.

    Infinite degrees give k itself; few degrees with a large k may give infinity. Raises MetrologyError for `dof`
    below 1.
    """
    if not dof >= 1:
        raise MetrologyError(f"{dof!r} degrees of freedom: an uncertainty needs at least 1")
    from scipy.special import ndtr, stdtrit  # takes long to import: only what settles waits for it

    # The lower tail: the upper one, 1 − risk, has no digits left far out.
    return float(-stdtrit(dof, ndtr(-k))) if math.isfinite(dof) else k


def normal_factor(level: float) -> float:
    """Return k such that ± k standard deviations of a normal hold `level`, or raise MetrologyError outside (0, 1)."""
    from scipy.special import ndtri  # takes long to import: only what settles waits for it

    return -float(ndtri((1 - fraction(level, "level")) / 2))
