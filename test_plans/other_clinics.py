"""The clinic that orders by chance: in surroundings that change, on a bad link, at the edges of what can be told."""

from test_plans.clinic import PRIME_UL_H, Clinic


class Outdoors(Clinic):
    """Gives the same orders while warmth, pressure and line change about the pump, and its patient presses a button."""

    def around(self):
        """Return one of what may surround a pump, as a block."""
        challenge, chance = self.bench.challenge, self.chance
        return chance.choice(
            (
                lambda: challenge.temperature(liquid_c=chance.uniform(30.0, 39.0)),
                lambda: challenge.back_pressure(kpa=chance.uniform(0.5, 4.0), beat_kpa=0.3, breath_kpa=0.2),
                lambda: challenge.kink(times_resistance=chance.uniform(1.2, 2.0)),
            )
        )()

    def press(self):
        """Press the button: whether that was granted is in the pump's log, and not known here."""
        self.bench.challenge.press_button()
        self.left["single"] = max(self.left["single"], self.bolus_minutes)

    def unheard(self):
        """Leave the pump alone, and its patient with it, for less than it waits for a word of its programmer."""
        self.pump.status()
        with self.bench.challenge.link_lost():
            self.wait(0.5, 2, "nobody is heard")
            self.press()
            self.wait(0.5, 2, "nobody is heard")

    def presses(self):
        for number in range(self.chance.randrange(1, 6)):
            self.press()
            self.wait(1, 60, f"press {number + 1}")

    def any_order(self):
        what = self.chance.random()
        if what < 0.1:
            self.unheard()
        elif what < 0.2:
            self.presses()
        elif what < 0.5:
            super().any_order()
        else:
            with self.around():
                super().any_order()


class OnABadLink(Clinic):
    """Gives the same orders while frames arrive again, and some of them or of their answers spoilt."""

    def spoils(self):
        """Return one of what may become of frames, as a block: for what is spoilt one waits."""
        challenge = self.bench.challenge
        return self.chance.choice(
            (
                *(challenge.link_replayed,) * 6,
                lambda: challenge.link_noisy(flipped_bits=1, one_answer_in=8),
                lambda: challenge.link_garbled(flipped_bits=1, one_frame_in=8),
            )
        )()

    def any_order(self):
        if self.chance.random() < 0.5:
            super().any_order()
        else:
            with self.spoils():
                super().any_order()


class AtEdges(Clinic):
    """Gives orders at either end of what its pump can be told, and one step beside numbers that computers like."""

    def one_of(self, *values):
        return self.chance.choice(values)

    def rate_ul_h(self):
        return self.one_of(2.0, 2.001, 9.999, 99.999, 255.999, 256.0, 655.359, 655.36, 1000.0)

    def bolus_rate_ul_h(self):
        return self.one_of(2.0, 59.999, 255.999, 256.0, 599.999, 600.0)

    def bolus_ul(self, rate_ul_h):
        """Return a volume that takes no longer than half a day at a rate."""
        return self.one_of(*(one for one in (5.0, 5.1, 25.6, 65.5, 255.9, 500.0) if one <= max(5.0, rate_ul_h * 12.0)))

    def a_rate(self):
        self.pump.run_continuous(rate_ul_h=self.rate_ul_h())
        self.wait(5, 60, "a rate")

    def a_ramp(self):
        minutes = self.one_of(1, 2, 59, 255, 256, 1440)
        from_ul_h, to_ul_h = self.one_of((2.0, 2.5), (100.0, 2.0), (99.999, 256.0), (2.0, 1000.0), (1000.0, 999.0))
        self.pump.run_ramp(from_ul_h=from_ul_h, to_ul_h=to_ul_h, over_hours=minutes / 60.0)
        self.see_to_its_end(minutes if max(from_ul_h, to_ul_h) < 500.0 else min(minutes, 60), "a ramp")

    def a_bridge(self):
        volume_ul, rate_ul_h = self.one_of((1.0, 2.0), (65.536, 655.36), (255.9, 256.0), (500.0, 1000.0), (10.0, 9.999))
        self.pump.run_bridge(volume_ul=volume_ul, rate_ul_h=rate_ul_h, then_ul_h=self.rate_ul_h())
        self.see_to_its_end(volume_ul / rate_ul_h * 60.0, "a bridge")

    def a_day_pattern(self):
        first = self.chance.randrange(1, 1400)
        times = self.one_of((0,), (0, 1439), (0, 1, 2, 3), tuple(range(0, 1430, 119)), (0, *range(first, first + 12)))
        pattern = {f"{at // 60:02d}:{at % 60:02d}": self.one_of(0.0, 2.0, 65.535, 255.999) for at in times}
        self.pump.run_flex(days={"every": pattern})
        self.wait(120, 1800, "a day pattern")

    def a_bolus(self):
        self.free("prime", "single")
        rate_ul_h = self.bolus_rate_ul_h()
        volume_ul = self.bolus_ul(rate_ul_h)
        self.pump.give_bolus(volume_ul=volume_ul, rate_ul_h=rate_ul_h)
        self.left["single"] = volume_ul / rate_ul_h * 60.0
        self.see_to_its_end(self.left["single"], "a bolus")

    def a_square_bolus(self):
        self.free("square")
        volume_ul, minutes = self.one_of((5.0, 1), (5.0, 1440), (500.0, 60), (500.0, 255), (65.6, 256), (25.6, 17))
        self.pump.give_square_bolus(volume_ul=volume_ul, over_minutes=minutes)
        self.left["square"] = float(minutes)
        self.see_to_its_end(minutes, "a square bolus")

    def a_combination(self):
        self.free("prime", "single", "square")
        rate_ul_h = self.bolus_rate_ul_h()
        now_ul = self.bolus_ul(rate_ul_h)
        then_ul, minutes = self.one_of((5.0, 1), (5.0, 1440), (500.0, 120), (65.6, 256), (25.6, 17))
        self.pump.give_combination_bolus(now_ul=now_ul, then_ul=then_ul, over_minutes=minutes, rate_ul_h=rate_ul_h)
        self.left |= {"single": now_ul / rate_ul_h * 60.0, "square": float(minutes)}
        self.see_to_its_end(self.left["single"] + minutes, "a combination bolus")

    def a_permission(self):
        rate_ul_h = self.bolus_rate_ul_h()
        volume_ul = min(25.6, self.bolus_ul(rate_ul_h))
        lockout_minutes = self.one_of(1, 17, 59, 255, 256, 1440)
        self.pump.allow_patient_boluses(
            volume_ul=volume_ul,
            lockout_minutes=lockout_minutes,
            most_in_24_h=self.one_of(1, 2, 99, 100),
            rate_ul_h=rate_ul_h,
        )
        self.bolus_minutes = volume_ul / rate_ul_h * 60.0
        self.wait(1, 30, "a new permission")
        self.requests()

    def a_prime(self):
        self.free("prime", "single")
        volume_ul = self.one_of(1.0, 65.535, 65.536, 256.0, 2000.0)
        self.pump.prime(volume_ul=volume_ul)
        self.left["prime"] = volume_ul / PRIME_UL_H * 60.0
        self.see_to_its_end(self.left["prime"], "a prime")

    def a_refill(self):
        self.bench.challenge.fill_anew(volume_ul=40_000.0)
        self.pump.refilled(volume_ul=40_000.0)
        self.wait(1, 30, "filled anew")

    def any_order(self):
        """Fill before an order what its infusion might empty: a day at the highest rate."""
        if self.pump.status().reservoir_ul < 26_000.0:
            self.a_refill()
        super().any_order()
