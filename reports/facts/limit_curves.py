"""The limits of a result as lines in a graph."""

from collections.abc import Iterator

import numpy as np

from reports.facts.charts import Curve, FloatArray
from reports.facts.run_facts import ShownResult


def limit_curves(result: ShownResult, x: FloatArray, rate_ul_h: float | None = None) -> Iterator[Curve]:
    """Yield the limits of a result in percent along `x` (n,), or as flows around `rate_ul_h`."""
    if result.limit is None or result.limit.unit != "%":
        return
    for name, limit in (("upper limit", result.limit.upper), ("lower limit", result.limit.lower)):
        if limit is not None:
            y = limit if rate_ul_h is None else rate_ul_h * (1 + limit / 100)
            yield Curve(name, "limit", x, np.full(len(x), y))
