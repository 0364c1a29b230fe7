"""Orders by their names, for plans that give each kind of them: none is a plan itself."""

AN_HOUR_NS = 3600 * 10**9

# Each takes half an hour.
INFUSIONS = {
    "a bridge": lambda pump: pump.run_bridge(volume_ul=60.0, rate_ul_h=120.0, then_ul_h=30.0),
    "a ramp": lambda pump: pump.run_ramp(from_ul_h=30.0, to_ul_h=210.0, over_hours=0.5),
}
SINGLE = {
    "a bolus": lambda pump: pump.give_bolus(volume_ul=60.0, rate_ul_h=120.0),
    "a patient's bolus": lambda pump: pump.request_patient_bolus(),
    "a prime": lambda pump: pump.prime(volume_ul=500.0),
}
SPREAD = {
    "a square bolus": lambda pump: pump.give_square_bolus(volume_ul=60.0, over_minutes=30),
    "a combination": lambda pump: pump.give_combination_bolus(now_ul=10.0, then_ul=60.0, over_minutes=29),
}
UNDER_WAY = INFUSIONS | SINGLE | SPREAD

SETTINGS = {
    "a refill": lambda pump: pump.refilled(volume_ul=18_000.0),
    "a low mark": lambda pump: pump.set_low_reservoir(volume_ul=1_500.0),
    "a self-test": lambda pump: pump.self_test(),
    "alarms acknowledged": lambda pump: pump.acknowledge_alarms(),
    "a watchdog": lambda pump: pump.set_link_watchdog(seconds=900),
    "a later time": lambda pump: pump.set_clock(t_ns=pump.read_clock_ns() + AN_HOUR_NS),
    "an earlier time": lambda pump: pump.set_clock(t_ns=pump.read_clock_ns() - 2 * AN_HOUR_NS),
    "a dose limit": lambda pump: pump.set_dose_limit(volume_ul=9_000.0, window_hours=24),
    "a trial": lambda pump: pump.begin_trial(total_ul=9_000.0, over_hours=100),
    "the end of a trial": lambda pump: pump.end_trial(),
    "a look ahead": lambda pump: pump.read_outlook(),
}

# What ends a delivery is done to the pump, the alarm that comes of it, and within how many seconds it must have come.
ENDS = {
    "a lost link": (lambda challenge: challenge.link_lost(), "link_lost", 180),
    "a motor that is held": (lambda challenge: challenge.magnet(), "stall", 240),
    "a battery at its end": (lambda challenge: challenge.supply_voltage(v=2.3), "battery_depleted", 180),
    "a power cut": (lambda challenge: challenge.power_cut(), "reset", 900 + 180),
}


def permit(pump):
    """Allow boluses of half an hour, one each 40 min at most."""
    pump.allow_patient_boluses(volume_ul=30.0, lockout_minutes=40, most_in_24_h=100, rate_ul_h=60.0)
