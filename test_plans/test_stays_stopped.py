"""A pump that was stopped stays stopped: whatever it gave before, and whatever happens to it then."""

import pytest

from test_plans.orders import SETTINGS, UNDER_WAY, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

GIVEN = UNDER_WAY | {
    "a rate": lambda pump: pump.run_continuous(rate_ul_h=120.0),
    "the minimum rate": lambda pump: pump.run_at_minimum(),
    "a pattern": lambda pump: pump.run_flex(days={"every": {"00:00": 120.0, "12:00": 120.0}}),
}


@pytest.mark.requirement("IT-08", "IT-01")
def test_what_was_stopped_does_not_begin_again_behind_a_power_cut(pump, bench, verify):
    """Each kind of delivery is stopped, and then the power is away for a minute: nothing of it comes behind that."""
    permit(pump)
    with bench.read_each(minutes=5), bench.window("stopped and cut") as window:
        for name, order in GIVEN.items():
            order(pump)
            bench.dwell(minutes=10, doing=name)
            pump.stop()
            bench.dwell(minutes=5, doing=f"{name} stopped")
            with bench.challenge.power_cut():
                bench.dwell(minutes=1, doing="without power")
            bench.dwell(minutes=25, doing=f"{name} was stopped before the cut")
    verify("volume of what was stopped", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-01", "IT-10", "IT-12")
@pytest.mark.parametrize("what", ["a rate", "a pattern", "a bridge", "a square bolus"])
def test_nothing_sets_a_stopped_pump_in_motion(pump, bench, verify, what):
    """Behind a stop comes each setting, and the pump rests behind each."""
    permit(pump)
    with bench.read_each(minutes=5), bench.window("stopped and set") as window:
        for name, order in SETTINGS.items():
            GIVEN[what](pump)
            bench.dwell(minutes=10, doing=what)
            pump.stop()
            bench.dwell(minutes=5, doing=f"{what} stopped")
            order(pump)
            bench.dwell(minutes=25, doing=f"stopped, behind {name}")
    verify("volume of what was stopped", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()
