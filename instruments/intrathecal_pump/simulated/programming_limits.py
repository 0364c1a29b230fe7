"""What the simulated pump can be set to, and why a setting is refused."""

from dataclasses import dataclass

from instruments.intrathecal_pump.messages import FullLimits, Limits, ReplyResult
from instruments.intrathecal_pump.programme import Bolus, Combination, PatientBoluses, Prime, Programme, SquareBolus
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.therapy_limits import FULL_LIMITS, LIMITS, highest_nl_h, therapy_refusal

WATCHDOG_MS = range(100, 172_800_001)  # two days
CLOCK_MS = range(946_684_800_000, 4_102_444_800_000)  # the years 2000 to 2099
# What stands in the way of any delivery.
GRAVE = (ReplyResult.ALARM_ACTIVE, ReplyResult.RESERVOIR_EMPTY, ReplyResult.BATTERY_DEPLETED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the pump is doing when a programme is to begin; rates in nL/h, each the highest that may still come."""

    alarm: bool
    reservoir_empty: bool
    battery_depleted: bool
    bolus_running: bool
    basal_nl_h: int
    bolus_nl_h: int
    square_running: bool = False
    prime_running: bool = False


class ProgrammingLimits(Part):
    """Judges programmes and settings; `limits` are those that are told, and those that hold."""

    @property
    def limits(self) -> Limits:
        """Return the limits as GET_LIMITS tells them."""
        return LIMITS

    @property
    def full_limits(self) -> FullLimits:
        """Return the limits of the second edition's programmes, without those that are the pump's own."""
        return FULL_LIMITS

    def refusal(self, programme: Programme) -> ReplyResult | None:
        """Return why the pump can never be set to this programme, None when it can."""
        return therapy_refusal(programme)

    def obstacle(self, programme: Programme, standing: Standing) -> ReplyResult | None:
        """Return why this programme cannot start as the pump stands, None when it can."""
        single = isinstance(programme, Bolus | Combination)
        square = isinstance(programme, SquareBolus | Combination)
        beside_nl_h = standing.basal_nl_h if single or square else standing.bolus_nl_h
        if isinstance(programme, Prime | PatientBoluses):
            beside_nl_h = 0  # nothing is delivered beside a prime; a permission delivers nothing
        obstacles = {
            ReplyResult.ALARM_ACTIVE: standing.alarm,
            ReplyResult.RESERVOIR_EMPTY: standing.reservoir_empty,
            ReplyResult.BATTERY_DEPLETED: standing.battery_depleted,
            ReplyResult.BOLUS_RUNNING: (single and standing.bolus_running) or (square and standing.square_running),
            ReplyResult.PRIME_RUNNING: isinstance(programme, Prime) and standing.prime_running,
            ReplyResult.ABOVE_TOTAL_RATE: highest_nl_h(programme) + beside_nl_h > LIMITS.max_total_rate_nl_h,
        }
        return next((result for result, holds in obstacles.items() if holds), None)

    def takes_watchdog(self, time_ms: int) -> bool:
        """Tell whether the watchdog can be set to this time in ms."""
        return time_ms in WATCHDOG_MS

    def takes_clock(self, clock_ms: int) -> bool:
        """Tell whether the clock can be set to this, in ms since 1970 UTC."""
        return clock_ms in CLOCK_MS
