"""What a run was made with: versions, sources and the extent of its record."""

from dataclasses import dataclass

from rig.record.bodies.start import HelperFile, SourceFile


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What the run was made with; `head` is the hash that covers all of its record."""

    facts: tuple[tuple[str, str], ...]
    packages: tuple[tuple[str, str], ...]
    bench_file: SourceFile
    plan_sources: tuple[SourceFile, ...]
    helper_sources: tuple[HelperFile, ...]
    judged_by: tuple[SourceFile, ...]
    entries: int
    head: str

    def used_by(self, plan_file: str) -> tuple[SourceFile, ...]:
        """Return the files that the plans of a file use."""
        return tuple(one.source for one in self.helper_sources if plan_file in one.plans)
