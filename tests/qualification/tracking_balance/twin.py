"""A simulated balance whose zero follows whatever moves slower than a creep of its own would, wherever it stands."""

from collections import deque

from instruments.mettler_mt_sics import twin as healthy
from rig.clock import NS_PER_S

# Slower than so much it is drift; a flow of 108 µL/h is as fast.
_DRIFT_MG_S = 0.03
_LOOKS_BACK_NS = 60 * NS_PER_S


class Twin(healthy.Twin):
    """Compensates drift."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.course = deque()

    def _show(self, name, load):
        self._zero_mg += self._crept_mg(load.mass_mg)
        return super()._show(name, load)

    def _crept_mg(self, mass_mg):
        """Return what the zero follows since the last reading, by how fast the mass moved for a minute."""
        now_ns, course = self._clock.now_ns(), self.course
        since_ns = now_ns - course[-1][0] if course else 0
        course.append((now_ns, mass_mg))
        while len(course) > 2 and now_ns - course[1][0] >= _LOOKS_BACK_NS:
            course.popleft()
        first_ns, first_mg = course[0]
        passed_ns = now_ns - first_ns
        if passed_ns < _LOOKS_BACK_NS:
            return 0.0
        mg_s = (mass_mg - first_mg) * NS_PER_S / passed_ns
        return mg_s * since_ns / NS_PER_S if abs(mg_s) < _DRIFT_MG_S else 0.0
