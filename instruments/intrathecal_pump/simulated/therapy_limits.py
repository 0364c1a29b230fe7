"""What the programmes of the link's second edition can be set to in the simulated pump, and why one is refused."""

from instruments.intrathecal_pump.messages import FullLimits, Limits, ReplyResult
from instruments.intrathecal_pump.programme import (
    Bolus,
    Bridge,
    Combination,
    Continuous,
    FlexInfusion,
    FlexPoint,
    MinimumRate,
    PatientBoluses,
    Prime,
    Programme,
    Ramp,
    SquareBolus,
)

LIMITS = Limits(
    min_rate_nl_h=2_000,
    max_rate_nl_h=1_000_000,
    rate_step_nl_h=1,
    min_bolus_nl=5_000,
    max_bolus_nl=500_000,
    bolus_step_nl=100,
    max_total_rate_nl_h=1_600_000,
)
# Capacity and the largest dose in an hour are the pump's own; see `CommandDesk`.
FULL_LIMITS = FullLimits(
    minimum_rate_nl_h=250,
    prime_rate_nl_h=1_000_000,
    min_prime_nl=1_000,
    max_prime_nl=2_000_000,
    min_bridge_nl=1_000,
    max_bridge_nl=5_000_000,
    min_square_s=60,
    max_square_s=86_400,
    min_ramp_minutes=1,
    max_ramp_minutes=10_080,
    min_lockout_s=60,
    max_lockout_s=86_400,
    max_patient_boluses=100,
    capacity_nl=0,
    max_dose_nl=0,
)
MAX_FLEX_STEPS = 13
_MINUTES = range(1440)
_S_PER_H = 3600


def square_rate_nl_h(volume_nl: int, seconds: int) -> int:
    """Return the highest rate of a square bolus: the even one, rounded up."""
    return -(-volume_nl * _S_PER_H // seconds)


def highest_nl_h(programme: Programme) -> int:
    """Return the highest rate in nL/h that a programme asks for by itself; 0 for one that delivers nothing."""
    match programme:
        case Continuous(rate_nl_h) | Bolus(_, rate_nl_h):
            return rate_nl_h
        case FlexInfusion(days):
            return max(point.rate_nl_h for day in days for point in day)
        case Ramp(one, other, _) | Bridge(_, one, other):
            return max(one, other)
        case MinimumRate():
            return FULL_LIMITS.minimum_rate_nl_h
        case SquareBolus(volume_nl, seconds):
            return square_rate_nl_h(volume_nl, seconds)
        case Combination(_, rate_nl_h, then_nl, then_seconds):
            return max(rate_nl_h, square_rate_nl_h(then_nl, then_seconds))
        case Prime():
            return FULL_LIMITS.prime_rate_nl_h
        case PatientBoluses():
            return 0


def in_range(programme: Programme) -> bool:
    """Tell whether every value of a programme is one that the pump takes, whatever its step."""
    full = FULL_LIMITS
    match programme:
        case Continuous(rate_nl_h):
            return _is_rate(rate_nl_h)
        case FlexInfusion(days):
            return len(days) in (1, 7) and all(_is_day(day) for day in days)
        case Ramp(one, other, minutes):
            return _is_rate(one) and _is_rate(other) and full.min_ramp_minutes <= minutes <= full.max_ramp_minutes
        case Bridge(volume_nl, one, other):
            return full.min_bridge_nl <= volume_nl <= full.max_bridge_nl and _is_rate(one) and _is_rate(other)
        case MinimumRate():
            return True
        case _:
            return _bolus_in_range(programme)


def _bolus_in_range(programme: Bolus | SquareBolus | Combination | Prime | PatientBoluses) -> bool:
    full = FULL_LIMITS
    match programme:
        case Bolus(volume_nl, rate_nl_h):
            return _is_bolus(volume_nl) and _is_bolus_rate(rate_nl_h)
        case SquareBolus(volume_nl, seconds):
            return _is_square(volume_nl, seconds)
        case Combination(now_nl, rate_nl_h, then_nl, seconds):
            return _is_bolus(now_nl) and _is_bolus_rate(rate_nl_h) and _is_square(then_nl, seconds)
        case Prime(volume_nl):
            return full.min_prime_nl <= volume_nl <= full.max_prime_nl
        case PatientBoluses(volume_nl, rate_nl_h, lockout_s, most):
            lockout = full.min_lockout_s <= lockout_s <= full.max_lockout_s
            return (
                _is_bolus(volume_nl) and _is_bolus_rate(rate_nl_h) and lockout and 1 <= most <= full.max_patient_boluses
            )


def in_step(programme: Programme) -> bool:
    """Tell whether every volume of a bolus is a multiple of its step; rates and other volumes have steps of 1."""
    match programme:
        case Bolus(volume_nl) | SquareBolus(volume_nl) | PatientBoluses(volume_nl):
            return volume_nl % LIMITS.bolus_step_nl == 0
        case Combination(now_nl, _, then_nl, _):
            return now_nl % LIMITS.bolus_step_nl == 0 == then_nl % LIMITS.bolus_step_nl
        case _:
            return True


def therapy_refusal(programme: Programme) -> ReplyResult | None:
    """Return why the pump can never be set to this programme, None when it can."""
    if not in_range(programme):
        return ReplyResult.OUT_OF_RANGE
    return None if in_step(programme) else ReplyResult.NOT_A_STEP


def _is_rate(rate_nl_h: int) -> bool:
    return LIMITS.min_rate_nl_h <= rate_nl_h <= LIMITS.max_rate_nl_h


def _is_bolus_rate(rate_nl_h: int) -> bool:
    return LIMITS.min_rate_nl_h <= rate_nl_h <= LIMITS.max_total_rate_nl_h


def _is_bolus(volume_nl: int) -> bool:
    return LIMITS.min_bolus_nl <= volume_nl <= LIMITS.max_bolus_nl


def _is_square(volume_nl: int, seconds: int) -> bool:
    return (
        _is_bolus(volume_nl)
        and FULL_LIMITS.min_square_s <= seconds <= FULL_LIMITS.max_square_s
        and square_rate_nl_h(volume_nl, seconds) <= LIMITS.max_total_rate_nl_h
    )


def _is_day(day: tuple[FlexPoint, ...]) -> bool:
    minutes = [point.minute for point in day]
    return (
        1 <= len(day) <= MAX_FLEX_STEPS
        and minutes[0] == 0
        and sorted(set(minutes)) == minutes
        and minutes[-1] in _MINUTES
        and all(point.rate_nl_h == 0 or _is_rate(point.rate_nl_h) for point in day)
    )
