"""What bounds the pump's delivery: the largest dose in a sliding window, a trial; and the dates that it foretells."""

from instruments.intrathecal_pump.conversation import Shown
from instruments.intrathecal_pump.messages import Bounds, DoneReply, FullStatus, GetBounds, SetDoseLimit, SetTrial
from instruments.intrathecal_pump.programme import NL_PER_UL
from instruments.intrathecal_pump.programmer import Skill
from instruments.intrathecal_pump.readings import NS_PER_MS
from rig.pump_skills import PumpOutlook

S_PER_H = 3600
MIN_BOUND_NL = 1_000
WINDOW_S = (3_600, 86_400)
TRIAL_S = (60, 2_678_400)


class BoundsSkills(Skill):
    """Bounds hold for all kinds of delivery together, and through power cuts, until they are set anew."""

    def set_dose_limit(self, *, volume_ul: float, window_hours: float) -> None:
        """Set the most, in µL, that any sliding window of so many hours (1 to 24, in whole s) may hold.

        The record notes the pump's own limit of any hour, `own_limit_ul`, which holds beside it.

        Raises OutOfRangeError for what the pump cannot be set to, RefusedError when it declines or does not show it.
        """
        volume_nl = self._volume_nl("a largest dose", volume_ul)
        window_s = self._programmer.whole("a window", window_hours, *WINDOW_S, "h", S_PER_H)
        with self._programmer.verb("set_dose_limit", volume_ul=volume_ul, window_hours=window_hours) as talk:
            talk.ask(SetDoseLimit(volume_nl, window_s), DoneReply)
            seen = talk.ask(GetBounds(), Bounds)
            talk.check(
                f"a largest dose of {volume_ul:g} µL in any {window_hours:g} h",
                Shown("limit_nl", seen.limit_nl, volume_nl),
                Shown("window_s", seen.window_s, window_s),
            )
            talk.note(own_limit_ul=self._programmer.full.max_dose_nl / NL_PER_UL)

    def begin_trial(self, *, total_ul: float, over_hours: float) -> None:
        """Control the begin of a trial session: at most so much in µL, for at most so many hours, of all delivery.

        Raises OutOfRangeError for what the pump cannot be set to, RefusedError when it declines or does not show it.
        """
        total_nl = self._volume_nl("a trial's total dose", total_ul)
        seconds = self._programmer.whole("a trial", over_hours, *TRIAL_S, "h", S_PER_H)
        with self._programmer.verb("begin_trial", total_ul=total_ul, over_hours=over_hours) as talk:
            talk.ask(SetTrial(total_nl, seconds), DoneReply)
            seen = talk.ask(GetBounds(), Bounds)
            left_s = seen.trial_left_s
            talk.check(
                f"a trial of {total_ul:g} µL in {over_hours:g} h",
                Shown("trial_nl", seen.trial_nl, total_nl),
                # Some of it may be over by now.
                Shown("trial_left_s", left_s, f"more than 0, at most {seconds}", 0 < left_s <= seconds),
            )

    def end_trial(self) -> None:
        """Control the end of a trial session: nothing of it bounds delivery any longer.

        Raises RefusedError when the pump declines or does not show it.
        """
        with self._programmer.verb("end_trial") as talk:
            talk.ask(SetTrial(0, 0), DoneReply)
            talk.check("the end of a trial", Shown("trial_nl", talk.ask(GetBounds(), Bounds).trial_nl, 0))

    def read_outlook(self) -> PumpOutlook:
        """Get the dates that the pump foretells, by its own clock in UTC ns.

        The record notes beside them what the pump says is left of what is under way, and what it says was given.
        """
        with self._programmer.verb("read_outlook") as talk:
            said = talk.ask(GetBounds(), Bounds)
            status = self._programmer.full_status()
            outlook = PumpOutlook(
                pump_clock_ns=status.first.clock_ms * NS_PER_MS,
                refill_by_ns=said.refill_ms * NS_PER_MS,
                replace_by_ns=said.replacement_ms * NS_PER_MS,
            )
            talk.note(
                pump_clock_ns=outlook.pump_clock_ns,
                refill_by_ns=outlook.refill_by_ns,
                replace_by_ns=outlook.replace_by_ns,
                **_left(said, status),
            )
        return outlook

    def _volume_nl(self, what: str, volume_ul: float) -> int:
        capacity_nl = self._programmer.full.capacity_nl
        return self._programmer.whole_nl(what, volume_ul, (MIN_BOUND_NL, capacity_nl, 1), "µL")


def _left(bounds: Bounds, status: FullStatus) -> dict[str, float]:
    """Return what is left and was given, in µL and s, by the names of `rig.evaluation.evidence.told_left`."""
    first, therapy, patient = status.first, status.therapy, status.patient
    return {
        "given_now_left_ul": first.bolus_left_nl / NL_PER_UL,
        "square_left_ul": therapy.square_left_nl / NL_PER_UL,
        "prime_left_ul": therapy.prime_left_nl / NL_PER_UL,
        "bridge_left_ul": therapy.bridge_left_nl / NL_PER_UL,
        "last_hour_ul": therapy.in_last_hour_nl / NL_PER_UL,
        "window_ul": bounds.in_window_nl / NL_PER_UL,
        "trial_left_ul": bounds.trial_left_nl / NL_PER_UL,
        "trial_left_s": float(bounds.trial_left_s),
        "lockout_left_s": float(patient.lockout_left_s),
        "given_in_24_h": float(patient.given_in_24_h),
    }
