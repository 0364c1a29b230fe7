"""The driver's boluses: single, square, combination, and those that a patient asks for."""

from instruments.intrathecal_pump.conversation import Shown
from instruments.intrathecal_pump.messages import (
    FullStatus,
    GetFullStatus,
    GetStatus,
    PatientReply,
    ReplyResult,
    RequestBolus,
    StatusReply,
)
from instruments.intrathecal_pump.programme import NL_PER_UL, Bolus, Combination, PatientBoluses, SquareBolus
from instruments.intrathecal_pump.programmer import Skill
from rig.pump_skills import PatientAnswer

S_PER_MINUTE = 60
MINUTES_PER_H = 60
S_PER_H = 3600


class BolusSkills(Skill):
    """Boluses, on top of the present infusion, which goes on unchanged."""

    def give_bolus(self, *, volume_ul: float, rate_ul_h: float | None = None) -> None:
        """Control a single bolus in µL at a rate, the bench file's where none is said, on top of the present infusion.

        Returns once it has begun. Raises OutOfRangeError for a volume outside `limits` or when bolus and infusion
        together exceed the pump's rate, RefusedError when the pump declines (a bolus under way, an alarm) or does not
        show it.
        """
        programmer = self._programmer
        volume_nl, rate_nl_h = programmer.bolus_nl("a bolus", volume_ul), self._rate_nl_h(rate_ul_h)
        before = programmer.link.ask(GetStatus(), StatusReply).reply
        programmer.check_total_rate(before.basal_nl_h, rate_nl_h)
        with programmer.verb("give_bolus", volume_ul=volume_ul, rate_ul_h=rate_nl_h / NL_PER_UL) as talk:
            programmer.programme(talk, Bolus(volume_nl, rate_nl_h))
            after = talk.ask(GetStatus(), StatusReply)
            talk.check(
                f"a bolus of {volume_ul:g} µL on an unchanged infusion",
                # The count, not the state: a short bolus may be over by now.
                Shown("boluses", after.boluses, before.boluses + 1),
                Shown("basal_nl_h", after.basal_nl_h, before.basal_nl_h),
            )

    def give_square_bolus(self, *, volume_ul: float, over_minutes: float) -> None:
        """Control a bolus in µL that is spread evenly over a time in whole seconds, on top of the present infusion.

        Returns once it has begun; while a single bolus is given it waits. Raises OutOfRangeError for what the pump
        cannot be set to, RefusedError when it declines or does not show it.
        """
        programmer = self._programmer
        square = self._square("a square bolus", volume_ul, over_minutes)
        before = self._before(_highest_nl_h(square))
        rate_ul_h = volume_ul * MINUTES_PER_H / over_minutes
        with programmer.verb(
            "give_square_bolus", volume_ul=volume_ul, over_minutes=over_minutes, rate_ul_h=rate_ul_h
        ) as talk:
            programmer.programme(talk, square)
            squares = talk.ask(GetFullStatus(), FullStatus).therapy.squares
            talk.check(f"a square bolus of {volume_ul:g} µL", Shown("squares", squares, before.therapy.squares + 1))

    def give_combination_bolus(
        self, *, now_ul: float, then_ul: float, over_minutes: float, rate_ul_h: float | None = None
    ) -> None:
        """Control a single bolus of `now_ul`, and behind it `then_ul` spread evenly over a time in whole seconds.

        The single one has a rate of its own, the bench file's where none is said. Returns once it has begun. Raises
        OutOfRangeError for what the pump cannot be set to, RefusedError when it declines or does not show it.
        """
        programmer = self._programmer
        now_nl = programmer.bolus_nl("a bolus", now_ul)
        rate_nl_h = self._rate_nl_h(rate_ul_h)
        square = self._square("the bolus behind it", then_ul, over_minutes)
        before = self._before(max(rate_nl_h, _highest_nl_h(square)))
        arguments = {
            "now_ul": now_ul,
            "then_ul": then_ul,
            "over_minutes": over_minutes,
            "rate_ul_h": rate_nl_h / NL_PER_UL,
            "then_rate_ul_h": then_ul * MINUTES_PER_H / over_minutes,
        }
        with programmer.verb("give_combination_bolus", **arguments) as talk:
            programmer.programme(talk, Combination(now_nl, rate_nl_h, square.volume_nl, square.seconds))
            after = talk.ask(GetFullStatus(), FullStatus)
            talk.check(
                f"a bolus of {now_ul:g} µL and a square one of {then_ul:g} µL behind it",
                Shown("boluses", after.first.boluses, before.first.boluses + 1),
                Shown("squares", after.therapy.squares, before.therapy.squares + 1),
            )

    def allow_patient_boluses(
        self, *, volume_ul: float, lockout_minutes: float, most_in_24_h: int, rate_ul_h: float | None = None
    ) -> None:
        """Set what a request gives in µL, how long from start to start none is given, and how many in any 24 h.

        It is given at `rate_ul_h`, the bench file's bolus rate where none is said. STOP and a power cut end the
        permission. Raises OutOfRangeError for what the pump cannot be set to, RefusedError when it declines or does not
        show it.
        """
        programmer = self._programmer
        full = programmer.full
        lockout_s = programmer.whole(
            "a lockout", lockout_minutes, full.min_lockout_s, full.max_lockout_s, "min", S_PER_MINUTE
        )
        most = programmer.whole("an allotment", most_in_24_h, 1, full.max_patient_boluses, "boluses in 24 h", bits=16)
        terms = PatientBoluses(
            programmer.bolus_nl("a patient's bolus", volume_ul), self._rate_nl_h(rate_ul_h), lockout_s, most
        )
        with programmer.verb(
            "allow_patient_boluses",
            volume_ul=volume_ul,
            lockout_minutes=lockout_minutes,
            most_in_24_h=most_in_24_h,
            rate_ul_h=terms.rate_nl_h / NL_PER_UL,
        ) as talk:
            programmer.programme(talk, terms)
            seen = talk.ask(GetFullStatus(), FullStatus).patient
            talk.check(
                f"patient boluses of {volume_ul:g} µL",
                Shown("volume_nl", seen.volume_nl, terms.volume_nl),
                Shown("rate_nl_h", seen.rate_nl_h, terms.rate_nl_h),
                Shown("lockout_s", seen.lockout_s, terms.lockout_s),
                Shown("most_in_24_h", seen.most_in_24_h, terms.most_in_24_h),
            )

    def request_patient_bolus(self) -> PatientAnswer:
        """Control a request as the patient's controller makes it; get whether it was granted, and why not.

        `why` is the result's name in docs/pump-link.md in lower case. Raises RefusedError when the pump's counts do not
        show what it answered.
        """
        programmer = self._programmer
        before = programmer.full_status()
        arguments = {
            "volume_ul": before.patient.volume_nl / NL_PER_UL,
            "rate_ul_h": before.patient.rate_nl_h / NL_PER_UL,
        }
        with programmer.verb("request_patient_bolus", **arguments) as talk:
            said = talk.ask(RequestBolus(), PatientReply).answer
            granted = said is ReplyResult.OK
            answer = PatientAnswer(granted=granted, why="" if granted else said.name.lower())
            talk.note(granted=answer.granted, why=answer.why)
            after = talk.ask(GetFullStatus(), FullStatus)
            talk.check(
                "a patient's bolus" if granted else "a patient's request that was refused",
                Shown("boluses", after.first.boluses, before.first.boluses + granted),
                Shown("given", after.patient.given, before.patient.given + granted),
                Shown("refused", after.patient.refused, before.patient.refused + (not granted)),
                said=said.name,
            )
        return answer

    def _rate_nl_h(self, rate_ul_h: float | None) -> int:
        """Return the rate of a bolus in nL/h; raise OutOfRangeError for one that the pump cannot be set to."""
        bounds, programmer = self._programmer.bounds, self._programmer
        steps = (bounds.min_rate_nl_h, bounds.max_total_rate_nl_h, bounds.rate_step_nl_h)
        if rate_ul_h is None:
            return self._bolus_rate_nl_h
        return programmer.whole_nl("a bolus rate", rate_ul_h, steps, "µL/h")

    def _square(self, what: str, volume_ul: float, over_minutes: float) -> SquareBolus:
        programmer = self._programmer
        full = programmer.full
        seconds = programmer.whole(
            f"the time of {what}", over_minutes, full.min_square_s, full.max_square_s, "min", S_PER_MINUTE
        )
        return SquareBolus(programmer.bolus_nl(what, volume_ul), seconds)

    def _before(self, bolus_nl_h: int) -> FullStatus:
        """Return the status before a bolus; raise OutOfRangeError when its rate does not fit the infusion's."""
        status = self._programmer.full_status()
        self._programmer.check_total_rate(status.first.basal_nl_h, bolus_nl_h)
        return status


def _highest_nl_h(square: SquareBolus) -> int:
    return -(-square.volume_nl * S_PER_H // square.seconds)
