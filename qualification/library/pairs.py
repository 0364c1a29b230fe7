"""Defects that show where two orders meet: each of them alone is carried out as it should be."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Command, DoneReply, Reply, SetDoseLimit
from instruments.intrathecal_pump.programme import Bolus, Continuous, Infusion, SquareBolus
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import BridgeSteps
from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.intrathecal_pump.simulated.square_bolus import SquareCourse
from instruments.plant.line import NS_PER_H
from qualification.defect import Defect, seeded


@seeded(
    Defect(
        "W1",
        "a bolus that is given in an hour without infusion waits for the next step of the pattern",
        "Where no infusion was prescribed the pump shows that it gives the bolus, and nothing comes for hours.",
        "ACC-002",
        effect="the bolus comes late, by up to the whole step of 0 in the pattern of the day",
        says=("bolus",),
        plans=("test_plans/test_pairs.py::test_any_bolus_is_given_on_any_infusion",),
        source="class of a motor that is woken for an infusion alone",
    )
)
class WaitsForTheStep(BuiltInFirmware):
    """Turns the motor for an infusion only."""

    def _spell(self, to_ns: int) -> Spell:
        spell, parts, t_ns = super()._spell(to_ns), self.parts, self._t_ns
        if parts.prime.under_way or not parts.schedule.running or spell.basal_nl_h or not spell.rate_nl_h:
            return spell
        ends = (to_ns, parts.watchdog.fires_ns, parts.schedule.changes_ns(t_ns), parts.flow_monitor.checks_ns(t_ns))
        return Spell(t_ns, min(one for one in ends if one > t_ns), 0, 0, 0)


@seeded(
    Defect(
        "W2",
        "a single bolus is broken off an hour after its beginning, and counted as given whole",
        "A bolus that was to run slowly over two hours is over after one; the log says that all of it was given.",
        "ACC-002",
        effect="100 µL at 50 µL/h: −50 %; boluses of up to an hour are right",
        says=("bolus",),
        plans=("test_plans/test_pairs.py::test_a_bolus_takes_as_long_as_its_rate_has_it",),
        source="class of a time-out that ends well",
    )
)
class AnHourAtMost(BolusEngine):
    """Has a time-out."""

    run_ns = 0

    def begin(self, bolus: Bolus) -> None:
        """Begin a bolus, and its hour."""
        super().begin(bolus)
        self.run_ns = 0

    def ends_ns(self, t_ns: int) -> int:
        """Return its end, an hour from its beginning at the latest."""
        ends_ns = super().ends_ns(t_ns)
        return ends_ns if self._bolus is None else min(ends_ns, t_ns + max(1, NS_PER_H - self.run_ns))

    def run(self, spell: Spell) -> None:
        """Give a part, none of it behind the hour."""
        super().run(spell)
        if self._bolus is not None:
            self.run_ns += spell.to_ns - spell.from_ns
            if self.run_ns >= NS_PER_H:
                self._left = min(self._left, 0)


@seeded(
    Defect(
        "W3",
        "a rate that is ordered while a bridge runs begins only when the bridge's volume is through",
        "The dose of a patient who has become drowsy is lowered; the pump shows the new rate and goes on with the old.",
        "1.1.7",
        effect="the bridge's rate until its end, hours late; the status tells the new rate",
        says=("bridge", "programme asks for", "between"),
        plans=("test_plans/test_pairs.py::test_an_infusion_takes_over_from_any_other_at_once",),
        source="class of an order that waits for another's end",
    )
)
class BridgeFirst(InfusionSchedule):
    """Lets nobody break off a bridge."""

    bridge: BridgeSteps | None = None

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin an infusion, a constant one behind the bridge."""
        before = self._steps if isinstance(self._steps, BridgeSteps) and self._steps.left_nl else self.bridge
        super().begin(programme, t_ns)
        self.bridge = before if isinstance(programme, Continuous) else None

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the bridge's rate as long as it lasts."""
        return super().rate_nl_h(t_ns) if self.bridge is None else self.bridge.rate_nl_h(t_ns)

    def changes_ns(self, t_ns: int) -> int:
        """Return when the bridge ends, if one lasts."""
        return super().changes_ns(t_ns) if self.bridge is None else self.bridge.changes_ns(t_ns)

    def run(self, spell: Spell) -> int:
        """Give a part of the bridge, if one lasts."""
        if self.bridge is None:
            return super().run(spell)
        too_much = self.bridge.run(spell)
        if not self.bridge.left_nl:
            self.bridge = None
        return too_much

    def _end(self) -> None:
        super()._end()
        self.bridge = None


@seeded(
    Defect(
        "W4",
        "a largest dose that is set during a trial begins the trial's dose anew",
        "In the course of the trial the hourly dose is bounded, and the patient may get the trial's dose twice.",
        "IT-12",
        effect="up to twice the total dose of a trial",
        says=("trial",),
        plans=("test_plans/test_meanwhile.py::test_a_trial_goes_on_whatever_comes_between",),
        source="class of one initialisation for all bounds",
    )
)
class BeginsTheTrialAnew(CommandDesk):
    """Initialises all bounds with one."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command, and begin the trial anew where it bounds the dose."""
        reply = super().handle(command, now_ns)
        if isinstance(command, SetDoseLimit) and isinstance(reply, DoneReply) and self.parts.trial.on:
            trial = self.parts.trial
            trial.begin(now_ns, trial.total_nl, trial.left_s(now_ns))
        return reply


@seeded(
    Defect(
        "W5",
        "a square bolus runs at whole µL/h, rounded down, and the rest of it is dropped",
        "A small bolus that is spread over the night comes a quarter short, and the log says that it was given whole.",
        "1.4.7",
        effect="22 µL in 8 h: −27 %; large and short ones nearly nothing",
        says=("square", "bolus"),
        plans=("test_plans/test_shaped_boluses.py::test_square_boluses_of_no_even_rates_are_given_whole",),
        source="class of whole numbers for rates",
    )
)
class WholeMicrolitres(BolusEngine):
    """Reckons a square bolus in µL/h."""

    def begin_square(self, square: SquareBolus) -> None:
        """Begin a square bolus at a rate of whole µL/h."""
        rate_nl_h = square.volume_nl * 3600 // square.seconds // 1000 * 1000
        # At 0 µL/h it crawls, as there is no rate of nothing.
        given_nl = -(-max(1, rate_nl_h) * square.seconds // 3600)
        self._square = SquareCourse(replace(square, volume_nl=given_nl))
        self._square.volume_nl = square.volume_nl
