"""Defects that show in hours and days alone, or while nothing flows although an infusion is under way."""

from instruments.intrathecal_pump.messages import Alarm
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.trial import TrialSession
from qualification.defect import Defect, seeded

_NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000


@seeded(
    Defect(
        "X1",
        "a lockout is counted in ms that 24 bits hold: one of five hours or more is over hours too soon",
        "The patient may ask once in eight hours; her pump grants it again behind little more than three.",
        "IT-13",
        effect="the lockout less 4.66 h for each 4.66 h that it has; shorter ones are kept",
        says=("lock", "grant", "request"),
        plans=("test_plans/test_long_terms.py::test_a_lockout_of_hours_lasts_for_hours[5]",),
        source="class of a timer that is too narrow",
    )
)
class LockoutIn24Bits(PatientControl):
    """Loads the lockout into a register."""

    def lockout_left_ns(self, t_ns: int) -> int:
        """Return what the register has left."""
        left_ns = super().lockout_left_ns(t_ns)
        if not left_ns or self._terms is None:
            return 0
        whole_ms = self._terms.lockout_s * 1000
        lost_ns = (whole_ms - whole_ms % (1 << 24)) * _NS_PER_MS
        return max(0, left_ns - lost_ns)


@seeded(
    Defect(
        "X2",
        "a dose's window is counted in s that 16 bits hold: one of a day is one of six hours",
        "The dose of a day is limited, and the pump forgets what it gave as soon as a quarter of the day is over.",
        "IT-12",
        effect="a window of 24 h forgets behind 5.8 h, one of 20 h behind 1.8 h; up to 18.2 h it is kept",
        says=("most", "window", "grant", "request"),
        plans=("test_plans/test_long_terms.py::test_a_window_of_hours_is_kept_for_hours[24]",),
        source="class of a timer that is too narrow",
    )
)
class WindowIn16Bits(DoseLimit):
    """Tells the window as it was set, and counts a part of it."""

    def _since(self, begin_ns: int) -> int:
        lost_ns = (self.window_s - self.window_s % (1 << 16)) * _NS_PER_S
        return super()._since(begin_ns + lost_ns)


@seeded(
    Defect(
        "X3",
        "a trial's time is counted in ms that 31 bits hold: one of a month is over in days",
        "The patient goes home with a trial for a month, and a week later nothing comes.",
        "IT-12",
        effect="a trial of 26 days is over behind 27 h, one of 31 days behind 6.1 days; up to 24.8 days it is kept",
        says=("trial", "volume"),
        plans=("test_plans/test_long_terms.py::test_a_trial_of_days_lasts_for_days[26]",),
        source="class of a timer that is too narrow",
    )
)
class TrialIn31Bits(TrialSession):
    """Loads the time into a register."""

    def begin(self, t_ns: int, total_nl: int, seconds: int) -> None:
        """Begin a session that lasts as long as the register says."""
        super().begin(t_ns, total_nl, (seconds * 1000 % (1 << 31)) // 1000)


@seeded(
    Defect(
        "X4",
        "a power cut in a pause of a day's pattern is taken for one of a stopped pump",
        "At night, when the pattern pauses, the battery's contact fails; in the morning nothing comes, silently.",
        "IT-08",
        effect="−100 % from the pause on, without an alarm",
        says=("reset", "log"),
        plans=("test_plans/test_quiet_moments.py::test_what_ends_an_infusion_ends_it_in_a_pause_too[a power cut]",),
        source="class of a pump that asks its motor whether it infuses",
    )
)
class APauseIsNoDelivery(BuiltInFirmware):
    """Remembers whether something flowed."""

    def _lose_power(self) -> None:
        parts = self.parts
        flowed = bool(parts.schedule.rate_nl_h(self._t_ns)) or parts.bolus.under_way or parts.prime.under_way
        if parts.start_up.go_down(delivering=flowed):
            for part in (*parts, self.desk):
                part.power_lost()


@seeded(
    Defect(
        "X5",
        "a link that is lost in a pause of a day's pattern is not noticed",
        "The tablet is lost in a pause; the steps behind it come, with nobody who could stop them, silently.",
        "IT-03",
        effect="no LINK_LOST for a silence within a pause; for a longer one only from the next step on",
        says=("link_lost", "alarm"),
        plans=("test_plans/test_quiet_moments.py::test_what_ends_an_infusion_ends_it_in_a_pause_too[a lost link]",),
        source="class of a watch that is asked where something flows",
    )
)
class WatchesWhatFlows(BuiltInFirmware):
    """Asks for the link while something flows."""

    def _causes(self) -> Alarm:
        causes, parts = super()._causes(), self.parts
        flows = bool(parts.schedule.rate_nl_h(self._t_ns)) or parts.bolus.under_way or parts.prime.under_way
        return causes if flows else causes & ~Alarm.LINK_LOST
