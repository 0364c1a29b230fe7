"""A clinic that orders by chance: whatever a clinic and a patient may ask of a pump, one thing after another.

Each case was drawn once and stays the same. `make nightly` draws more: RIG_DRAWN says how many of each kind.
"""

import os
from random import Random

# So much an infusion may ask for beside a bolus.
MOST_UL_H = 250.0
# So fast a bolus may be beside that.
FASTEST_UL_H = 900.0
PRIME_UL_H = 1000.0
ORDERS = 30


def drawn(usually):
    """Return the numbers of the cases of a kind: so many as usually, or as RIG_DRAWN says where that is more."""
    return range(1, 1 + max(usually, int(os.environ.get("RIG_DRAWN", "0"))))


def chance_of(case):
    """Return the chance that a case is drawn by: the same for the same name, now and in years."""
    return Random(case)  # noqa: S311 - nobody is to be kept from guessing it


class Clinic:
    """Gives orders to a pump, drawn by chance, and waits as long as each of them takes, or less, or more.

    `left` is what is still to come beside the infusion, in minutes: of two the one that is told first goes first.
    """

    def __init__(self, pump, bench, chance):
        self.pump, self.bench, self.chance = pump, bench, chance
        self.left = {"prime": 0.0, "single": 0.0, "square": 0.0}
        self.bolus_minutes = 0.0

    def rate_ul_h(self):
        """Return a rate as likely below 27 µL/h as above, with as many digits as a programmer takes."""
        return round(3.0 * (MOST_UL_H / 3.0) ** self.chance.random(), self.chance.choice((0, 1, 3)))

    def bolus_rate_ul_h(self):
        return float(self.chance.choice((60, 150, 600, 600, FASTEST_UL_H)))

    def dwell(self, minutes, doing):
        """Let whole seconds pass."""
        minutes = round(minutes * 60.0) / 60.0
        self.bench.dwell(minutes=minutes, doing=doing)
        for what in self.left:
            gone = min(minutes, self.left[what])
            self.left[what] -= gone
            minutes -= gone

    def wait(self, shortest_minutes, longest_minutes, doing):
        """Wait: of two lengths the shorter is as likely as the longer."""
        self.dwell(shortest_minutes * (longest_minutes / shortest_minutes) ** self.chance.random(), doing)

    def see_to_its_end(self, minutes, doing):
        """Wait as long as an order takes and a while; of five orders two are left before, for what comes in between."""
        if self.chance.random() < 0.4:
            self.dwell(minutes * self.chance.uniform(0.05, 0.95), doing)
            self.come_between()
        else:
            self.dwell(minutes + self.chance.uniform(1.0, 60.0), doing)

    def free(self, *whats):
        """Wait until nothing of some kinds is left, since of each there can be only one."""
        if any(self.left[what] for what in whats):
            self.dwell(sum(self.left.values()) + 1.0, "until the one before is over")

    def nothing_is_left(self):
        self.left = dict.fromkeys(self.left, 0.0)

    def a_rate(self):
        self.pump.run_continuous(rate_ul_h=self.rate_ul_h())
        self.wait(5, 360, "a rate")

    def the_minimum(self):
        self.pump.run_at_minimum()
        self.wait(10, 240, "the minimum rate")

    def a_ramp(self):
        minutes = self.chance.randrange(20, 480)
        self.pump.run_ramp(from_ul_h=self.rate_ul_h(), to_ul_h=self.rate_ul_h(), over_hours=minutes / 60.0)
        self.see_to_its_end(minutes, "a ramp")

    def a_bridge(self):
        volume_ul, rate_ul_h = float(self.chance.randrange(5, 120)), self.rate_ul_h()
        self.pump.run_bridge(volume_ul=volume_ul, rate_ul_h=rate_ul_h, then_ul_h=self.rate_ul_h())
        self.see_to_its_end(min(600.0, volume_ul / rate_ul_h * 60.0), "a bridge")

    def a_day_pattern(self):
        minutes = sorted(self.chance.sample(range(1, 1440), self.chance.randrange(1, 9)))
        pattern = {f"{minute // 60:02d}:{minute % 60:02d}": self.rate_ul_h() for minute in (0, *minutes)}
        self.pump.run_flex(days={"every": pattern})
        self.wait(120, 1800, "a day pattern")

    def a_bolus(self):
        self.free("prime", "single")
        volume_ul, rate_ul_h = round(5.0 * 30.0 ** self.chance.random(), 1), self.bolus_rate_ul_h()
        self.pump.give_bolus(volume_ul=volume_ul, rate_ul_h=rate_ul_h)
        self.left["single"] = volume_ul / rate_ul_h * 60.0
        self.see_to_its_end(self.left["single"], "a bolus")

    def a_square_bolus(self):
        self.free("square")
        minutes = self.chance.randrange(10, 400)
        volume_ul = float(self.chance.randrange(5, max(20, minutes)))
        self.pump.give_square_bolus(volume_ul=volume_ul, over_minutes=minutes)
        self.left["square"] = float(minutes)
        self.see_to_its_end(minutes, "a square bolus")

    def a_combination(self):
        self.free("prime", "single", "square")
        minutes, rate_ul_h = self.chance.randrange(10, 200), self.bolus_rate_ul_h()
        now_ul, then_ul = (float(self.chance.randrange(5, most)) for most in (60, max(20, minutes // 2)))
        self.pump.give_combination_bolus(now_ul=now_ul, then_ul=then_ul, over_minutes=minutes, rate_ul_h=rate_ul_h)
        self.left |= {"single": now_ul / rate_ul_h * 60.0, "square": float(minutes)}
        self.see_to_its_end(self.left["single"] + minutes, "a combination bolus")

    def requests(self):
        for number in range(self.chance.randrange(1, 6)):
            if self.pump.request_patient_bolus().granted:
                self.left["single"] = self.bolus_minutes
            self.wait(1, 60, f"request {number + 1}")

    def a_permission(self):
        volume_ul, rate_ul_h = float(self.chance.randrange(5, 30)), self.bolus_rate_ul_h()
        self.pump.allow_patient_boluses(
            volume_ul=volume_ul,
            lockout_minutes=self.chance.randrange(5, 90),
            most_in_24_h=self.chance.randrange(2, 30),
            rate_ul_h=rate_ul_h,
        )
        self.bolus_minutes = volume_ul / rate_ul_h * 60.0
        self.wait(1, 30, "a new permission")
        if self.chance.random() < 0.7:
            self.requests()

    def a_stop(self):
        self.pump.stop()
        self.nothing_is_left()
        self.wait(5, 400, "stopped")

    def a_power_cut(self):
        with self.bench.challenge.power_cut():
            self.wait(1, 60, "without power")
        self.nothing_is_left()
        self.dwell(2, "power is back")

    def a_prime(self):
        self.free("prime", "single")
        volume_ul = float(self.chance.randrange(20, 200))
        self.pump.prime(volume_ul=volume_ul)
        self.left["prime"] = volume_ul / PRIME_UL_H * 60.0
        self.see_to_its_end(self.left["prime"], "a prime")

    def a_refill(self):
        volume_ul = float(self.chance.randrange(15_000, 40_000))
        self.bench.challenge.fill_anew(volume_ul=volume_ul)
        self.pump.refilled(volume_ul=volume_ul)
        self.wait(1, 30, "filled anew")

    def another_time(self):
        self.pump.set_clock(t_ns=self.pump.read_clock_ns() + self.chance.randrange(-7200, 7200) * 10**9)
        self.wait(1, 30, "its clock set")

    def a_self_test(self):
        self.pump.self_test()
        self.wait(1, 30, "tested by itself")

    def a_bolus_too_many(self):
        """Order a bolus while one is given: it is refused, and leaves no trace."""
        self.free("prime", "single")
        self.pump.give_bolus(volume_ul=50.0, rate_ul_h=300.0)
        self.left["single"] = 10.0
        self.dwell(self.chance.randrange(1, 8), "a bolus")
        with self.bench.refusal(because="a bolus is under way"):
            self.pump.give_bolus(volume_ul=40.0)
        self.wait(10, 40, "a bolus was refused")
        self.requests()

    def come_between(self):
        """Look what is left of what is under way, interrupt it, and as likely as not order the like of it again."""
        self.pump.read_outlook()
        interrupts = (self.a_stop, self.a_stop, self.a_power_cut, self.another_time, self.requests, self.a_self_test)
        self.chance.choice(interrupts)()

    def any_order(self):
        """Give an order: infusions and boluses more often than what happens once a month."""
        infusions = (self.a_rate, self.a_ramp, self.a_bridge, self.a_day_pattern)
        boluses = (self.a_bolus, self.a_square_bolus, self.a_combination)
        seldom = (self.a_permission, self.a_stop, self.a_power_cut, self.a_prime, self.a_refill, self.another_time)
        rare = (self.the_minimum, self.a_self_test, self.a_bolus_too_many)
        often = (*infusions, *boluses, self.requests)
        order = self.chance.choice((*often, *often, *seldom, *rare))
        before = self.chance.getstate()
        order()
        again = self.chance.choice(("", "", "with other numbers", "the same"))
        behind = self.chance.getstate()
        if again == "with other numbers":
            order()
        elif again:
            self.chance.setstate(before)
            order()
            self.chance.setstate(behind)


def is_carried_out(clinic, bench, verify):
    """Claim that what a clinic orders by chance is delivered, counted and told."""
    with bench.read_each(minutes=20), bench.window("a therapy") as therapy:
        clinic.a_permission()
        clinic.a_rate()
        for _ in range(ORDERS):
            clinic.any_order()
        clinic.a_rate()
    is_as_ordered(therapy, verify)


def is_as_ordered(therapy, verify):
    """Claim that a window's therapy was delivered as it was ordered, counted, and told in the log."""
    verify("volume of the therapy", therapy.volume_error()).within("volume accuracy")
    verify("the pump's books of the therapy", therapy.books_error()).within("books accuracy")
    verify("the pump's log of the therapy", therapy.log_tells_all()).holds()
    verify("programme, books and balance", therapy.three_truths()).holds()
