"""What a bench file says about time has to go together: its clock with its kind, its leases with its drivers."""

from rig.bench_file.checking import Checker
from rig.bench_file.tables import BenchSection, SafetySection
from rig.driving import LONGEST_SILENCE_S


def check_silence(checker: Checker, safety: SafetySection, bench: BenchSection) -> None:
    """Check that no pump before which people stand may run on unheard for long."""
    watchdog_s = safety.link_watchdog_s
    if watchdog_s > LONGEST_SILENCE_S and bench.clock != "virtual":
        checker.mistake(
            ("safety", "link_watchdog_s"),
            f"found {watchdog_s:g}; a pump may run on unheard for at most {LONGEST_SILENCE_S:g} s: longer only on a "
            "mocked bench on the virtual clock, where nobody waits for it to stop",
        )


def check_time(checker: Checker, bench: BenchSection) -> None:
    """Check that clock, speed and epoch suit the kind of bench."""
    if bench.clock == "virtual" and bench.kind == "physical":
        checker.mistake(("bench", "clock"), "found 'virtual'; a physical bench lives on the 'wall' clock")
    if bench.clock_speed != 1.0 and not (bench.simulated and bench.clock == "wall"):
        checker.mistake(
            ("bench", "clock_speed"),
            f"found {bench.clock_speed:g}; only a wall clock before simulated instruments runs faster than time",
        )
    if bench.clock == "virtual" and bench.epoch is None:
        words = "missing; virtual time needs a beginning, such as 2026-01-05T08:00:00Z"
        checker.mistake(("bench", "epoch"), words)
