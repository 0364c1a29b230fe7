"""What the simulated pump can be set to, and why a setting is refused."""

from instruments.intrathecal_pump.messages import Limits, ReplyResult
from instruments.intrathecal_pump.programme import Continuous, Programme

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
FACTORY_WATCHDOG_MS = 60_000
CLOCK_MS = range(946_684_800_000, 4_102_444_800_000)  # the years 2000 to 2099
BATTERY_LOW_MV = 2_600
BATTERY_DEPLETED_MV = 2_400


def range_error(programme: Programme) -> ReplyResult | None:
    """Return why the pump can never be set to this programme, None when it can."""
    if isinstance(programme, Continuous):
        value, low, high, step = programme.rate_nl_h, LIMITS.min_rate_nl_h, LIMITS.max_rate_nl_h, LIMITS.rate_step_nl_h
    else:
        value, low, high, step = programme.volume_nl, LIMITS.min_bolus_nl, LIMITS.max_bolus_nl, LIMITS.bolus_step_nl
        if not LIMITS.min_rate_nl_h <= programme.rate_nl_h <= LIMITS.max_total_rate_nl_h:
            return ReplyResult.OUT_OF_RANGE
    if not low <= value <= high:
        return ReplyResult.OUT_OF_RANGE
    return ReplyResult.NOT_A_STEP if value % step else None
