"""What the simulated pump can be set to, and why a setting is refused."""

from dataclasses import dataclass

from instruments.intrathecal_pump.messages import Limits, ReplyResult
from instruments.intrathecal_pump.programme import Bolus, Continuous, Programme
from instruments.intrathecal_pump.simulated.part import Part

LIMITS = Limits(
    min_rate_nl_h=2_000,
    max_rate_nl_h=1_000_000,
    rate_step_nl_h=1,
    min_bolus_nl=5_000,
    max_bolus_nl=500_000,
    bolus_step_nl=100,
    max_total_rate_nl_h=1_600_000,
)
WATCHDOG_MS = range(100, 600_001)
CLOCK_MS = range(946_684_800_000, 4_102_444_800_000)  # the years 2000 to 2099


@dataclass(frozen=True, slots=True)
class Standing:
    """What the pump is doing when a programme is to begin; rates in nL/h."""

    alarm: bool
    reservoir_empty: bool
    battery_depleted: bool
    bolus_running: bool
    basal_nl_h: int
    bolus_nl_h: int


class ProgrammingLimits(Part):
    """Judges programmes and settings; `limits` are those that are told, and those that hold."""

    @property
    def limits(self) -> Limits:
        """Return the limits as GET_LIMITS tells them."""
        return LIMITS

    def refusal(self, programme: Programme) -> ReplyResult | None:
        """Return why the pump can never be set to this programme, None when it can."""
        if isinstance(programme, Continuous):
            value, step = programme.rate_nl_h, LIMITS.rate_step_nl_h
            low, high = LIMITS.min_rate_nl_h, LIMITS.max_rate_nl_h
        else:
            value, step = programme.volume_nl, LIMITS.bolus_step_nl
            low, high = LIMITS.min_bolus_nl, LIMITS.max_bolus_nl
            if not LIMITS.min_rate_nl_h <= programme.rate_nl_h <= LIMITS.max_total_rate_nl_h:
                return ReplyResult.OUT_OF_RANGE
        if not low <= value <= high:
            return ReplyResult.OUT_OF_RANGE
        return ReplyResult.NOT_A_STEP if value % step else None

    def obstacle(self, programme: Programme, standing: Standing) -> ReplyResult | None:
        """Return why this programme cannot start as the pump stands, None when it can."""
        bolus = isinstance(programme, Bolus)
        beside_nl_h = standing.basal_nl_h if bolus else standing.bolus_nl_h
        obstacles = {
            ReplyResult.ALARM_ACTIVE: standing.alarm,
            ReplyResult.RESERVOIR_EMPTY: standing.reservoir_empty,
            ReplyResult.BATTERY_DEPLETED: standing.battery_depleted,
            ReplyResult.BOLUS_RUNNING: bolus and standing.bolus_running,
            ReplyResult.ABOVE_TOTAL_RATE: programme.rate_nl_h + beside_nl_h > LIMITS.max_total_rate_nl_h,
        }
        return next((result for result, holds in obstacles.items() if holds), None)

    def takes_watchdog(self, time_ms: int) -> bool:
        """Tell whether the watchdog can be set to this time in ms."""
        return time_ms in WATCHDOG_MS

    def takes_clock(self, clock_ms: int) -> bool:
        """Tell whether the clock can be set to this, in ms since 1970 UTC."""
        return clock_ms in CLOCK_MS
