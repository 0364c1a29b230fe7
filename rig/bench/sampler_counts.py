"""What one sampler has done so far, counted."""

from dataclasses import dataclass

from rig.record.bodies.others import SamplerCounted


@dataclass(slots=True)
class SamplerCounts:
    """What one sampler has done so far; `worst_lateness_ms` is between due and begun, 0 on the virtual clock."""

    reads: int = 0
    samples: int = 0
    lost: int = 0
    missed: int = 0
    overruns: int = 0
    worst_lateness_ms: float = 0.0

    def counted(self) -> SamplerCounted:
        """Return the counts as the record keeps them."""
        return SamplerCounted(self.reads, self.samples, self.lost, self.missed, self.overruns, self.worst_lateness_ms)
