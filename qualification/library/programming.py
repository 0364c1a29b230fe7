"""Programming and the link: what takes effect too early, is stored otherwise, or is refused in words only."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import (
    Command,
    Commit,
    DeliveryState,
    DoneReply,
    Reply,
    ReplyResult,
    StatusReply,
)
from instruments.intrathecal_pump.programme import Continuous, Programme
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.intrathecal_pump.simulated.staging import Staging
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.intrathecal_pump.simulated.therapy_limits import LIMITS
from qualification.defect import Defect, seeded
from qualification.library.repeats import HearsRepeats


@seeded(
    Defect(
        "G1",
        "STAGE already takes effect",
        "While somebody is still typing a new dose it runs, before anyone has confirmed it.",
        "IT-03",
        effect="the new rate without a commit",
        says=("former therapy", "programme asks for"),
        source="rule of two steps",
        plans=("test_plans/test_link.py::test_a_change_that_is_cut_off_for_good_ends_in_a_critical_alarm",),
    )
)
class StageTakesEffect(CommandDesk):
    """An infusion runs from the moment that it is laid down."""

    def stage(self, programme: Programme) -> Reply:
        """Lay a programme down, and begin it."""
        reply = super().stage(programme)
        if isinstance(programme, Continuous) and isinstance(reply, DoneReply):
            self.parts.schedule.begin(programme, self.now_ns)
        return reply

    now_ns = 0

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry a command out at its moment."""
        self.now_ns = now_ns
        return super().handle(command, now_ns)


@seeded(
    Defect(
        "G2",
        "a STAGE that is refused leaves a clamped programme staged",
        "Somebody commits after a refusal, and the highest rate runs.",
        "IT-03",
        effect_percent=0.0,  # through a programmer that commits only what it has read back and knows the CRC of
        says=("former therapy", "programme asks for"),
        source="Trio #247",
    )
)
class RefusedStageStays(CommandDesk):
    """Lays down what is nearest to what it refuses."""

    def stage(self, programme: Programme) -> Reply:
        """Lay a programme down, the highest rate where it is refused."""
        reply = super().stage(programme)
        if not isinstance(reply, DoneReply) and isinstance(programme, Continuous):
            self.parts.staging.stage(Continuous(LIMITS.max_rate_nl_h))
        return reply


@seeded(
    Defect(
        "G3",
        "READ_STAGED tells what was sent, and another is stored",
        "The read-back is right, the status is right, and the patient gets a tenth less.",
        "ACC-001",
        effect_percent=-10.0,
        says=("flow error", "not show", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="GIP 5.x",
    )
)
class StoresAnother(Staging):
    """The store loses a tenth; what is read back comes from the buffer of what came."""

    def take(self, crc: int) -> Programme | ReplyResult:
        """Return what was stored."""
        programme = super().take(crc)
        return Continuous(programme.rate_nl_h * 9 // 10) if isinstance(programme, Continuous) else programme


@seeded(
    Defect(
        "G3b",
        "the rate that is delivered is not the one that is stored, read back and told",
        "The read-back is right, the status and its CRC are right, and the patient gets a tenth less.",
        "ACC-001",
        effect_percent=-10.0,
        says=("flow error", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="class of G3",
    )
)
class RunsAnother(StrokePlanner):
    """The motor's own register holds another rate."""

    def run(self, spell: Spell) -> list[int]:
        """Want a tenth less."""
        return super().run(replace(spell, rate_nl_h=spell.rate_nl_h * 9 // 10))


@seeded(
    Defect(
        "G5",
        "a repeated sequence is carried out again",
        "The signal is poor, the programmer repeats itself, and the pump does everything twice.",
        "IT-17",
        effect="infusions begin twice, a patient's request counts twice",
        says=("log", "not show", "twice", "once"),
        plans=("test_plans/test_link.py::test_frames_that_arrive_again_give_no_second_dose",),
        source="Loop #1434",
    )
)
class CarriesOutRepeats(HearsRepeats):
    """Does the last command anew when the frame before was heard once more; a COMMIT with what was staged."""

    def repeated(self, now_ns: int) -> None:
        """Carry out once more what was heard once more."""
        if self.last is None:
            return
        if isinstance(self.last, Commit) and self.staged is not None:
            self.parts.staging.stage(self.staged)
        super().handle(self.last, now_ns)


@seeded(
    Defect(
        "G8",
        "STOP ends the bolus only",
        "A pump that must be stopped at once goes on infusing.",
        "1.6.1",
        effect="the infusion goes on",
        says=("stop", "when it was told to deliver nothing"),
        plans=(
            "test_plans/test_programme_change.py::test_a_stop_ends",
            "test_plans/test_bolus.py::test_a_bolus_that_is_stopped_gives_and_tells_no_more",
        ),
        source="GIP 1.6.1",
    )
)
class StopEndsTheBolus(InfusionSchedule):
    """Runs on when it is told to stop."""

    def stop(self) -> None:
        """Go on."""


@seeded(
    Defect(
        "G8b",
        "STOP ends what the status tells, and the infusion goes on",
        "The display says STOPPED, and the patient gets drug.",
        "1.6.1",
        effect="the infusion goes on under a status of STOPPED",
        says=("stop", "turned", "motor made", "rest"),
        plans=(
            "test_plans/test_programme_change.py::test_a_stop_ends",
            "test_plans/test_bolus.py::test_a_bolus_that_is_stopped_gives_and_tells_no_more",
        ),
        source="class of G8",
    ),
    also=(StopEndsTheBolus,),
)
class SaysStopped(CommandDesk):
    """Shows rest."""

    told = False

    def stop(self, now_ns: int) -> Reply:
        """Tell of a rest."""
        self.told = True
        return super().stop(now_ns)

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Tell again what is."""
        self.told = False
        super().begin(programme, now_ns)

    def status(self, now_ns: int) -> StatusReply:
        """Tell of no infusion since the last stop."""
        said = super().status(now_ns)
        return replace(said, state=DeliveryState.STOPPED, basal_nl_h=0) if self.told else said
