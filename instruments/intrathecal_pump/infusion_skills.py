"""The driver's infusions: constant, by the time of day, ramp, minimum rate, prime and bridge."""

from collections.abc import Mapping

from instruments.intrathecal_pump.conversation import Shown
from instruments.intrathecal_pump.messages import DeliveryState, FullStatus, GetFullStatus, GetStatus, StatusReply
from instruments.intrathecal_pump.programme import (
    NL_PER_UL,
    Bridge,
    Continuous,
    FlexInfusion,
    FlexPoint,
    MinimumRate,
    Prime,
    Ramp,
)
from instruments.intrathecal_pump.programmer import Skill, running
from instruments.intrathecal_pump.readings import NS_PER_MS
from rig.therapy import WEEK, DayPattern, FlexStep, flex_of

MINUTES_PER_H = 60


class InfusionSkills(Skill):
    """Infusions, each of which replaces the one under way at once and leaves boluses alone."""

    def run_continuous(self, *, rate_ul_h: float) -> None:
        """Control a constant infusion in µL/h, effective at once; a bolus under way goes on.

        Raises OutOfRangeError for a rate outside `limits`, RefusedError when the pump declines or does not show it.
        """
        programmer = self._programmer
        rate_nl_h = programmer.rate_nl_h("a rate", rate_ul_h)
        with programmer.verb("run_continuous", rate_ul_h=rate_ul_h) as talk:
            infusion, what = Continuous(rate_nl_h), f"an infusion of {rate_ul_h:g} µL/h"
            programmer.programme(talk, infusion)
            status = talk.ask(GetStatus(), StatusReply)
            if status.state is DeliveryState.BOLUS and not status.basal_nl_h and programmer.primes():
                # It waits for the prime's end, and no rate of it shows until then.
                programmer.check_runs(talk, infusion, what)
            else:
                talk.check(what, Shown("basal_nl_h", status.basal_nl_h, rate_nl_h), running(status))

    def run_flex(self, *, days: Mapping[str, DayPattern]) -> None:
        """Control an infusion by the pump's own weekday and time: day patterns in µL/h, as `rig.therapy.flex_of` reads.

        A rate of 0 is a pause. Raises TherapyError for patterns that make no sense, OutOfRangeError for a rate that the
        pump cannot be set to, RefusedError when it declines or does not show it.
        """
        programmer = self._programmer
        flex = flex_of(days)
        patterns = flex.days[:1] if flex.same_every_day else flex.days
        names = ("every day",) if flex.same_every_day else WEEK
        infusion = FlexInfusion(
            tuple(
                tuple(self._point(name, step) for step in pattern)
                for name, pattern in zip(names, patterns, strict=True)
            )
        )
        said = {day: dict(pattern) for day, pattern in days.items()}
        with programmer.verb("run_flex", days=said) as talk:
            status = programmer.run(talk, infusion, "this flex infusion")
            talk.note(pump_clock_ns=status.first.clock_ms * NS_PER_MS)

    def run_ramp(self, *, from_ul_h: float, to_ul_h: float, over_hours: float) -> None:
        """Control an infusion that changes by an equal part each minute, and stays at `to_ul_h` afterwards.

        `over_hours` is a whole number of minutes. Raises OutOfRangeError for what the pump cannot be set to,
        RefusedError when it declines or does not show it.
        """
        programmer = self._programmer
        full = programmer.full
        minutes = programmer.whole(
            "a ramp", over_hours, full.min_ramp_minutes, full.max_ramp_minutes, "h", MINUTES_PER_H
        )
        ramp = Ramp(
            programmer.rate_nl_h("a ramp's first rate", from_ul_h),
            programmer.rate_nl_h("a ramp's last rate", to_ul_h),
            minutes,
        )
        with programmer.verb("run_ramp", from_ul_h=from_ul_h, to_ul_h=to_ul_h, over_hours=over_hours) as talk:
            programmer.run(talk, ramp, f"a ramp to {to_ul_h:g} µL/h")

    def run_at_minimum(self) -> None:
        """Control an infusion at the pump's own minimum rate.

        Raises RefusedError when the pump declines or does not show it.
        """
        programmer = self._programmer
        rate_ul_h = programmer.full.minimum_rate_nl_h / NL_PER_UL
        with programmer.verb("run_at_minimum", rate_ul_h=rate_ul_h) as talk:
            programmer.run(talk, MinimumRate(), f"an infusion at the minimum rate of {rate_ul_h:g} µL/h")

    def prime(self, *, volume_ul: float) -> None:
        """Control the filling of the line with a volume in µL at the pump's prime rate; then what ran before.

        Returns once it has begun. Raises OutOfRangeError for a volume that the pump cannot be set to, RefusedError when
        it declines or does not show it.
        """
        programmer = self._programmer
        full = programmer.full
        volume_nl = programmer.whole_nl("a prime", volume_ul, (full.min_prime_nl, full.max_prime_nl, 1), "µL")
        before = programmer.full_status()
        with programmer.verb("prime", volume_ul=volume_ul, rate_ul_h=full.prime_rate_nl_h / NL_PER_UL) as talk:
            programmer.programme(talk, Prime(volume_nl))
            # The count, not what is left: a short prime may be over by now.
            primes = talk.ask(GetFullStatus(), FullStatus).therapy.primes
            talk.check(f"a prime of {volume_ul:g} µL", Shown("primes", primes, before.therapy.primes + 1))

    def run_bridge(self, *, volume_ul: float, rate_ul_h: float, then_ul_h: float) -> None:
        """Control an infusion of a volume in µL at one rate, and then another rate: the line holds the old drug.

        Raises OutOfRangeError for what the pump cannot be set to, RefusedError when it declines or does not show it.
        """
        programmer = self._programmer
        full = programmer.full
        bridge = Bridge(
            programmer.whole_nl("a bridge", volume_ul, (full.min_bridge_nl, full.max_bridge_nl, 1), "µL"),
            programmer.rate_nl_h("a bridge's rate", rate_ul_h),
            programmer.rate_nl_h("a rate behind a bridge", then_ul_h),
        )
        with programmer.verb("run_bridge", volume_ul=volume_ul, rate_ul_h=rate_ul_h, then_ul_h=then_ul_h) as talk:
            programmer.run(talk, bridge, f"a bridge of {volume_ul:g} µL")

    def _point(self, weekday: str, step: FlexStep) -> FlexPoint:
        if step.rate_ul_h == 0.0:
            return FlexPoint(step.minute, 0)
        at = f"{step.minute // MINUTES_PER_H:02d}:{step.minute % MINUTES_PER_H:02d}"
        what = f"a rate (0 for a pause) from {weekday}, {at} on"
        return FlexPoint(step.minute, self._programmer.rate_nl_h(what, step.rate_ul_h))
