"""Doses as a plan says them, in a drug's own units: turned into volumes in one place, and recorded as said."""

from rig import therapy
from rig.record.bodies.challenges import DoseSaid
from rig.record.writer import RunRecord


class SaysDoses:
    """What a bench turns into µL and µL/h for a plan. `record` is where it is written down."""

    record: RunRecord

    def rate_of(self, dose: str, concentration: str = "") -> float:
        """Return a dose rate in µL/h: `bench.rate_of("5 mg/day", "25 mg/mL")`, `bench.rate_of("0.4 mL/day")`.

        It is not rounded: a pump refuses what is no step of its own. Raises TherapyError, with what is allowed, for a
        unit that is missing or does not fit and for a concentration of 0.
        """
        return self._recorded(therapy.rate_of(dose, concentration))

    def volume_of(self, dose: str, concentration: str = "") -> float:
        """Return a dose in µL: `bench.volume_of("0.5 mg", "25 mg/mL")`; raises as `rate_of` does."""
        return self._recorded(therapy.volume_of(dose, concentration))

    def _recorded(self, dose: therapy.Dose) -> float:
        self.record.event(DoseSaid(dose.said, dose.concentration, dose.volume_ul))
        return dose.volume_ul
