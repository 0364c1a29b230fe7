"""What is left of readings beside courses that are known but for their sizes: plain least squares."""

from collections.abc import Sequence

import numpy as np

from rig.metrology.readings.checked import FloatArray

# So many readings, thinned evenly, know the sizes as well as all of them do.
_MOST = 4096
# A course that leaves a straight line by less than this share of itself is one.
_STRAIGHT = 1e-6
_RANK = 1e-9


def beside(t_s: FloatArray, y: FloatArray, courses: Sequence[FloatArray]) -> FloatArray:
    """Return `y` (n,) at `t_s` (n,) seconds less what `courses` (n,) each explain of it beside a straight line.

    The line stays in what is returned, and so does a course that is one itself. Fewer readings than there would be
    sizes to find are returned as they are.
    """
    if y.size <= 2 + len(courses) or not t_s[-1] > t_s[0]:
        return y
    line = np.column_stack([np.ones(y.size), (t_s - t_s[0]) / (t_s[-1] - t_s[0])])
    thin = slice(None, None, max(1, y.size // _MOST))
    bent = [course for course in courses if _is_bent(line[thin], course[thin])]
    if not bent:
        return y
    columns = np.column_stack([line, *(course / np.abs(course).max() for course in bent)])
    size, *_ = np.linalg.lstsq(columns[thin], y[thin], rcond=_RANK)
    return np.asarray(y - np.einsum("ij,j->i", columns[:, 2:], size[2:]), np.float64)


def _is_bent(line: FloatArray, course: FloatArray) -> bool:
    size, *_ = np.linalg.lstsq(line, course, rcond=None)
    off = float(np.abs(course - np.einsum("ij,j->i", line, size)).max())
    return off > _STRAIGHT * float(np.ptp(course)) and off > 0.0
