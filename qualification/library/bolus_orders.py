"""Boluses, continued: orders that should be refused and are not, or are cut without a word."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import DoneReply, Reply, ReplyResult
from instruments.intrathecal_pump.programme import Bolus, Programme
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits, Standing
from qualification.defect import Defect, seeded

_MOST_NL = 300_000


@seeded(
    Defect(
        "D9",
        "a second COMMIT replaces the rest of the first bolus",
        "A bolus that is ordered while another is given takes its place: nobody knows what the patient has had.",
        "1.4.4",
        effect="± the rest of the first bolus",
        says=("under way", "refused", "RAISE", "programme asks for"),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="docs/pump-link.md, section 6",
    )
)
class SecondBolusReplaces(ProgrammingLimits):
    """No bolus is refused because another is given: the engine begins the new one in its place."""

    def obstacle(self, programme: Programme, standing: Standing) -> ReplyResult | None:
        """Return why a programme cannot start, whatever bolus runs."""
        return super().obstacle(programme, replace(standing, bolus_running=False, bolus_nl_h=0))


@seeded(
    Defect(
        "D10",
        "a bolus is accepted while an alarm is latched",
        "A pump that has stopped itself for a fault gives a bolus when the patient asks.",
        "1.4.11",
        effect="+100 µL in alarm",
        says=("refused", "in the alarm"),
        plans=("test_plans/test_stall.py::test_no_bolus_is_given_in_an_alarm",),
        source="GIP 1.4.11",
    )
)
class BolusInAlarm(ProgrammingLimits):
    """Alarms stand in the way of infusions only."""

    def obstacle(self, programme: Programme, standing: Standing) -> ReplyResult | None:
        """Return why a programme cannot start, alarms apart where it is a bolus."""
        alarm = standing.alarm and not isinstance(programme, Bolus)
        return super().obstacle(programme, replace(standing, alarm=alarm))


@seeded(
    Defect(
        "D11",
        "the sum of infusion and bolus is not limited",
        "A bolus on the highest infusion comes faster than the pump may ever deliver.",
        "1.4.3",
        effect="up to 2600 µL/h for the bolus's time",
        says=("refused", "RAISE", "programme asks for"),
        plans=("test_plans/test_limits.py::test_rates_that_would_add_up_beyond_the_pump_are_refused",),
        source="GIP 1.4.3",
    )
)
class SumIsNotLimited(ProgrammingLimits):
    """Looks at each rate alone."""

    def obstacle(self, programme: Programme, standing: Standing) -> ReplyResult | None:
        """Return why a programme cannot start, as if nothing ran beside it."""
        return super().obstacle(programme, replace(standing, basal_nl_h=0, bolus_nl_h=0))


@seeded(
    Defect(
        "D12",
        "a bolus above 300 µL is cut to 300 µL without a word",
        "The largest boluses are two fifths too small, and everything says that they were given.",
        "ACC-002",
        effect="500 µL asked, 300 given: −40 % of the bolus",
        says=("bolus", "after the order", "programme asks for"),
        source="freeaps #58; Trio #271: 600 asked, 500 given",
        plans=("test_plans/test_limits.py::test_what_the_pump_offers_it_delivers",),
    )
)
class CutsLargeBoluses(BolusEngine):
    """Gives at most 300 µL, whatever the limits of programming say."""

    def begin(self, bolus: Bolus) -> None:
        """Begin what is allowed of it."""
        super().begin(replace(bolus, volume_nl=min(bolus.volume_nl, _MOST_NL)))


@seeded(
    Defect(
        "D13",
        "a bolus ordered while another is given is joined to it, and the counter shows one",
        "Two people each order a bolus: the patient gets both, and the pump tells of one.",
        "IT-17",
        effect="+100 µL, counter −1",
        says=("not show", "refused", "RAISE", "programme asks for"),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="Loop #1919",
    )
)
class BolusesJoin(CommandDesk):
    """Adds a bolus that is committed during another to it, and says that all is well."""

    def commit(self, crc: int, now_ns: int) -> Reply:
        """Join a bolus to the one under way."""
        staged, bolus = self.parts.staging.staged, self.parts.bolus
        if not isinstance(staged, Bolus) or not bolus.single_under_way:
            return super().commit(crc, now_ns)
        self.parts.staging.take(crc)
        bolus.begin(replace(staged, volume_nl=bolus.left_nl + staged.volume_nl))
        return DoneReply()
