"""Therapies drawn by chance: what one order leaves behind in a pump, another order shows.

Nobody thinks of every sequence of orders. Each case is some days of whatever a clinic and a patient may ask for, in an
order, at sizes and at times that were drawn once and stay the same: a plan is repeated as it was.
"""

from random import Random

import pytest

# A single bolus and a patient's are given at this rate, as the bench file's pump has it where it says nothing else.
BOLUS_UL_H = 600.0
# So much may be asked for at once beside a bolus.
MOST_UL_H = 250.0
ORDERS = 28


class Clinic:
    """Gives orders to a pump, drawn by chance, and waits as long as each of them takes, or less, or more."""

    def __init__(self, pump, bench, chance):
        self.pump, self.bench, self.chance = pump, bench, chance

    def rate_ul_h(self):
        """Return a rate as likely below 20 µL/h as above, with as many digits as a programmer takes."""
        return round(3.0 * (MOST_UL_H / 3.0) ** self.chance.random(), self.chance.choice((0, 1, 3)))

    def wait(self, shortest_minutes, longest_minutes, doing):
        """Wait for whole seconds: of two lengths the shorter is as likely as the longer."""
        minutes = shortest_minutes * (longest_minutes / shortest_minutes) ** self.chance.random()
        self.bench.dwell(minutes=round(minutes * 60.0) / 60.0, doing=doing)

    def a_rate(self):
        self.pump.run_continuous(rate_ul_h=self.rate_ul_h())
        self.wait(20, 360, "a rate")

    def a_ramp(self):
        minutes = self.chance.randrange(20, 480)
        self.pump.run_ramp(from_ul_h=self.rate_ul_h(), to_ul_h=self.rate_ul_h(), over_hours=minutes / 60.0)
        self.wait(0.5 * minutes, 1.5 * minutes, "a ramp")

    def a_day_pattern(self):
        hours = sorted(self.chance.sample(range(1, 24), self.chance.randrange(1, 9)))
        pattern = {f"{hour:02d}:00": self.rate_ul_h() for hour in (0, *hours)}
        self.pump.run_flex(days={"every": pattern})
        self.wait(120, 2400, "a day pattern")

    def a_bolus(self):
        volume_ul = round(5.0 * 30.0 ** self.chance.random(), 1)
        self.pump.give_bolus(volume_ul=volume_ul)
        self.wait(volume_ul / BOLUS_UL_H * 60.0 + 1.0, 120, "a bolus")

    def a_square_bolus(self):
        minutes = self.chance.randrange(10, 400)
        volume_ul = float(self.chance.randrange(5, max(20, minutes)))
        self.pump.give_square_bolus(volume_ul=volume_ul, over_minutes=minutes)
        self.wait(minutes + 1, minutes + 60, "a square bolus")

    def a_combination(self):
        minutes = self.chance.randrange(10, 200)
        now_ul, then_ul = (float(self.chance.randrange(5, most)) for most in (60, max(20, minutes // 2)))
        self.pump.give_combination_bolus(now_ul=now_ul, then_ul=then_ul, over_minutes=minutes)
        self.wait(now_ul / BOLUS_UL_H * 60.0 + minutes + 1, minutes + 90, "a combination bolus")

    def requests(self):
        for number in range(self.chance.randrange(1, 6)):
            self.pump.request_patient_bolus()
            self.wait(1, 60, f"request {number + 1}")
        self.bench.dwell(minutes=5, doing="what was granted")

    def a_permission(self):
        self.pump.allow_patient_boluses(
            volume_ul=float(self.chance.randrange(5, 30)),
            lockout_minutes=self.chance.randrange(5, 90),
            most_in_24_h=self.chance.randrange(2, 30),
        )
        self.wait(1, 30, "a new permission")

    def a_stop(self):
        self.pump.stop()
        self.wait(5, 60, "stopped")

    def a_power_cut(self):
        with self.bench.challenge.power_cut():
            self.wait(1, 60, "without power")
        self.bench.dwell(minutes=2, doing="power is back")

    def a_prime(self):
        volume_ul = float(self.chance.randrange(20, 200))
        self.pump.prime(volume_ul=volume_ul)
        self.wait(30, 60, "a prime")

    def a_refill(self):
        volume_ul = float(self.chance.randrange(15_000, 40_000))
        self.bench.challenge.fill_anew(volume_ul=volume_ul)
        self.pump.refilled(volume_ul=volume_ul)
        self.wait(1, 30, "filled anew")

    def another_time(self):
        self.pump.set_clock(t_ns=self.pump.read_clock_ns() + self.chance.randrange(-7200, 7200) * 10**9)
        self.wait(1, 30, "its clock set")

    def any_order(self):
        """Give an order: infusions and boluses more often than what happens once a month."""
        often = (self.a_rate, self.a_ramp, self.a_day_pattern, self.a_bolus, self.a_square_bolus, self.a_combination)
        seldom = (self.a_permission, self.a_stop, self.a_power_cut, self.a_prime, self.a_refill, self.another_time)
        self.chance.choice((*often, *often, self.requests, self.requests, *seldom))()


@pytest.mark.requirement("IT-01", "IT-17", "4.1.1")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("drawn", range(1, 7))
def test_whatever_is_ordered_is_given_and_nothing_else(pump, bench, verify, drawn):
    """Days of orders that were drawn by chance is delivered as it was ordered, counted, and told in the log."""
    clinic = Clinic(pump, bench, Random(f"therapy {drawn}"))  # noqa: S311 - nobody is to be kept from guessing it
    with bench.read_each(minutes=20), bench.window("a therapy") as therapy:
        clinic.a_permission()
        clinic.a_rate()
        for _ in range(ORDERS):
            clinic.any_order()
        clinic.a_rate()
    verify("volume of the therapy", therapy.volume_error()).within("volume accuracy")
    verify("the pump's books of the therapy", therapy.books_error()).within("books accuracy")
    verify("the pump's log of the therapy", therapy.log_tells_all()).holds()
    verify("programme, books and balance", therapy.three_truths()).holds()
