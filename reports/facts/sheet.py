"""What the graphs of one plan are drawn from: its record, its results, and its case, read once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.facts.charts import FloatArray, Region
from reports.facts.run_facts import Plan, ShownResult
from reports.facts.traces import NS_PER_H, TimeArray
from reports.facts.truths import case_of
from reports.facts.volumes import delivery_begins
from rig.errors import SeriesError
from rig.evaluation.case import Case, WeighedCourse
from rig.record.reader import RecordReader


@dataclass(frozen=True)
class Sheet:
    """One plan of a record, up to `end_ns` (UTC ns)."""

    reader: RecordReader
    plan: Plan
    end_ns: int

    @cached_property
    def case(self) -> Case:
        """Return the plan's case: the same span of the record as the agreement of all witnesses is of."""
        return case_of(self.reader, self.plan, self.end_ns)

    @cached_property
    def origin_ns(self) -> int:
        """Return when the plan's delivery began, UTC ns: 0 h of its graphs."""
        return delivery_begins(self.plan)

    @property
    def course(self) -> WeighedCourse:
        """Return what was weighed; raise SeriesError when nothing was."""
        if self.case.weighed is None:
            raise SeriesError("there is nothing weighed to draw")
        return self.case.weighed

    @property
    def windows(self) -> tuple[Region, ...]:
        """Return the plan's windows in hours since its delivery began."""
        return tuple(Region(span.name, self.hour(span.from_ns), self.hour(span.to_ns)) for span in self.plan.spans)

    def hour(self, t_ns: int) -> float:
        """Return a moment in hours since the delivery began."""
        return (t_ns - self.origin_ns) / NS_PER_H

    def weighed_within(self, from_ns: int, to_ns: int) -> tuple[TimeArray, FloatArray]:
        """Return what was weighed in [from_ns, to_ns): UTC ns (n,), and µL (n,) since the first of them.

        Raises SeriesError for fewer than two readings.
        """
        course = self.course
        inside = np.flatnonzero((course.t_ns >= from_ns) & (course.t_ns < to_ns))
        if inside.size < 2:
            raise SeriesError("fewer than two readings of the balance lie in this window")
        volume_ul = course.volume_ul[inside]
        return course.t_ns[inside], volume_ul - volume_ul[0]


def names_of(results: Sequence[ShownResult]) -> str:
    """Return the names of results as a graph's title has them."""
    return ", ".join(dict.fromkeys(result.name for result in results))
