"""Therapies within bounds, drawn by chance: windows that slide, trials, and a patient who asks for more than they hold.

A bound is set in the middle of a therapy, over what was given before it. Each case was drawn once and stays the same.
"""

import pytest

from test_plans.clinic import chance_of, drawn, is_as_ordered

ORDERS = 24
SLOWEST_UL_H = 2.0
# Of what a window holds an infusion takes at most so much: the rest is for boluses.
INFUSED_SHARE = 0.6
BOLUS_RATE_UL_H = 600.0


class Ward:
    """Gives orders within bounds that it draws, and begins anew where one of them has ended delivery."""

    def __init__(self, pump, bench, chance):
        self.pump, self.bench, self.chance = pump, bench, chance
        self.limit_ul, self.window_hours = 150.0, 4.0
        self.trial_ends_h, self.asked_ul = 0.0, 0.0
        self.rates, self.boluses = [], []  # hour, and µL/h or µL

    @property
    def hour(self):
        return self.bench.clock.now_ns() / 3.6e12

    def wait(self, shortest_minutes, longest_minutes, doing):
        """Wait for whole seconds, and see behind them whether a bound has ended delivery."""
        minutes = shortest_minutes * (longest_minutes / shortest_minutes) ** self.chance.random()
        self.bench.dwell(minutes=round(minutes * 60.0) / 60.0, doing=doing)
        if self.pump.status().state == "alarm":
            self.begin_anew()

    def begin_anew(self):
        """End what has ended, wait until no window holds any of it, and infuse on."""
        if "trial_over" in self.pump.status().alarms:
            self.trial_ends_h = self.hour
        self.pump.acknowledge_alarms()
        self.pump.stop()
        self.bench.dwell(hours=self.window_hours, doing="until the window is empty")
        self.infuse()
        self.permit()

    def infuse(self):
        """Infuse as slowly as a window allows that has room for boluses; behind a trial once that has ended."""
        if 0.0 < self.trial_ends_h <= self.hour:
            self.pump.end_trial()
            self.trial_ends_h = 0.0
        highest = INFUSED_SHARE * self.limit_ul / self.window_hours / SLOWEST_UL_H
        self.rates.append((self.hour, round(SLOWEST_UL_H * highest ** self.chance.random(), 1)))
        self.pump.run_continuous(rate_ul_h=self.rates[-1][1])

    def permit(self):
        self.asked_ul = float(self.chance.randrange(5, 25))
        self.pump.allow_patient_boluses(
            volume_ul=self.asked_ul,
            lockout_minutes=self.chance.randrange(2, 60),
            most_in_24_h=self.chance.choice((4, 12, 48, 100)),
            rate_ul_h=BOLUS_RATE_UL_H,
        )

    def room_ul(self):
        """Return what surely fits into the window beside what infuses, µL."""
        begin_h = self.hour - self.window_hours
        given_ul = sum(volume_ul for hour, volume_ul in self.boluses if hour > begin_h - 0.1)
        until_h = [*(hour for hour, _ in self.rates[1:]), self.hour]
        fastest_ul_h = max(rate for (_, rate), over_h in zip(self.rates, until_h, strict=True) if over_h > begin_h)
        return self.limit_ul - given_ul - fastest_ul_h * self.window_hours - 2.0

    def requests(self):
        for number in range(self.chance.randrange(2, 9)):
            if self.pump.request_patient_bolus().granted:
                self.boluses.append((self.hour, self.asked_ul))
            self.wait(1, 90, f"request {number + 1}")

    def another_rate(self):
        self.infuse()
        self.wait(10, 300, "another rate")

    def another_permission(self):
        self.permit()
        self.requests()

    def another_window(self):
        """Set another window, in which what infuses has room: what was given before may have filled it."""
        self.window_hours = self.chance.choice((60, 75, 100, 120, 200, 300, 480)) / 60.0
        least_ul = max(30.0, 1.3 * self.rates[-1][1] * self.window_hours)
        self.limit_ul = round(least_ul * self.chance.uniform(1.0, 3.0))
        self.pump.set_dose_limit(volume_ul=self.limit_ul, window_hours=self.window_hours)
        self.wait(1, 60, "another window")

    def a_trial(self):
        hours = self.chance.choice((1, 2.5, 6, 12, 24))
        self.pump.begin_trial(total_ul=float(self.chance.randrange(30, 300)), over_hours=hours)
        self.trial_ends_h = self.hour + hours
        self.wait(20, 600, "a trial")

    def no_trial(self):
        self.pump.end_trial()
        self.trial_ends_h = 0.0
        self.wait(5, 60, "no trial")

    def a_bolus(self):
        """Order a bolus that fits, or none where there is no room for the smallest."""
        volume_ul = float(min(int(self.room_ul()), self.chance.randrange(5, 40)))
        if volume_ul >= 5.0:
            self.pump.give_bolus(volume_ul=volume_ul, rate_ul_h=BOLUS_RATE_UL_H)
            self.boluses.append((self.hour, volume_ul))
            self.wait(10, 60, "a bolus that fits")

    def a_bolus_too_large(self):
        with self.bench.refusal(because="it is more than the window may hold"):
            self.pump.give_bolus(volume_ul=self.limit_ul + 5.0)
        self.requests()

    def a_stop(self):
        self.pump.stop()
        self.wait(5, 300, "stopped")
        self.infuse()
        if self.chance.random() < 0.7:
            self.permit()
        self.requests()

    def a_power_cut(self):
        with self.bench.challenge.power_cut():
            self.bench.dwell(minutes=self.chance.randrange(1, 40), doing="without power")
        self.bench.dwell(minutes=2, doing="power is back")
        self.infuse()
        self.another_permission()

    def another_time(self):
        self.pump.set_clock(t_ns=self.pump.read_clock_ns() + self.chance.randrange(-7200, 7200) * 10**9)
        self.wait(1, 60, "its clock set")

    def any_order(self):
        often = (self.requests, self.another_permission, self.another_rate, self.another_window, self.a_bolus)
        seldom = (self.a_trial, self.no_trial, self.a_bolus_too_large, self.a_stop, self.a_power_cut, self.another_time)
        self.chance.choice((*often, *often, *seldom))()


@pytest.mark.requirement("IT-12", "IT-13", "IT-17")
@pytest.mark.parametrize("number", drawn(4))
def test_no_bound_is_passed_and_none_takes_what_it_leaves_room_for(pump, bench, verify, number):
    """Days within bounds that were drawn by chance: what they leave room for is given, and nothing beyond."""
    bench.expect_alarm("dose_limit")
    bench.expect_alarm("trial_over")
    ward = Ward(pump, bench, chance_of(f"bounds {number}"))
    pump.set_dose_limit(volume_ul=ward.limit_ul, window_hours=ward.window_hours)
    with bench.read_each(minutes=10), bench.window("a bounded therapy") as therapy:
        ward.infuse()
        ward.another_permission()
        for _ in range(ORDERS):
            ward.any_order()
    is_as_ordered(therapy, verify)
