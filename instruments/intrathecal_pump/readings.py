"""The pump's integers as the rig's quantities."""

from instruments.intrathecal_pump.messages import Alarm, Limits, LogRecord, StatusReply
from instruments.intrathecal_pump.programme import NL_PER_UL
from rig.capabilities import LogEntry, PumpLimits, PumpState, PumpStatus
from rig.channels import Channel
from rig.clock import NS_PER_S

NS_PER_MS = 1_000_000
CHANNELS = (
    Channel("delivered", "µL", "volume since manufacture, by the pump's own count"),
    Channel("rate", "µL/h", "infusion and bolus together"),
    Channel("reservoir", "µL", "content by the pump's own count"),
    Channel("battery", "V", "voltage at the pump's electronics"),
    Channel("state", "1", "0 stopped, 1 infusing, 2 bolus, 3 alarm"),
    Channel("alarms", "1", "bits: 1 reservoir low, 2 reservoir empty, 4 battery low, 8 depleted, 16 link lost, …"),
    Channel("boluses", "1", "single boluses begun since manufacture, by the pump's own count"),
    Channel("clock_offset", "s", "the pump's clock minus the rig's"),
)


def sample(status: StatusReply, t_ns: int) -> dict[str, float]:
    """Return a status that was taken at `t_ns` as one value for each channel."""
    return {**told(status), "clock_offset": (status.clock_ms * NS_PER_MS - t_ns) / NS_PER_S}


def told(status: StatusReply) -> dict[str, float]:
    """Return what a status tells by itself, whenever it was taken."""
    return {
        "delivered": status.delivered_nl / NL_PER_UL,
        "rate": (status.basal_nl_h + status.bolus_nl_h) / NL_PER_UL,
        "reservoir": status.reservoir_nl / NL_PER_UL,
        "battery": status.battery_mv / 1000,
        "state": float(status.state),
        "alarms": float(status.alarms),
        "boluses": float(status.boluses),
    }


def pump_status(status: StatusReply, critical: Alarm | None = None) -> PumpStatus:
    """Return a status as the plans see it; `critical` of its alarms, None for a pump that tells no priorities."""
    return PumpStatus(
        state=PumpState(status.state.name.lower()),
        rate_ul_h=(status.basal_nl_h + status.bolus_nl_h) / NL_PER_UL,
        delivered_ul=status.delivered_nl / NL_PER_UL,
        reservoir_ul=status.reservoir_nl / NL_PER_UL,
        battery_v=status.battery_mv / 1000,
        alarms=_names(status.alarms),
        pump_clock_ns=status.clock_ms * NS_PER_MS,
        log_entries=status.log_entries,
        critical=None if critical is None else _names(critical),
    )


def _names(alarms: Alarm) -> tuple[str, ...]:
    return tuple(str(alarm.name).lower() for alarm in Alarm if alarm in alarms)


def log_entry(record: LogRecord) -> LogEntry:
    """Return a log record as the plans see it; its event is the name in docs/pump-link.md, in lower case."""
    return LogEntry(record.number, record.clock_ms * NS_PER_MS, record.event.name.lower(), record.detail)


def pump_limits(limits: Limits) -> PumpLimits:
    """Return the pump's limits in µL and µL/h."""
    return PumpLimits(
        min_rate_ul_h=limits.min_rate_nl_h / NL_PER_UL,
        max_rate_ul_h=limits.max_rate_nl_h / NL_PER_UL,
        rate_step_ul_h=limits.rate_step_nl_h / NL_PER_UL,
        min_bolus_ul=limits.min_bolus_nl / NL_PER_UL,
        max_bolus_ul=limits.max_bolus_nl / NL_PER_UL,
        bolus_step_ul=limits.bolus_step_nl / NL_PER_UL,
    )
