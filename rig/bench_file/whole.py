"""What no single table of a bench file can know: whether its parts go together.

It is looked at although some tables are wrong, as far as the others tell: all mistakes in one go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rig.bench_file.checking import Checker
from rig.bench_file.clocks import check_silence, check_time
from rig.bench_file.interlocks import Eyes, unseen
from rig.bench_file.tables import (
    BenchSection,
    DutSection,
    InstrumentSettings,
    InterlocksSection,
    LiquidSection,
    M,
    PowerSection,
    SafetySection,
)
from rig.capabilities import CAPABILITIES
from rig.safety.places import place_of

# A density that is farther off than this is no solution of the liquid that a sensor was calibrated with.
_OTHER_LIQUID = 0.15


@dataclass(frozen=True, slots=True)
class Standing:
    """One instrument as far as its table can be read: `settings` is None where the driver's own keys are wrong.

    `port` is "" where there is none, or a twin gives it; `is_paced` tells whether `sample_every_s` can be gone by.
    """

    name: str
    driver: Any
    capability: str
    role: str
    port: str
    settings: object | None
    sample_every_s: float | None
    is_paced: bool


def check_whole(checker: Checker, raw: Mapping[str, object], standing: Sequence[Standing]) -> None:
    """Note what does not go together."""
    bench, safety = _alone(BenchSection, raw.get("bench")), _alone(SafetySection, raw.get("safety"))
    if bench is not None:
        check_time(checker, bench)
    if bench is not None and safety is not None:
        check_silence(checker, safety, bench)
        if bench.kind == "mocked":  # before real pumps the supervisor keeps the watchdog quiet
            _check_watchdog(checker, safety, standing)
    _check_roles(checker, standing)
    _check_ports(checker, standing)
    _check_interlocks(checker, raw, standing)
    _check_feeding(checker, raw, standing)
    _check_liquid(checker, raw, standing)
    if any(one.role == "balance" for one in standing):
        _check_weighing(checker, raw)
    elif "check_weight" in raw:
        checker.mistake(("check_weight",), "no balance stands on this bench to be held against a weight")


def _check_liquid(checker: Checker, raw: Mapping[str, object], standing: Sequence[Standing]) -> None:
    """Note a flow sensor that is set to a calibration for quite another liquid than what is pumped."""
    liquid = _alone(LiquidSection, raw.get("liquid"))
    for one in standing:
        wanted = getattr(one.settings, "calibrated_kg_m3", None)
        if liquid is None or wanted is None or abs(liquid.density_kg_m3 / wanted - 1.0) <= _OTHER_LIQUID:
            continue
        words = (
            f"found {getattr(one.settings, 'liquid', '')!r}, a liquid of {wanted:g} kg/m³; [liquid] says "
            f"{liquid.density_kg_m3:g} kg/m³: allowed: the calibration for what is pumped"
        )
        checker.mistake(("instruments", one.name, "liquid"), words)


def _alone(kind: type[M], raw: object) -> M | None:
    """Return a table as its model, None where it is wrong: that has been noted already."""
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None


def _check_roles(checker: Checker, standing: Sequence[Standing]) -> None:
    seen: dict[str, str] = {}
    for one in standing:
        place = ("instruments", one.name)
        if one.capability not in CAPABILITIES:
            checker.mistake((*place, "driver"), f"capability {one.capability!r} is not known")
        if one.role in seen:
            checker.mistake(
                (*place, "role"),
                f"{seen[one.role]!r} serves as {one.role} already; give all but one a role of their own, such as "
                'role = "reference"',
            )
        if one.role in CAPABILITIES and one.role != one.capability:
            checker.mistake((*place, "role"), f"found {one.role!r}; a {one.capability} cannot serve as that")
        seen[one.role] = one.name


def _check_ports(checker: Checker, standing: Sequence[Standing]) -> None:
    """Check that no two instruments are to be reached at one place; a device may feed and measure."""
    seen: dict[str, Standing] = {}
    for one in standing:
        if not one.port:
            continue
        parts = (one.port, getattr(one.settings, "device", ""))
        place = f"{place_of(' '.join(filter(None, parts)))} {getattr(one.settings, 'output', None) or ''}"
        other = seen.setdefault(place, one)
        has_two_sides = {one.capability, other.capability} == {"supply", "meter"} and "::" in one.port
        if other is not one and not has_two_sides:
            words = f"found {one.port!r}; {other.name!r} is there already ({other.port})"
            checker.mistake(("instruments", one.name, "port"), words)


def _check_interlocks(checker: Checker, raw: Mapping[str, object], standing: Sequence[Standing]) -> None:
    interlocks = _alone(InterlocksSection, raw.get("interlocks", {}))
    dut = _alone(DutSection, raw.get("dut"))
    if interlocks is None or dut is None or not all(one.is_paced and one.settings is not None for one in standing):
        return  # what they would see is not known
    eyes = [Eyes.of(one.driver, one.settings, one.capability) for one in standing if one.sample_every_s is not None]
    for key, words in unseen(interlocks, eyes, edges=dut.ul_per_edge > 0):
        checker.mistake(("interlocks", key), words)


def _check_feeding(checker: Checker, raw: Mapping[str, object], standing: Sequence[Standing]) -> None:
    power = _alone(PowerSection, raw.get("power"))
    for one in standing:
        if power is not None and one.role == "supply" and isinstance(one.settings, InstrumentSettings):
            for key, words in one.settings.cannot_feed(power.voltage_v, power.current_limit_a).items():
                checker.mistake(("instruments", one.name, key), words)


def _check_weighing(checker: Checker, raw: Mapping[str, object]) -> None:
    if "weighing" not in raw:
        checker.mistake(("weighing",), "missing; a bench with a balance says what the balance is worth")
    if "liquid" not in raw:
        checker.mistake(
            ("liquid",),
            'missing; a mass is a volume only for a liquid of known density, such as name = "water", density_kg_m3 = '
            '998.2, u_density_kg_m3 = 0.1, reference_c = 20.0, expansion_per_k = "water", volume_at_c = 22.0',
        )


def _check_watchdog(checker: Checker, safety: SafetySection, standing: Sequence[Standing]) -> None:
    watchdog_s = safety.link_watchdog_s
    for one in standing:
        if one.capability != "pump" or not one.is_paced or not hasattr(one.driver, "set_link_watchdog"):
            continue
        every_s = one.sample_every_s
        if every_s is None or every_s * 2 > watchdog_s:
            found = "no sample_every_s" if every_s is None else f"a sample_every_s of {every_s:g}"
            checker.mistake(
                ("safety", "link_watchdog_s"),
                f"found {watchdog_s:g} and {found} of {one.name}, which is what keeps the watchdog quiet: it must be "
                "read at least twice in the watchdog's time",
            )
