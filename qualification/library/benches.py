"""The rig and the room: what is wrong is not the pump, and no verdict against the pump may come of it."""

from instruments.intrathecal_pump.simulated.real_time_clock import NS_PER_MS, PumpClock
from instruments.plant.line import NS_PER_H
from qualification.bench_tables import BenchTables, Table
from qualification.defect import Defect, seeded

_FROM_H = 6.0
_LOST_EACH = 7


def _rig(key: str, name: str, effect_percent: float | None, effect: str, *says: str, source: str) -> Defect:
    """Return a defect of the rig: whatever a plan claims is measured with it."""
    doctor = f"The pump is right, and the laboratory measures wrongly: {effect}."
    return Defect(
        key,
        name,
        doctor,
        "ACC-001",
        effect_percent=effect_percent,
        effect=effect,
        says=says,
        plans=("test_plans/test_morning.py",),
        source=source,
        of_the_bench=True,
    )


@seeded(
    _rig(
        "O1",
        "takes water of 37 °C for water of 20 °C",
        -0.49,
        "each dose",
        "densit",
        "temperature",
        source="gravimetry",
    )
)
def density_of_20_degrees(bench: BenchTables) -> None:
    """A warm room, and a liquid that is said not to expand."""
    bench.laboratory["air_temperature_c"] = 37.0
    bench.table("liquid")["expansion_per_k"] = 0.0


@seeded(_rig("O2", "forgets the buoyancy of the air", -0.1, "each dose", "balance", "check", source="gravimetry"))
def buoyancy_is_forgotten(bench: BenchTables) -> None:
    """What is weighed is a thousandth less than it should be."""
    bench.twin("balance")["sensitivity_ppm"] = -1000.0


@seeded(
    _rig(
        "O3",
        "evaporates 0.1 µL/h more while a dose is weighed than at zero flow",
        -0.24,
        "−0.24 % at 41.7 µL/h, −5 % at 2 µL/h",
        "evaporation",
        source="gravimetry",
    )
)
def evaporation_meanwhile(bench: BenchTables) -> None:
    """The door of the balance is open for six hours."""
    bench.challenge("evaporation", at_h=_FROM_H, for_h=6.0, times=3.0)


@seeded(
    _rig(
        "O4", "the balance repeats its last value for 60 s", None, "a lag of a minute", "balance", source="Tiger-Scale"
    )
)
def balance_repeats(bench: BenchTables) -> None:
    """Each reading is up to a minute old."""
    bench.table("instruments", "balance")["driver"] = "qualification.library.repeating_balance.driver:Driver"


@seeded(
    _rig(
        "O5",
        "one line of the balance in seven is spoilt, and it takes 1.2 s to settle",
        None,
        "the time of what is weighed",
        "balance",
        source="statsnail",
    )
)
def lines_are_lost(bench: BenchTables) -> None:
    """A bad cable, and a slow filter."""
    faults: list[Table] = [
        {"kind": "garbage", "from_answer": number, "answers": 1, "flipped_bits": 3, "seed": number}
        for number in range(50, 1500, _LOST_EACH)
    ]
    bench.twin("balance").update({"faults": faults, "settling_s": 1.16})


@seeded(
    _rig("O6", "somebody bumps the balance: +2 mg at hour 6", None, "+2 µL once", "jump", "bump", source="hobby pumps")
)
def balance_is_bumped(bench: BenchTables) -> None:
    """The reading is 2 mg higher from then on."""
    bench.challenge("bump_balance", at_h=_FROM_H, mg=2.0)


@seeded(
    _rig(
        "O7",
        "reads the flow sensor of the neighbouring rig",
        None,
        "another pump's dose",
        "flow sensor",
        source="wiring",
    )
)
def neighbours_sensor(bench: BenchTables) -> None:
    """The pump next door delivers 40 % less."""
    bench.twin("flow")["gain_percent"] = -40.0


@seeded(
    _rig("O8", "the host's clock steps by half a second", None, "the time of a bolus", "clock", source="time tests")
)
class HostClockSteps(PumpClock):
    """Seen from a host whose clock stepped ahead, the pump's clock steps back."""

    started_ns: int | None = None

    def read_ms(self, t_ns: int) -> int:
        """Return what the clock shows, as a host sees it that stepped three hours after it began."""
        self.started_ns = t_ns if self.started_ns is None else self.started_ns
        stepped = t_ns - self.started_ns > 3 * NS_PER_H
        return super().read_ms(t_ns) - (500_000_000 // NS_PER_MS if stepped else 0)


@seeded(
    _rig("O9", "the DAQ's clock is 100 ppm off", 0.01, "0.01 % of what it times", "daq", "clock", source="DAQ texts")
)
def daq_clock_is_off(bench: BenchTables) -> None:
    """It samples a ten-thousandth faster than it is told."""
    bench.table("instruments", "daq")["sample_rate_hz"] = 1.0001


@seeded(
    _rig(
        "O10",
        "a static charge drifts by 0.1 mg/h",
        0.24,
        "as a flow of 0.1 µL/h",
        "drift",
        "evaporation",
        source="Opentrons",
    )
)
def charge_drifts(bench: BenchTables) -> None:
    """The zero of the balance moves, from before the first plan on."""
    bench.laboratory["creep_mg_h"] = 0.1


@seeded(
    _rig(
        "O10b", "a static charge drifts by 0.1 mg/h for 6 h", 0.24, "as a flow of 0.1 µL/h", "drift", source="Opentrons"
    )
)
def charge_drifts_for_a_while(bench: BenchTables) -> None:
    """The zero of the balance moves while a dose is weighed, and not at zero flow."""
    bench.laboratory.update({"creep_mg_h": 0.1, "creep_from_h": _FROM_H, "creep_hours": 6.0})


@seeded(
    _rig(
        "O11",
        "the tube touches the beaker and bears 3 % of the weight",
        -3.0,
        "each dose",
        "tube",
        "touch",
        source="texts",
    )
)
def tube_touches_the_beaker(bench: BenchTables) -> None:
    """A share of what comes hangs on the tube."""
    bench.laboratory["tip_touch_percent"] = 3.0
